import { requireBytes } from '../argument-types.ts';
import { SecretDisposedError } from '../crypto-errors.ts';
import { tagByteLength } from '../format.ts';
import { requireAesKey, requireNonce } from '../primitive-arguments.ts';
import type { AesGcmKey } from '../primitives.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { copyOf, offered, unlessRefused, type WebKey, webSubtle } from './runtime.ts';

/*
 * AES-GCM with a nonce that the caller gives. Internal: nothing that is exported from the package takes a nonce; the only
 * callers draw it from a WebNonceSource or derive it as a published format says.
 */

/** Always the full tag: Web Crypto would take any of the lengths of NIST SP 800-38D §5.2.1.2. */
const tagLengthBits = tagByteLength * 8;

/** AES-128-GCM or AES-256-GCM. */
export class WebAesGcmKey implements AesGcmKey {
  #key: WebKey | undefined;

  /** @param key of {@link importAesGcmKey} */
  constructor(key: WebKey) {
    this.#key = key;
  }

  async seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    requireNonce(nonce);
    const copy = copyOf(plaintext);
    try {
      return await sealGcm(this.#requireKey(), copyOf(nonce), copy, copyOf(aad));
    } finally {
      copy.fill(0);
    }
  }

  async open(nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array | undefined> {
    requireNonce(nonce);
    requireBytes('What is opened', sealed);
    const key = this.#requireKey();
    if (sealed.byteLength < tagByteLength) return undefined;
    return openGcm(key, copyOf(nonce), copyOf(sealed), copyOf(aad));
  }

  #requireKey(): WebKey {
    if (this.#key === undefined) throw new SecretDisposedError('This key has been disposed of.');
    return this.#key;
  }

  /** Drops the key; the runtime frees its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#key = undefined;
  }
}

/**
 * A key that does not leave the runtime again.
 *
 * @param key 16 or 32 bytes; stays the caller's
 */
export async function importAesGcmKey(key: SecretBytes): Promise<WebKey> {
  requireAesKey(key);
  const copy = key.clone();
  try {
    return await offered(
      'AES-GCM',
      webSubtle().importKey('raw', copy.reveal(), 'AES-GCM', false, ['encrypt', 'decrypt']),
    );
  } finally {
    copy.dispose();
  }
}

/**
 * Ciphertext n ‖ tag 16. The arguments are this call's own: nobody changes them meanwhile.
 *
 * @param nonce 12 bytes, never used before with this key
 */
export async function sealGcm(
  key: WebKey,
  nonce: Uint8Array<ArrayBuffer>,
  plaintext: Uint8Array<ArrayBuffer>,
  aad: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await webSubtle().encrypt(gcm(nonce, aad), key, plaintext));
}

/**
 * The plaintext, or undefined when the tag does not match. The arguments are this call's own.
 *
 * @param nonce 12 bytes
 * @param sealed at least 16 bytes
 */
export async function openGcm(
  key: WebKey,
  nonce: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
  aad: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const plaintext = await unlessRefused(webSubtle().decrypt(gcm(nonce, aad), key, sealed));
  return plaintext === undefined ? undefined : new Uint8Array(plaintext);
}

function gcm(nonce: Uint8Array<ArrayBuffer>, aad: Uint8Array<ArrayBuffer>) {
  return { name: 'AES-GCM', iv: nonce, additionalData: aad, tagLength: tagLengthBits };
}
