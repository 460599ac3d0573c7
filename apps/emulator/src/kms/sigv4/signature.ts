import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { CredentialScope } from './signature-claim.ts';

/** The algorithm's name, on the wire and inside what is signed. */
export const signatureAlgorithm = 'AWS4-HMAC-SHA256';

/** IAM user guide, "Create a signed AWS API request", step 3. `timestamp` is ISO 8601's basic form. */
export function stringToSign(timestamp: string, scope: CredentialScope, canonicalRequest: string): string {
  return [
    signatureAlgorithm,
    timestamp,
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    createHash('sha256').update(canonicalRequest).digest('hex'),
  ].join('\n');
}

/** Steps 4 and 5: a key for this date, region and service only, and the signature under it in 64 hexadecimal digits. */
export function signatureOf(secretAccessKey: string, scope: CredentialScope, text: string): string {
  const date = hmac(`AWS4${secretAccessKey}`, scope.date);
  const region = hmac(date, scope.region);
  const service = hmac(region, scope.service);
  const key = hmac(service, 'aws4_request');
  const signature = createHmac('sha256', key).update(text).digest('hex');
  for (const derived of [date, region, service, key]) derived.fill(0);
  return signature;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Compares in a time that tells nothing of where texts differ: their digests are of equal length. */
export function equalInConstantTime(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
