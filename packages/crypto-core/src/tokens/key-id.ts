import { requireBackend, requireBytes } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { encodeBase64url } from '../base64.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { ed25519KeyByteLength, requireLength } from '../primitive-arguments.ts';

/** Longest name of a key, in characters. */
export const maxKeyIdLength = 64;

const keyIdForm = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Whether `value` can name a key: 1 to 64 letters, digits, `-` and `_`. Nothing that a path, a URL, a query or a header
 * line would read as more than a name.
 *
 * @example
 * ```ts
 * isKeyId('2027-01_a'); // → true
 * isKeyId('../keys/1'); // → false
 * ```
 */
export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && keyIdForm.test(value);
}

/**
 * @throws {@link InvalidArgumentError} unless `kid` can name a key
 */
export function requireKeyId(kid: string): void {
  if (!isKeyId(kid)) {
    throw new InvalidArgumentError(`A kid has 1 to ${maxKeyIdLength} letters, digits, - and _.`);
  }
}

/**
 * A public key's own name: its JWK thumbprint with SHA-256 (RFC 7638 §3, RFC 8037 §2), 43 characters.
 *
 * @param publicKey 32 bytes
 * @throws {@link InvalidArgumentError} for a public key of another length
 * @example
 * ```ts
 * using key = await openSigningKey(nodeBackend, SecretBytes.random(32));
 * const kid = await keyIdOf(nodeBackend, key.publicKey);
 * kid.length; // → 43
 * ```
 */
export async function keyIdOf(backend: CryptoBackend, publicKey: Uint8Array): Promise<string> {
  requireBackend(backend);
  requireBytes('A public key', publicKey);
  requireLength('A public key', publicKey, ed25519KeyByteLength);
  // The required members only, in the order of their names, without white space.
  const text = `{"crv":"Ed25519","kty":"OKP","x":"${encodeBase64url(publicKey)}"}`;
  return encodeBase64url(await backend.sha256(new TextEncoder().encode(text)));
}
