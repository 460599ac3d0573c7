import { requireBackend } from './argument-types.ts';
import type { CryptoBackend } from './backend.ts';
import { KeyUnwrapFailedError } from './crypto-errors.ts';
import type { SecretBytes } from './secret-bytes.ts';

/*
 * AES key wrap for the exchange of keys with what asks for it: HSMs, the import and export of key services, PKCS#11, JWE. It
 * is deterministic (equal keys give equal bytes) and binds nothing but the key. Keys that Keyfold stores are wrapped by
 * `CryptoBackend.wrappingKey` instead, which binds each to its place.
 */

/**
 * A key wrapped by AES key wrap (AES-KW, RFC 3394 §2.2.1): 8 bytes longer than the key.
 *
 * @param kek the key that wraps, 16 or 32 bytes; stays the caller's
 * @param key 16 to 8,192 bytes, a multiple of 8; stays the caller's
 * @throws {@link InvalidArgumentError} for keys of other lengths
 * @throws {@link SecretDisposedError} for a key that was disposed of
 * @throws {@link UnsupportedByRuntimeError} where the runtime has no AES key wrap, as Bun
 * @example
 * ```ts
 * const kek = SecretBytes.random(32);
 * const wrapped = await aesKeyWrap(nodeBackend, kek, SecretBytes.random(32));
 * wrapped.byteLength; // → 40
 * ```
 */
export async function aesKeyWrap(
  backend: CryptoBackend,
  kek: SecretBytes,
  key: SecretBytes,
): Promise<Uint8Array> {
  requireBackend(backend);
  return await backend.primitives.aesKeyWrap(kek, key);
}

/**
 * The key that {@link aesKeyWrap} wrapped (RFC 3394 §2.2.2).
 *
 * @param kek the key that wrapped it, 16 or 32 bytes; stays the caller's
 * @param wrapped 24 to 8,200 bytes, a multiple of 8
 * @returns the key; the caller's to dispose of
 * @throws {@link KeyUnwrapFailedError} for changed bytes, another key or another length; nothing is an empty key
 * @throws {@link InvalidArgumentError} for a `kek` of another length
 * @throws {@link SecretDisposedError} for a `kek` that was disposed of
 * @throws {@link UnsupportedByRuntimeError} where the runtime has no AES key wrap, as Bun
 * @example
 * ```ts
 * const kek = SecretBytes.random(32);
 * const wrapped = await aesKeyWrap(nodeBackend, kek, SecretBytes.random(16));
 * const key = await aesKeyUnwrap(nodeBackend, kek, wrapped);
 * key.byteLength; // → 16
 * ```
 */
export async function aesKeyUnwrap(
  backend: CryptoBackend,
  kek: SecretBytes,
  wrapped: Uint8Array,
): Promise<SecretBytes> {
  requireBackend(backend);
  return unwrapped(await backend.primitives.aesKeyUnwrap(kek, wrapped));
}

/**
 * A key of any length wrapped by AES key wrap with padding (AES-KWP, RFC 5649 §4.1): 8 to 15 bytes longer than the key.
 *
 * @param kek the key that wraps, 16 or 32 bytes; stays the caller's
 * @param key 1 to 8,192 bytes; stays the caller's
 * @throws {@link InvalidArgumentError} for keys of other lengths
 * @throws {@link SecretDisposedError} for a key that was disposed of
 * @throws {@link UnsupportedByRuntimeError} where the runtime has no AES key wrap, as Bun
 * @example
 * ```ts
 * const wrapped = await aesKeyWrapPadded(nodeBackend, SecretBytes.random(32), SecretBytes.random(20));
 * wrapped.byteLength; // → 32
 * ```
 */
export async function aesKeyWrapPadded(
  backend: CryptoBackend,
  kek: SecretBytes,
  key: SecretBytes,
): Promise<Uint8Array> {
  requireBackend(backend);
  return await backend.primitives.aesKeyWrapPadded(kek, key);
}

/**
 * The key that {@link aesKeyWrapPadded} wrapped (RFC 5649 §4.2).
 *
 * @param kek the key that wrapped it, 16 or 32 bytes; stays the caller's
 * @param wrapped 16 to 8,200 bytes, a multiple of 8
 * @returns the key; the caller's to dispose of
 * @throws {@link KeyUnwrapFailedError} for changed bytes, another key or another length; nothing is an empty key
 * @throws {@link InvalidArgumentError} for a `kek` of another length
 * @throws {@link SecretDisposedError} for a `kek` that was disposed of
 * @throws {@link UnsupportedByRuntimeError} where the runtime has no AES key wrap, as Bun
 * @example
 * ```ts
 * const kek = SecretBytes.random(32);
 * const wrapped = await aesKeyWrapPadded(nodeBackend, kek, SecretBytes.random(20));
 * const key = await aesKeyUnwrapPadded(nodeBackend, kek, wrapped);
 * key.byteLength; // → 20
 * ```
 */
export async function aesKeyUnwrapPadded(
  backend: CryptoBackend,
  kek: SecretBytes,
  wrapped: Uint8Array,
): Promise<SecretBytes> {
  requireBackend(backend);
  return unwrapped(await backend.primitives.aesKeyUnwrapPadded(kek, wrapped));
}

function unwrapped(key: SecretBytes | undefined): SecretBytes {
  if (key === undefined) throw new KeyUnwrapFailedError('The wrapped key does not unwrap under this key.');
  return key;
}
