import { requireBackend } from '../argument-types.ts';
import type { CryptoBackend, HkdfOptions } from '../backend.ts';
import type { SecretBytes } from '../secret-bytes.ts';

/**
 * HKDF-SHA256, extract and expand (RFC 5869 §2).
 *
 * HKDF separates keys; it does not make a weak secret strong. For what people choose and remember there is
 * {@link deriveFromPassword}.
 *
 * @param secret uniformly random or otherwise rich input, any length; stays the caller's
 * @param options `salt` any length, `info` 0 to 1,024 bytes, `byteLength` 1 to 8,160 bytes
 * @returns the derived key; the caller's to dispose of
 * @throws {@link InvalidArgumentError} for a length that HKDF cannot give, or a longer info
 * @throws {@link SecretDisposedError} when the secret was disposed of
 * @example
 * ```ts
 * using secret = SecretBytes.random(32);
 * const info = new TextEncoder().encode('example.com/exports/v1');
 * using key = await hkdfSha256(nodeBackend, secret, { info, byteLength: 32 });
 * ```
 */
export async function hkdfSha256(
  backend: CryptoBackend,
  secret: SecretBytes,
  options: HkdfOptions,
): Promise<SecretBytes> {
  requireBackend(backend);
  return await backend.primitives.hkdf('SHA-256', secret, options);
}

/**
 * HKDF-SHA384, otherwise as {@link hkdfSha256}.
 *
 * @param options `byteLength` 1 to 12,240 bytes
 * @throws {@link InvalidArgumentError} for a length that HKDF cannot give, or a longer info
 * @throws {@link SecretDisposedError} when the secret was disposed of
 * @example
 * ```ts
 * using secret = SecretBytes.random(32);
 * const info = new TextEncoder().encode('example.com/exports/v1');
 * using key = await hkdfSha384(nodeBackend, secret, { salt: nodeBackend.randomBytes(48), info, byteLength: 48 });
 * ```
 */
export async function hkdfSha384(
  backend: CryptoBackend,
  secret: SecretBytes,
  options: HkdfOptions,
): Promise<SecretBytes> {
  requireBackend(backend);
  return await backend.primitives.hkdf('SHA-384', secret, options);
}

/**
 * HKDF-SHA512, otherwise as {@link hkdfSha256}.
 *
 * @param options `byteLength` 1 to 16,320 bytes
 * @throws {@link InvalidArgumentError} for a length that HKDF cannot give, or a longer info
 * @throws {@link SecretDisposedError} when the secret was disposed of
 * @example
 * ```ts
 * using secret = SecretBytes.random(32);
 * const info = new TextEncoder().encode('example.com/exports/v1');
 * using key = await hkdfSha512(nodeBackend, secret, { salt: nodeBackend.randomBytes(64), info, byteLength: 64 });
 * ```
 */
export async function hkdfSha512(
  backend: CryptoBackend,
  secret: SecretBytes,
  options: HkdfOptions,
): Promise<SecretBytes> {
  requireBackend(backend);
  return await backend.primitives.hkdf('SHA-512', secret, options);
}
