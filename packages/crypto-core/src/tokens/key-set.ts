import { requireArray, requireBytes, requireObject } from '../argument-types.ts';
import { decodeBase64url, encodeBase64url } from '../base64.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { isUsablePoint } from '../ed25519-checks.ts';
import { readStrictJson } from '../strict-json.ts';
import { isPlainObject, isUint8Array } from '../type-checks.ts';
import { publicKeyByteLength } from './ed25519.ts';
import { isKeyId, requireKeyId } from './key-id.ts';
import { type KeySetFault, KeySetInvalidError } from './token-errors.ts';

/** The algorithms a key may have: its own record says which, never the token. */
export type TokenAlgorithm = 'EdDSA';

/** A public key that verifies tokens. */
export interface VerificationKey {
  /** 1 to 64 letters, digits, `-` and `_`. */
  readonly kid: string;
  readonly alg: TokenAlgorithm;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A public key as JSON (RFC 7517 §4, RFC 8037 §2). */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly alg: 'EdDSA';
  readonly use: 'sig';
  readonly kid: string;
  /** Base64url of 32 bytes. */
  readonly x: string;
}

/** A set of public keys as JSON (RFC 7517 §5). */
export interface JsonWebKeySet {
  readonly keys: readonly PublicJwk[];
}

/** Longest text of a key set, in bytes. */
export const maxKeySetBytes: number = 64 * 1024;
/** Most keys of a set. */
export const maxKeySetKeys = 64;

/** Members of private and symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
/** Members that point to a key elsewhere, or carry a second one (RFC 7517 §4.6 to §4.9). */
const certificateMembers = ['x5u', 'x5c', 'x5t', 'x5t#S256'];

/**
 * What is published: only the public halves, each with algorithm and use.
 *
 * @throws {@link InvalidArgumentError} for a kid or key of the wrong form, or a kid used twice
 * @example
 * ```ts
 * using key = await openSigningKey(nodeBackend, SecretBytes.random(32));
 * const set = toJsonWebKeySet([{ kid: 'k1', alg: 'EdDSA', publicKey: key.publicKey }]);
 * set.keys[0]?.kty; // → 'OKP'
 * ```
 */
export function toJsonWebKeySet(keys: readonly VerificationKey[]): JsonWebKeySet {
  requireArray('The keys of a set', keys);
  for (const key of keys) {
    requireObject('A verification key', key);
    const { kid, publicKey } = key;
    requireKeyId(kid);
    if (!isStrong(publicKey)) throw new InvalidArgumentError(`The public key ${kid} is no Ed25519 key.`);
  }
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new InvalidArgumentError('Two keys of a set have the same kid.');
  }
  return {
    keys: keys.map(({ kid, alg, publicKey }) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      alg,
      use: 'sig',
      kid,
      x: encodeBase64url(publicKey),
    })),
  };
}

/**
 * Reads a published set of keys. One key that does not belong there, and the whole set is refused: it is not what we
 * publish. Members that are not known are ignored (RFC 7517 §4), those of private keys and certificates are not.
 *
 * @param bytes UTF-8, at most 65,536 bytes; at most 64 keys
 * @throws {@link KeySetInvalidError} with the reason, and the place of the key
 * @throws {@link InvalidArgumentError} for anything but a Uint8Array
 * @example
 * ```ts
 * const text =
 *   '{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}';
 * const keys = parseJsonWebKeySet(new TextEncoder().encode(text));
 * keys[0]?.kid; // → 'k1'
 * ```
 */
export function parseJsonWebKeySet(bytes: Uint8Array): readonly VerificationKey[] {
  requireBytes('A key set', bytes);
  const set = readJson(bytes);
  const keys: unknown = isPlainObject(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys))
    throw new KeySetInvalidError('shape', 'A key set is an object with an array keys.');
  if (keys.length > maxKeySetKeys) {
    throw new KeySetInvalidError('too_many_keys', `A key set has at most ${maxKeySetKeys} keys.`);
  }
  const parsed = keys.map(parseKey);
  for (const [position, { kid }] of parsed.entries()) {
    if (parsed.findIndex((key) => key.kid === kid) < position) {
      throw refusal('duplicate_kid', 'has a kid that another has', position);
    }
  }
  return parsed;
}

function readJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength > maxKeySetBytes) {
    throw new KeySetInvalidError('shape', `A key set has at most ${maxKeySetBytes} bytes.`);
  }
  try {
    return readStrictJson(bytes, { maxDepth: 8 });
  } catch {
    throw new KeySetInvalidError('json', 'The key set is no strict JSON.'); // the reader's error says nothing more
  }
}

function parseKey(jwk: unknown, position: number): VerificationKey {
  if (!isPlainObject(jwk)) throw refusal('shape', 'is no object', position);
  const has = (name: string): boolean => Object.hasOwn(jwk, name);
  // First of all, so that a set that gives secrets away is named as that.
  if (privateMembers.some(has)) throw refusal('private_member', 'holds private members', position);
  if (certificateMembers.some(has)) throw refusal('certificate_member', 'refers to certificates', position);
  const { kty, crv, alg, use, key_ops: operations, kid, x } = jwk;
  if (kty !== 'OKP') throw refusal('kty', 'is not of type OKP', position);
  if (crv !== 'Ed25519') throw refusal('crv', 'is not on Ed25519', position);
  if (alg !== undefined && alg !== 'EdDSA') throw refusal('alg', 'is not for EdDSA', position);
  if (use !== undefined && use !== 'sig') throw refusal('use', 'is not for signatures', position);
  if (operations !== undefined && !isVerifyOnly(operations)) {
    throw refusal('key_ops', 'is not for verifying only', position);
  }
  if (!isKeyId(kid)) throw refusal('kid', 'has no kid, or one of another form', position);
  return { kid, alg: 'EdDSA', publicKey: decodeKey(x, position) };
}

function isVerifyOnly(operations: unknown): boolean {
  return Array.isArray(operations) && operations.length === 1 && operations[0] === 'verify';
}

function decodeKey(x: unknown, position: number): Uint8Array {
  const publicKey = typeof x === 'string' ? decoded(x) : undefined;
  if (publicKey?.byteLength !== publicKeyByteLength) {
    throw refusal(
      'encoding',
      `has no x that is canonical base64url of ${publicKeyByteLength} bytes`,
      position,
    );
  }
  if (!isStrong(publicKey)) throw refusal('weak_key', 'is of small order or not reduced', position);
  return publicKey;
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return decodeBase64url(text);
  } catch {
    return undefined;
  }
}

function isStrong(publicKey: Uint8Array): boolean {
  return isUint8Array(publicKey) && publicKey.byteLength === publicKeyByteLength && isUsablePoint(publicKey);
}

function refusal(reason: KeySetFault, what: string, position: number): KeySetInvalidError {
  return new KeySetInvalidError(reason, `Key ${position} of the set ${what}.`, position);
}
