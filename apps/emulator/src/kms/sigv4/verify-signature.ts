import { canonicalRequest } from './canonical-request.ts';
import { equalInConstantTime, signatureOf, stringToSign } from './signature.ts';
import { readSignatureClaim, type SignatureClaim, writeTimestamp } from './signature-claim.ts';
import { regionInvalid, SignatureRefusal } from './signature-refusal.ts';
import type { SignedRequest } from './signed-request.ts';

/** Credentials that are known. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials have one, and it must come along. */
  readonly sessionToken?: string;
  /** When temporary credentials end, in milliseconds since 1970. */
  readonly expiresAtMs?: number;
}

export interface VerificationOptions<Credentials extends SigningCredentials> {
  /** The credentials of an access key id, or undefined where there are none. */
  readonly credentialsOf: (accessKeyId: string) => Credentials | undefined;
  readonly nowMs: number;
  /** What the scope must say, such as `kms`. */
  readonly service: string;
  /** The region that answers. Absent: every region does, and the scope says which is meant. */
  readonly region?: string;
  /** Default true; S3 alone signs paths as they are. */
  readonly normalizePath?: boolean;
}

/** A signature that was found good. */
export interface VerifiedSignature<Credentials extends SigningCredentials> {
  readonly credentials: Credentials;
  readonly claim: SignatureClaim;
}

/** How far a signer's clock may be off, either way. */
const maxSkewMs = 5 * 60_000;
const regionForm = /^[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-\d{1,2}$/;
const mismatchText =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
/** github.com/aws/aws-encryption-sdk-java/issues/9, and of an expired token: github.com/boto/boto3/issues/1127. */
const unknownText = 'The security token included in the request is invalid.';

/**
 * Verifies a Signature Version 4, in the header or presigned.
 *
 * @throws {SignatureRefusal} with AWS's text, for whatever is not exactly as it has to be
 *
 * @example
 * ```ts
 * const { credentials } = verifySignature(request, { credentialsOf: (id) => keys.get(id), nowMs: Date.now(), service: 'kms' });
 * ```
 */
export function verifySignature<Credentials extends SigningCredentials>(
  request: SignedRequest,
  options: VerificationOptions<Credentials>,
): VerifiedSignature<Credentials> {
  const claim = readSignatureClaim(request);
  requireSignedHeaders(request, claim);
  const credentials = options.credentialsOf(claim.accessKeyId);
  if (credentials === undefined) throw new SignatureRefusal('unknown-credentials', unknownText);
  requireToken(credentials, claim, options.nowMs);
  requireScope(claim, options);
  requireTime(claim, options.nowMs);
  const canonical = canonicalRequest(request, {
    signedHeaders: claim.signedHeaders,
    normalizePath: options.normalizePath ?? true,
  });
  const text = stringToSign(claim.timestamp, claim.scope, canonical);
  if (!equalInConstantTime(signatureOf(credentials, claim.scope, text), claim.signature))
    throw new SignatureRefusal('mismatch', mismatchText);
  return { credentials, claim };
}

/** What is not signed can be changed on the way: the host and all that steers the service must be. */
function requireSignedHeaders({ headers }: SignedRequest, { signedHeaders }: SignatureClaim): void {
  // As AWS answers: github.com/aws/aws-sdk-php/issues/2469.
  if (!signedHeaders.includes('host'))
    throw new SignatureRefusal(
      'mismatch',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  // Ascending and lower-case, so that one request has one spelling.
  if (signedHeaders.some((name, at) => name !== name.toLowerCase() || name <= (signedHeaders[at - 1] ?? '')))
    throw new SignatureRefusal('mismatch', mismatchText);
  const present = new Set(headers.map(([name]) => name.toLowerCase()));
  // S3's words: github.com/soto-project/soto-core/pull/99.
  const unsigned = [...present].filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  if (unsigned.length > 0)
    throw new SignatureRefusal('mismatch', 'There were headers present in the request which were not signed');
  if (signedHeaders.some((name) => !present.has(name))) throw new SignatureRefusal('mismatch', mismatchText);
}

function requireToken(
  { sessionToken, expiresAtMs }: SigningCredentials,
  claim: SignatureClaim,
  nowMs: number,
): void {
  const isRight =
    sessionToken === undefined || claim.sessionToken === undefined
      ? sessionToken === claim.sessionToken
      : equalInConstantTime(sessionToken, claim.sessionToken);
  if (!isRight) throw new SignatureRefusal('unknown-credentials', unknownText);
  if (expiresAtMs !== undefined && nowMs >= expiresAtMs)
    throw new SignatureRefusal('expired-token', 'The security token included in the request is expired');
}

function requireScope(
  { scope, timestamp }: SignatureClaim,
  { service, region }: Pick<VerificationOptions<SigningCredentials>, 'service' | 'region'>,
): void {
  const date = timestamp.slice(0, 8);
  // As AWS answers: github.com/tedder/requests-aws4auth/issues/7.
  if (scope.date !== date)
    throw new SignatureRefusal(
      'mismatch',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date}', from '${timestamp}'.`,
    );
  if (region === undefined ? !regionForm.test(scope.region) : scope.region !== region) throw regionInvalid();
  if (scope.service !== service)
    throw new SignatureRefusal('mismatch', `Credential should be scoped to correct service: '${service}'. `);
}

function requireTime({ signedAtMs, timestamp, expiresSeconds }: SignatureClaim, nowMs: number): void {
  // As AWS answers: github.com/aws/aws-sdk-js-v3/issues/6400 and github.com/s12v/awsbeats/issues/48.
  if (signedAtMs > nowMs + maxSkewMs)
    throw new SignatureRefusal(
      'mismatch',
      `Signature not yet current: ${timestamp} is still later than ${writeTimestamp(nowMs + maxSkewMs)} (${writeTimestamp(nowMs)} + 5 min.)`,
    );
  if (expiresSeconds !== undefined) {
    const endsAtMs = signedAtMs + expiresSeconds * 1000;
    if (nowMs > endsAtMs)
      throw new SignatureRefusal(
        'mismatch',
        `Signature expired: ${writeTimestamp(endsAtMs)} is now earlier than ${writeTimestamp(nowMs)}`,
      );
  } else if (signedAtMs < nowMs - maxSkewMs)
    throw new SignatureRefusal(
      'mismatch',
      `Signature expired: ${timestamp} is now earlier than ${writeTimestamp(nowMs - maxSkewMs)} (${writeTimestamp(nowMs)} - 5 min.)`,
    );
}
