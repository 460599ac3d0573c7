import { ownSignatureText } from './own-signature-texts.ts';
import { signatureAlgorithm } from './signature.ts';
import { SignatureRefusal } from './signature-refusal.ts';
import { headerValues, queryParameters, type SignedRequest } from './signed-request.ts';

/** What a signature is good for. */
export interface CredentialScope {
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What a request says of its own signature; nothing of it is verified. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** As sent. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDD'T'HHMMSS'Z'` */
  readonly timestamp: string;
  readonly signedAtMs: number;
  readonly sessionToken: string | undefined;
  /** A presigned request's lifetime; undefined for a signature in the header. */
  readonly expiresSeconds: number | undefined;
}

/** A week, which is how long a presigned request may live. */
const maxExpiresSeconds = 604_800;
const timestampForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** Access key id / date / region / service / aws4_request. */
const credentialForm = /^([^/\s]{1,128})\/(\d{8})\/([^/\s]{0,64})\/([^/\s]{0,64})\/aws4_request$/;

/**
 * Reads a request's signature, from the header or, for a presigned request, from the query.
 *
 * @throws {SignatureRefusal} `missing` where there is none, `incomplete` where it is not whole or there are two
 */
export function readSignatureClaim(request: SignedRequest): SignatureClaim {
  const headers = headerValues(request, 'authorization');
  const query = queryParameters(request.target);
  const isPresigned = query.some(([name]) => name === 'X-Amz-Signature' || name === 'X-Amz-Credential');
  if (headers.length === 0 && !isPresigned)
    throw new SignatureRefusal('missing', ownSignatureText('missing'));
  if (headers.length > 1 || (headers.length === 1 && isPresigned))
    throw new SignatureRefusal('incomplete', ownSignatureText('twoSignatures'));
  return isPresigned ? claimInQuery(query) : claimInHeader(headers[0] ?? '', request);
}

function claimInHeader(authorization: string, request: SignedRequest): SignatureClaim {
  const [algorithm, parameters] = splitOnce(authorization, ' ');
  if (algorithm !== signatureAlgorithm)
    throw new SignatureRefusal('incomplete', ownSignatureText('algorithmUnknown', printable(algorithm)));
  const given = new Map<string, string>();
  for (const part of parameters.split(',')) {
    const [name, value] = splitOnce(part.trim(), '=');
    if (given.has(name)) throw incomplete(ownSignatureText('headerParameterTwice', printable(name)));
    given.set(name, value);
  }
  // AWS General Reference, "Handling dates in Signature Version 4": `x-amz-date` first, `date` where there is none, in one format.
  const ownDates = headerValues(request, 'x-amz-date');
  const dates = ownDates.length > 0 ? ownDates : headerValues(request, 'date');
  // As AWS answers, without the header that it repeats: github.com/aws-samples/amazon-elasticsearch-service-with-authentication/issues/4.
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (given.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (dates.length !== 1)
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  if (missing.length > 0) throw incomplete(missing.join(' '));
  const tokens = headerValues(request, 'x-amz-security-token');
  if (tokens.length > 1) throw incomplete(ownSignatureText('tokenTwice'));
  return claimOf({
    credential: given.get('Credential') ?? '',
    signedHeaders: given.get('SignedHeaders') ?? '',
    signature: given.get('Signature') ?? '',
    timestamp: dates[0] ?? '',
    sessionToken: tokens[0],
    expiresSeconds: undefined,
  });
}

function claimInQuery(query: readonly (readonly [string, string])[]): SignatureClaim {
  const given = new Map<string, string>();
  for (const [name, value] of query) {
    if (!name.startsWith('X-Amz-')) continue;
    if (given.has(name)) throw incomplete(ownSignatureText('queryParameterTwice', printable(name)));
    given.set(name, value);
  }
  const missing = ['Credential', 'Signature', 'SignedHeaders', 'Date', 'Expires']
    .filter((name) => (given.get(`X-Amz-${name}`) ?? '') === '')
    .map((name) => ownSignatureText('queryParameterMissing', name));
  if (missing.length > 0) throw incomplete(missing.join(' '));
  if (given.get('X-Amz-Algorithm') !== signatureAlgorithm)
    throw incomplete(ownSignatureText('algorithmUnknown', printable(given.get('X-Amz-Algorithm') ?? '')));
  const expires = given.get('X-Amz-Expires') ?? '';
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > maxExpiresSeconds)
    throw incomplete(ownSignatureText('expiresOutOfRange', maxExpiresSeconds));
  return claimOf({
    credential: given.get('X-Amz-Credential') ?? '',
    signedHeaders: given.get('X-Amz-SignedHeaders') ?? '',
    signature: given.get('X-Amz-Signature') ?? '',
    timestamp: given.get('X-Amz-Date') ?? '',
    sessionToken: given.get('X-Amz-Security-Token'),
    expiresSeconds,
  });
}

interface ClaimTexts
  extends Pick<SignatureClaim, 'signature' | 'timestamp' | 'sessionToken' | 'expiresSeconds'> {
  readonly credential: string;
  readonly signedHeaders: string;
}

function claimOf({ credential, signedHeaders, ...rest }: ClaimTexts): SignatureClaim {
  const [, accessKeyId, date, region, service] = credentialForm.exec(credential) ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined)
    throw credentialMalformed(credential);
  const signedAtMs = readTimestamp(rest.timestamp);
  if (signedAtMs === undefined)
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${printable(rest.timestamp)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  return {
    accessKeyId,
    scope: { date, region, service },
    signedHeaders: signedHeaders.split(';'),
    signedAtMs,
    ...rest,
  };
}

/** For a credential that does not say whose it is and what for, as AWS answers: github.com/mhart/aws4/issues/97. */
export function credentialMalformed(credential: string): SignatureRefusal {
  return incomplete(
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${printable(credential)}'`,
  );
}

function readTimestamp(text: string): number | undefined {
  const [, ...parts] = timestampForm.exec(text) ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // The 31st of February is no date: Date.UTC would make it one of March.
  const isDate =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return isDate ? date.getTime() : undefined;
}

/** ISO 8601's basic form, to the second. */
export function writeTimestamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function incomplete(text: string): SignatureRefusal {
  return new SignatureRefusal('incomplete', text);
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** What came is repeated only as far as it is short and plain. */
function printable(text: string): string {
  return text.slice(0, 128).replaceAll(/[^\x20-\x7e]/g, '?');
}
