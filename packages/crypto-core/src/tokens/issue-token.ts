import { requireFunction, requireObject } from '../argument-types.ts';
import { encodeBase64url } from '../base64.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { writeJson } from '../json-writer.ts';
import type { Ed25519SigningKey } from '../primitives.ts';
import { parseStrictJson } from '../strict-json.ts';
import { requireKeyId } from './key-id.ts';
import { alwaysRequired, claimForms, type TokenClaims } from './token-claims.ts';
import {
  defaultMaxTokenBytes,
  defaultMaxTokenLifetimeMs,
  isTokenType,
  maxTokenJsonDepth,
} from './token-limits.ts';

/** How a token is signed. */
export interface IssueTokenOptions {
  readonly key: Ed25519SigningKey;
  /** Names the key: 1 to 64 letters, digits, `-` and `_`. */
  readonly kid: string;
  /** What kind of token it is (RFC 8725 §3.11); `JWT` if left out. */
  readonly type?: string;
  /** Longest time between iat and exp, in milliseconds; a day if left out, as for {@link verifyToken}. */
  readonly maxLifetimeMs?: number;
}

/**
 * Issues a token: a JWT in compact form, signed with EdDSA (RFC 7519, RFC 7515 §7.1, RFC 8037 §3.1).
 *
 * Under keys that rotate, {@link SigningKeySet.issue} does it by their policy.
 *
 * @param claims iss, aud, iat and exp must be there, with iat < exp and no more than `maxLifetimeMs` between them; JSON only
 * @returns at most 8,192 characters
 * @throws {@link InvalidArgumentError} for claims that {@link verifyToken} would not accept, or too many of them
 * @throws {@link UnsupportedValueError} for claims that are no JSON
 * @throws {@link SecretDisposedError} for a key that was disposed of
 * @example
 * ```ts
 * using key = await openSigningKey(nodeBackend, SecretBytes.random(32));
 * const iat = Math.floor(Date.now() / 1000);
 * const token = await issueToken(
 *   { iss: 'https://login.example', aud: 'billing', sub: 'u-17', iat, exp: iat + 900 },
 *   { key, kid: await keyIdOf(nodeBackend, key.publicKey) },
 * );
 * ```
 */
export async function issueToken(claims: TokenClaims, options: IssueTokenOptions): Promise<string> {
  requireObject('The options of a token', options);
  const { key, kid, type = 'JWT', maxLifetimeMs = defaultMaxTokenLifetimeMs } = options;
  requireObject('Claims', claims);
  requireObject('A signing key', key);
  requireFunction("A signing key's sign", key.sign);
  requireKeyId(kid);
  if (!isTokenType(type))
    throw new InvalidArgumentError('A token type has 1 to 64 letters, digits, +, - and dots.');
  const written = definedOnly(claims);
  requireClaims(written);
  requireLifetime(written, maxLifetimeMs);
  const utf8 = new TextEncoder();
  const payload = writeJson(written);
  requireReadable(payload);
  const header = utf8.encode(`{"alg":"EdDSA","typ":"${type}","kid":"${kid}"}`);
  const signed = `${encodeBase64url(header)}.${encodeBase64url(utf8.encode(payload))}`;
  const signature = await key.sign(utf8.encode(signed));
  const token = `${signed}.${encodeBase64url(signature)}`;
  if (token.length > defaultMaxTokenBytes) {
    throw new InvalidArgumentError(`A token has at most ${defaultMaxTokenBytes} characters.`);
  }
  return token;
}

/** What the writer can write and a strict reader refuses: deep nesting, integers beyond 2⁵³, a member named __proto__. */
function requireReadable(payload: string): void {
  try {
    parseStrictJson(payload, { maxDepth: maxTokenJsonDepth });
  } catch (cause) {
    throw new InvalidArgumentError('The claims are JSON that no verifier accepts.', { cause });
  }
}

function definedOnly(claims: TokenClaims): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

function requireClaims(claims: Readonly<Record<string, unknown>>): void {
  if (Object.hasOwn(claims, '__proto__'))
    throw new InvalidArgumentError('A claim cannot be named __proto__.');
  for (const [name, isRight] of Object.entries(claimForms)) {
    const isThere = Object.hasOwn(claims, name);
    if (isThere ? !isRight(claims[name]) : alwaysRequired.includes(name)) {
      throw new InvalidArgumentError(`The claim ${name} is missing or of the wrong form.`);
    }
  }
  if (Number(claims['iat']) >= Number(claims['exp'])) {
    throw new InvalidArgumentError('A token is issued before it ends.');
  }
}

/** A longer token would outlive the overlap in which its key verifies. The claims are of the right form. */
function requireLifetime({ iat, exp }: Readonly<Record<string, unknown>>, maxLifetimeMs: number): void {
  if (!Number.isFinite(maxLifetimeMs) || maxLifetimeMs < 0) {
    throw new InvalidArgumentError('maxLifetimeMs must be a finite number of milliseconds, at least 0.');
  }
  if ((Number(exp) - Number(iat)) * 1000 > maxLifetimeMs) {
    throw new InvalidArgumentError(`A token lives ${maxLifetimeMs} ms at most.`);
  }
}
