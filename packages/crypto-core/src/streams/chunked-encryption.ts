import { InvalidArgumentError } from '../crypto-errors.ts';
import { disposing } from '../disposing.ts';
import { nonceByteLength } from '../format.ts';
import type { AesGcmKey, Primitives } from '../primitives.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { hkdfExpand } from './hkdf-expand.ts';
import { saltByteLength, streamCommitmentByteLength } from './stream-format.ts';

/*
 * The C2SP construction (https://c2sp.org/chunked-encryption, v1) with SHA-512 and AES-GCM. Internal: it takes the salt,
 * which must never repeat for one input key; the callers draw it at random, and the tests take it from published vectors.
 */

/** A key size of the construction, and the name under which its AEAD enters the derivation. */
export interface ChunkedEncryptionForm {
  readonly keyByteLength: number;
  /** From IANA's registry of AEAD algorithms. */
  readonly aead: string;
}

/** The 128-bit form is the one that the published vectors check; streams use the 256-bit form. */
export const chunkedEncryptionForms: Readonly<Record<128 | 256, ChunkedEncryptionForm>> = {
  128: { keyByteLength: 16, aead: 'AEAD_AES_128_GCM' },
  256: { keyByteLength: 32, aead: 'AEAD_AES_256_GCM' },
};

const infoPrefix = 'c2sp.org/chunked-encryption@v1+';
const noAad = new Uint8Array(0);

/** The keys of one message, derived and ready. Chunks are numbered from 0; each is sealed once. */
export class ChunkedCipher implements Disposable {
  /** What input key, salt and context commit to, 32 bytes. A reader compares it before it opens any chunk. */
  readonly commitment: Uint8Array;
  readonly #key: AesGcmKey;
  readonly #baseNonce: SecretBytes;

  private constructor(commitment: Uint8Array, key: AesGcmKey, baseNonce: SecretBytes) {
    this.commitment = commitment;
    this.#key = key;
    this.#baseNonce = baseNonce;
  }

  /**
   * key ‖ base nonce ‖ commitment = HKDF-Expand-SHA512(input key, "c2sp.org/chunked-encryption@v1+" ‖ aead ‖ 0x00 ‖ salt ‖
   * context) (§ Key derivation).
   *
   * @param inputKey 16 or 32 uniformly random bytes, as the form says; stays the caller's
   * @param salt 24 bytes, never used before with this input key for sealing
   * @throws {@link InvalidArgumentError} for an input key or salt of another length
   */
  static async derive(
    primitives: Primitives,
    form: ChunkedEncryptionForm,
    inputKey: SecretBytes,
    salt: Uint8Array,
    context: Uint8Array,
  ): Promise<ChunkedCipher> {
    const { keyByteLength, aead } = form;
    if (inputKey.byteLength !== keyByteLength || salt.byteLength !== saltByteLength) {
      throw new InvalidArgumentError(
        `${aead} takes a key of ${keyByteLength} and a salt of ${saltByteLength} bytes.`,
      );
    }
    const label = new TextEncoder().encode(`${infoPrefix}${aead}\0`);
    const info = new Uint8Array(label.byteLength + salt.byteLength + context.byteLength);
    info.set(label);
    info.set(salt, label.byteLength);
    info.set(context, label.byteLength + salt.byteLength);
    const byteLength = keyByteLength + nonceByteLength + streamCommitmentByteLength;
    return disposing(await hkdfExpand(primitives, 'SHA-512', inputKey, info, byteLength), async (derived) => {
      const bytes = derived.reveal();
      const key = await disposing(SecretBytes.take(bytes.subarray(0, keyByteLength)), async (secret) =>
        primitives.aesGcmKey(secret),
      );
      const baseNonce = SecretBytes.take(bytes.subarray(keyByteLength, keyByteLength + nonceByteLength));
      return new ChunkedCipher(
        Uint8Array.from(bytes.subarray(keyByteLength + nonceByteLength)),
        key,
        baseNonce,
      );
    });
  }

  /**
   * Ciphertext n ‖ tag 16.
   *
   * @param index 0 to 2³² − 1, each once
   */
  async seal(index: number, chunk: Uint8Array): Promise<Uint8Array> {
    return this.#key.seal(this.#nonce(index), chunk, noAad);
  }

  /** The chunk; undefined when it is not what was sealed as chunk `index`. */
  async open(index: number, sealed: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#key.open(this.#nonce(index), sealed, noAad);
  }

  /** The base nonce XOR the chunk's number as a big-endian integer (§ AEAD usage). */
  #nonce(index: number): Uint8Array {
    const nonce = this.#baseNonce.reveal().slice();
    const view = new DataView(nonce.buffer);
    view.setUint32(8, view.getUint32(8) ^ index);
    return nonce;
  }

  [Symbol.dispose](): void {
    this.#key[Symbol.dispose]();
    this.#baseNonce.dispose();
  }
}
