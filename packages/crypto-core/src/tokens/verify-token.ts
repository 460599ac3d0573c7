import { requireArray, requireBackend, requireClock, requireObject } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { decodeBase64url } from '../base64.ts';
import type { Clock } from '../clock.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { readStrictJson } from '../strict-json.ts';
import { isPlainObject } from '../type-checks.ts';
import { checkClaims, type ExpectedClaims } from './check-claims.ts';
import { verifyEd25519 } from './ed25519.ts';
import type { VerificationKey } from './key-set.ts';
import type { TokenClaims } from './token-claims.ts';
import { type TokenFault, TokenInvalidError } from './token-errors.ts';
import { checkHeader } from './token-header.ts';
import {
  defaultMaxTokenBytes,
  defaultMaxTokenLifetimeMs,
  greatestMaxTokenBytes,
  isTokenType,
  maxClockSkewMs,
  maxTokenJsonDepth,
} from './token-limits.ts';

/** What a token must be. Every expectation is the verifier's own; the token has no say in any. */
export interface VerifyTokenOptions {
  readonly backend: CryptoBackend;
  /** The keys that verify, with their algorithms; of different kids. */
  readonly keys: readonly VerificationKey[];
  /** Exactly what iss must be. */
  readonly issuer: string;
  /** Exactly what aud must be. */
  readonly audience: string;
  readonly clock: Clock;
  /** What typ must be (RFC 8725 §3.11), `JWT` if left out. */
  readonly type?: string;
  /** How far the issuer's clock may be off, 0 to 300,000 ms; 0 if left out. */
  readonly clockSkewMs?: number;
  /** Longest time between iat and exp, in milliseconds: the policy's `maxTokenLifetimeMs`; a day if left out. */
  readonly maxLifetimeMs?: number;
  /** Claims that must be there besides iss, aud, iat and exp. */
  readonly requiredClaims?: readonly string[];
  /** Longest token in bytes, at most 65,536; 8,192 if left out. */
  readonly maxTokenBytes?: number;
}

/** A token that was accepted. */
export interface VerifiedToken {
  /** The key that signed it. */
  readonly kid: string;
  readonly claims: TokenClaims;
}

/**
 * Accepts a token, or says why not. One token has one spelling: white space, padding, spare bits and other serialisations
 * are refused. The algorithm is the key's own (RFC 8725 §3.1); nothing in the token is ever fetched; claims are not even
 * parsed before the signature is right.
 *
 * Whoever calls it answers every refusal alike: the reasons are for logs, and `unknown_key` for fetching the key set again.
 *
 * @throws {@link TokenInvalidError} with the reason
 * @throws {@link TokenExpiredError} for a token that was good, and is over
 * @throws {@link InvalidArgumentError} for options out of range
 * @example
 * ```ts
 * using key = await openSigningKey(nodeBackend, SecretBytes.random(32));
 * const iat = Math.floor(Date.now() / 1000);
 * const issued = { iss: 'https://login.example', aud: 'billing', sub: 'u-17', iat, exp: iat + 900 };
 * const token = await issueToken(issued, { key, kid: 'k1' });
 * const { claims } = await verifyToken(token, {
 *   backend: nodeBackend,
 *   keys: [{ kid: 'k1', alg: 'EdDSA', publicKey: key.publicKey }],
 *   issuer: 'https://login.example',
 *   audience: 'billing',
 *   clock: systemClock,
 * });
 * claims.sub; // → 'u-17'
 * ```
 */
export async function verifyToken(token: string, options: VerifyTokenOptions): Promise<VerifiedToken> {
  requireObject('The options of a verifier', options);
  requireBackend(options.backend);
  requireArray('The keys of a verifier', options.keys);
  for (const key of options.keys) requireObject('A verification key', key);
  const expected = expectedClaims(options);
  const { header, claims, signature, signed } = splitToken(token, options);
  const { kid, alg } = checkHeader(jsonObject(header, 'header_json'), expectedType(options));
  const key = findKey(options.keys, kid);
  if (key.alg !== alg) throw new TokenInvalidError('alg', "The token's alg is not its key's.");
  if (!(await verifyEd25519(options.backend, key.publicKey, signed, signature))) {
    throw new TokenInvalidError('signature', "The token's signature is wrong.");
  }
  return { kid, claims: checkClaims(jsonObject(claims, 'claims_json'), expected) };
}

interface TokenParts {
  readonly header: Uint8Array;
  readonly claims: Uint8Array;
  readonly signature: Uint8Array;
  /** What is signed: the token's first two parts, ASCII (RFC 7515 §5.1). */
  readonly signed: Uint8Array;
}

function splitToken(token: string, { maxTokenBytes = defaultMaxTokenBytes }: VerifyTokenOptions): TokenParts {
  requireRange('maxTokenBytes', maxTokenBytes, 1, greatestMaxTokenBytes);
  if (typeof token !== 'string') throw new TokenInvalidError('not_a_token', 'A token is a string.');
  if (token.length > maxTokenBytes) {
    throw new TokenInvalidError('too_long', `The token is longer than ${maxTokenBytes} bytes.`);
  }
  const [header, claims, signature, ...more] = token.split('.', 6);
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) {
    throw new TokenInvalidError('not_compact', 'A token has three parts with dots between them.');
  }
  return {
    header: decoded(header),
    claims: decoded(claims),
    signature: decoded(signature),
    signed: new TextEncoder().encode(`${header}.${claims}`),
  };
}

function decoded(part: string): Uint8Array {
  try {
    return decodeBase64url(part);
  } catch {
    throw new TokenInvalidError('encoding', 'A part of the token is not canonical base64url.');
  }
}

function jsonObject(bytes: Uint8Array, fault: TokenFault): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = readStrictJson(bytes, { maxDepth: maxTokenJsonDepth });
  } catch {
    value = undefined;
  }
  if (!isPlainObject(value))
    throw new TokenInvalidError(fault, 'A part of the token is no strict JSON object.');
  return value;
}

function findKey(keys: readonly VerificationKey[], kid: string): VerificationKey {
  const [key, second] = keys.filter((candidate) => candidate.kid === kid);
  if (second !== undefined) throw new InvalidArgumentError('Two verification keys have the same kid.');
  if (key === undefined) throw new TokenInvalidError('unknown_key', 'No key has the kid of the token.');
  return key;
}

function expectedType({ type = 'JWT' }: VerifyTokenOptions): string {
  if (!isTokenType(type)) throw new InvalidArgumentError('The expected type is no token type.');
  return type;
}

function expectedClaims(options: VerifyTokenOptions): ExpectedClaims {
  const { issuer, audience, clock, requiredClaims = [] } = options;
  const { clockSkewMs = 0, maxLifetimeMs = defaultMaxTokenLifetimeMs } = options;
  if (typeof issuer !== 'string' || issuer === '' || typeof audience !== 'string' || audience === '') {
    throw new InvalidArgumentError('Issuer and audience must be expected by name.');
  }
  requireArray('requiredClaims', requiredClaims);
  requireClock(clock);
  requireRange('clockSkewMs', clockSkewMs, 0, maxClockSkewMs);
  requireRange('maxLifetimeMs', maxLifetimeMs, 1, Number.MAX_SAFE_INTEGER);
  return { issuer, audience, requiredClaims, clockSkewMs, maxLifetimeMs, nowMs: clock.now().wallMs };
}

function requireRange(what: string, value: number, least: number, greatest: number): void {
  if (!Number.isInteger(value) || value < least || value > greatest) {
    throw new InvalidArgumentError(`${what} must be an integer from ${least} to ${greatest}.`);
  }
}
