import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { CredentialScope } from './signature-claim.ts';

/** The algorithm's name, on the wire and inside what is signed. */
export const signatureAlgorithm = 'AWS4-HMAC-SHA256';

/** IAM user guide, "Create a signed AWS API request", step 3. `timestamp` is ISO 8601's basic form. */
export function stringToSign(timestamp: string, scope: CredentialScope, canonicalRequest: string): string {
  return [
    signatureAlgorithm,
    timestamp,
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    hash('sha256', canonicalRequest, 'hex'),
  ].join('\n');
}

/** What signs. */
export interface SigningSecret {
  readonly secretAccessKey: string;
}

/** The signing keys of a secret, by scope: they go when the credentials go, which are made anew whenever an identity changes. */
const signingKeys = new WeakMap<SigningSecret, Map<string, KeyObject>>();
/** A client has one a day, for each region and service. */
const maxKeysOfSecret = 32;

/** Steps 4 and 5: a key for this date, region and service only, and the signature under it in 64 hexadecimal digits. */
export function signatureOf(secret: SigningSecret, scope: CredentialScope, text: string): string {
  return createHmac('sha256', signingKeyOf(secret, scope)).update(text).digest('hex');
}

/** Kept, since it takes four times as long to derive one as to sign with it. */
function signingKeyOf(secret: SigningSecret, scope: CredentialScope): KeyObject {
  const keys = signingKeys.get(secret) ?? new Map<string, KeyObject>();
  signingKeys.set(secret, keys);
  // None of the parts can hold a slash.
  const name = `${scope.date}/${scope.region}/${scope.service}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = deriveKey(secret, scope);
  if (keys.size === maxKeysOfSecret) keys.clear();
  keys.set(name, key);
  return key;
}

function deriveKey({ secretAccessKey }: SigningSecret, scope: CredentialScope): KeyObject {
  const date = hmac(`AWS4${secretAccessKey}`, scope.date);
  const region = hmac(date, scope.region);
  const service = hmac(region, scope.service);
  const bytes = hmac(service, 'aws4_request');
  const key = createSecretKey(bytes);
  for (const derived of [date, region, service, bytes]) derived.fill(0);
  return key;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Compares in a time that tells nothing of where texts differ: their digests are of equal length. */
export function equalInConstantTime(a: string, b: string): boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(a), digest(b));
}
