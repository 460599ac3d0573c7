import type { Awaitable } from './awaitable.ts';
import type { HkdfOptions } from './backend.ts';
import type { SecretBytes } from './secret-bytes.ts';

/** The hash functions that keys are derived and authenticated with (FIPS 180-4). */
export type HashName = 'SHA-256' | 'SHA-384' | 'SHA-512';

/** What PBKDF2 derives from a password. */
export interface Pbkdf2Options {
  /** Any length. */
  readonly salt: Uint8Array;
  /** 1 to 2³¹ − 1. */
  readonly iterations: number;
  /** Length of the result, 1 to 8,160 bytes. */
  readonly byteLength: number;
}

/** What scrypt derives from a password (RFC 7914 §2). It needs about 128 · cost · blockSize bytes of memory. */
export interface ScryptOptions {
  /** Any length. */
  readonly salt: Uint8Array;
  /** N, a power of two from 2 to 2²⁴. */
  readonly cost: number;
  /** r, 1 to 255; 128 · cost · blockSize is at most 1 GiB. */
  readonly blockSize: number;
  /** p, 1 to 255. */
  readonly parallelization: number;
  /** Length of the result, 1 to 8,160 bytes. */
  readonly byteLength: number;
}

/** AES-GCM with 96-bit nonces and 128-bit tags, under one key. */
export interface AesGcmKey extends Disposable {
  /**
   * Ciphertext n ‖ tag 16.
   *
   * @param nonce 12 bytes, never used before with this key
   * @throws {@link InvalidArgumentError} for a nonce of another length
   * @throws {@link SecretDisposedError} after disposal
   */
  seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Awaitable<Uint8Array>;
  /**
   * The plaintext in memory of its own, none of it before the tag is verified; undefined when the tag does not match, or
   * when there are fewer bytes than a tag has.
   *
   * @param nonce 12 bytes
   * @throws {@link InvalidArgumentError} for a nonce of another length
   * @throws {@link SecretDisposedError} after disposal
   */
  open(nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Awaitable<Uint8Array | undefined>;
}

/** An Ed25519 key that signs (RFC 8032 §5.1). */
export interface Ed25519SigningKey extends Disposable {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * The signature, 64 bytes; the same for the same data.
   *
   * @throws {@link SecretDisposedError} after disposal
   */
  sign(data: Uint8Array): Awaitable<Uint8Array>;
}

/**
 * The runtime's primitives, below the formats. Some take nonces and IVs that must not repeat, and some do not
 * authenticate: they are for the formats of this package, which see to both.
 *
 * Secrets that are passed in stay the caller's; secrets that are returned are the caller's to dispose of. A disposed
 * secret is refused with {@link SecretDisposedError} by all of them, and a length, number or name outside of what is
 * stated with {@link InvalidArgumentError}.
 *
 * @internal
 */
export interface Primitives {
  /** The hash of `data`: 32, 48 or 64 bytes. */
  digest(hash: HashName, data: Uint8Array): Awaitable<Uint8Array>;
  /** HMAC (RFC 2104) with a key of any length: 32, 48 or 64 bytes. */
  hmac(hash: HashName, key: SecretBytes, data: Uint8Array): Awaitable<Uint8Array>;
  /** HKDF (RFC 5869), extract and expand. `options.byteLength` is at most 255 times the hash's length. */
  hkdf(hash: HashName, secret: SecretBytes, options: HkdfOptions): Awaitable<SecretBytes>;
  /** PBKDF2-HMAC (RFC 8018 §5.2). */
  pbkdf2(hash: HashName, password: SecretBytes, options: Pbkdf2Options): Awaitable<SecretBytes>;
  /**
   * scrypt (RFC 7914).
   *
   * @throws {@link UnsupportedByRuntimeError} by the Web Crypto backend
   */
  scrypt(password: SecretBytes, options: ScryptOptions): Awaitable<SecretBytes>;
  /** @param key 16 or 32 bytes */
  aesGcmKey(key: SecretBytes): Awaitable<AesGcmKey>;
  /**
   * AES-CBC with PKCS#7 padding: 1 to 16 bytes more than the plaintext.
   *
   * @param key 16 or 32 bytes
   * @param iv 16 bytes, unpredictable
   */
  aesCbcEncrypt(key: SecretBytes, iv: Uint8Array, plaintext: Uint8Array): Awaitable<Uint8Array>;
  /**
   * The plaintext, or undefined when the padding is wrong or the length is no positive multiple of 16. Nothing is
   * authenticated: the caller has verified a MAC over `iv` and `ciphertext` before.
   *
   * @param key 16 or 32 bytes
   * @param iv 16 bytes
   */
  aesCbcDecrypt(key: SecretBytes, iv: Uint8Array, ciphertext: Uint8Array): Awaitable<Uint8Array | undefined>;
  /**
   * AES key wrap (RFC 3394 §2.2.1): 8 bytes more than the key.
   *
   * @param kek 16 or 32 bytes
   * @param key 16 to 8,192 bytes, a multiple of 8
   */
  aesKeyWrap(kek: SecretBytes, key: SecretBytes): Awaitable<Uint8Array>;
  /**
   * The wrapped key, or undefined when it does not unwrap under this key or its length cannot be right.
   *
   * @param kek 16 or 32 bytes
   * @param wrapped 24 to 8,200 bytes, a multiple of 8
   */
  aesKeyUnwrap(kek: SecretBytes, wrapped: Uint8Array): Awaitable<SecretBytes | undefined>;
  /**
   * AES key wrap with padding (RFC 5649 §4.1): 8 to 15 bytes more than the key.
   *
   * @param kek 16 or 32 bytes
   * @param key 1 to 8,192 bytes
   */
  aesKeyWrapPadded(kek: SecretBytes, key: SecretBytes): Awaitable<Uint8Array>;
  /**
   * The wrapped key, or undefined when it does not unwrap under this key or its length cannot be right.
   *
   * @param kek 16 or 32 bytes
   * @param wrapped 16 to 8,200 bytes, a multiple of 8
   */
  aesKeyUnwrapPadded(kek: SecretBytes, wrapped: Uint8Array): Awaitable<SecretBytes | undefined>;
  /** @param seed the private key of RFC 8032 §5.1.5, 32 bytes */
  ed25519SigningKey(seed: SecretBytes): Awaitable<Ed25519SigningKey>;
  /**
   * Whether the signature is right (RFC 8032 §5.1.7). False for a signature of another length than 64 bytes, for a key
   * that is no point of the curve or is not in its one encoding, and where the key or the signature's first half is one of
   * the eight points of small order, for which runtimes disagree.
   *
   * @param publicKey 32 bytes
   */
  ed25519Verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): Awaitable<boolean>;
}
