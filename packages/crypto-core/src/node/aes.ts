import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import { requireBytes } from '../argument-types.ts';
import { SecretDisposedError } from '../crypto-errors.ts';
import { tagByteLength } from '../format.ts';
import { isCbcLength, requireAesKey, requireIv, requireNonce } from '../primitive-arguments.ts';
import type { AesGcmKey } from '../primitives.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { namedIfMissing } from './missing-algorithm.ts';
import { unshared } from './unshared.ts';

// Without it, Node accepts tags cut to 4 bytes (NIST SP 800-38D §5.2.1.2 lists them as permitted lengths).
const gcmOptions = { authTagLength: tagByteLength } as const;

type GcmAlgorithm = 'aes-128-gcm' | 'aes-256-gcm';

/** AES-128-GCM or AES-256-GCM. */
export class NodeAesGcmKey implements AesGcmKey {
  readonly #algorithm: GcmAlgorithm;
  #key: KeyObject | undefined;

  /** @param key 16 or 32 bytes; copied, stays the caller's */
  constructor(key: SecretBytes) {
    requireAesKey(key);
    this.#algorithm = key.byteLength === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
    this.#key = createSecretKey(key.reveal());
  }

  seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
    requireNonce(nonce);
    requireBytes('What is sealed', plaintext);
    requireBytes('An AAD', aad);
    const cipher = gcmCipher(this.#algorithm, this.#requireKey(), nonce);
    cipher.setAAD(aad);
    const sealed = new Uint8Array(plaintext.byteLength + tagByteLength);
    sealed.set(cipher.update(unshared(plaintext)));
    cipher.final(); // counter mode: nothing is left to write, but the tag is computed here
    sealed.set(cipher.getAuthTag(), plaintext.byteLength);
    return sealed;
  }

  open(nonce: Uint8Array, given: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
    requireNonce(nonce);
    requireBytes('What is opened', given);
    requireBytes('An AAD', aad);
    const key = this.#requireKey();
    const sealed = unshared(given);
    const tagAt = sealed.byteLength - tagByteLength;
    if (tagAt < 0) return undefined;
    const decipher = gcmDecipher(this.#algorithm, key, nonce);
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(tagAt));
    // update() gives plaintext before final() has checked the tag: it does not leave this function until then.
    return finished(decipher, decipher.update(sealed.subarray(0, tagAt)));
  }

  #requireKey(): KeyObject {
    if (this.#key === undefined) throw new SecretDisposedError('This key has been disposed of.');
    return this.#key;
  }

  /** Drops the key; Node zeroises its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#key = undefined;
  }
}

/** AES-CBC with PKCS#7 padding. */
export function aesCbcEncrypt(key: SecretBytes, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  requireIv(iv);
  requireBytes('What is encrypted', plaintext);
  const cipher = cbc(createCipheriv, key, iv);
  const blocks = cipher.update(plaintext);
  const last = cipher.final();
  const ciphertext = new Uint8Array(blocks.byteLength + last.byteLength);
  ciphertext.set(blocks);
  ciphertext.set(last, blocks.byteLength);
  return ciphertext;
}

/** The plaintext, or undefined for wrong padding. */
export function aesCbcDecrypt(
  key: SecretBytes,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  requireIv(iv);
  requireBytes('What is decrypted', ciphertext);
  const decipher = cbc(createDecipheriv, key, iv);
  if (!isCbcLength(ciphertext.byteLength)) return undefined;
  return finished(decipher, decipher.update(ciphertext));
}

/** `blocks` and what final() adds, zeroising what is copied; undefined, and `blocks` zeroised, where final() refuses. */
function finished(decipher: { final(): Buffer }, blocks: Uint8Array): Uint8Array | undefined {
  try {
    const last = decipher.final();
    const plaintext = new Uint8Array(new ArrayBuffer(blocks.byteLength + last.byteLength));
    plaintext.set(blocks);
    plaintext.set(last, blocks.byteLength);
    last.fill(0);
    return plaintext;
  } catch {
    return undefined;
  } finally {
    blocks.fill(0);
  }
}

function gcmCipher(algorithm: GcmAlgorithm, key: KeyObject, nonce: Uint8Array): CipherGCM {
  try {
    return createCipheriv(algorithm, key, nonce, gcmOptions);
  } catch (error) {
    throw namedIfMissing(algorithm, error);
  }
}

function gcmDecipher(algorithm: GcmAlgorithm, key: KeyObject, nonce: Uint8Array): DecipherGCM {
  try {
    return createDecipheriv(algorithm, key, nonce, gcmOptions);
  } catch (error) {
    throw namedIfMissing(algorithm, error);
  }
}

function cbc<T>(
  create: (algorithm: string, key: Uint8Array, iv: Uint8Array) => T,
  key: SecretBytes,
  iv: Uint8Array,
): T {
  requireAesKey(key);
  const algorithm = `aes-${key.byteLength * 8}-cbc`;
  const bytes = key.reveal();
  try {
    return create(algorithm, bytes, iv);
  } catch (error) {
    throw namedIfMissing(algorithm, error);
  }
}
