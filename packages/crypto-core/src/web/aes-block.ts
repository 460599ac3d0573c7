import { aesBlockByteLength } from '../primitive-arguments.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { importAesCbcKey } from './aes-cbc.ts';
import { copyOf, type WebKey, webSubtle } from './runtime.ts';

const zeroIv = new Uint8Array(new ArrayBuffer(aesBlockByteLength));
const nothing = new Uint8Array(new ArrayBuffer(0));

/**
 * The AES block cipher itself, which Web Crypto does not offer, by its AES-CBC. Only what it is built on comes from here:
 * the arithmetic on keys stays the runtime's. For {@link aesKeyWrapPadded}; never for encrypting data.
 */
export class AesBlockCipher {
  readonly #key: WebKey;

  private constructor(key: WebKey) {
    this.#key = key;
  }

  /** @param key 16 or 32 bytes; stays the caller's */
  static async under(key: SecretBytes): Promise<AesBlockCipher> {
    return new AesBlockCipher(await importAesCbcKey(key));
  }

  /**
   * E(block): CBC's first block is E(block ⊕ IV), with an IV of zeros (NIST SP 800-38A §6.2). The block of padding after it
   * is dropped.
   *
   * @param block 16 bytes
   */
  async encrypt(block: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const blocks = await this.#encryptCbc(zeroIv, copyOf(block));
    blocks.fill(0, aesBlockByteLength);
    return blocks.subarray(0, aesBlockByteLength);
  }

  /**
   * D(block). CBC decrypts block ‖ padding, where P₁ = D(block) ⊕ IV, with an IV of zeros, and the second block must
   * decrypt to right padding: it is E(16 × 0x10 ⊕ block), which is what encrypting nothing with the IV `block` gives. So
   * the decryption never fails, and no error tells anything about D(block).
   *
   * @param block 16 bytes
   */
  async decrypt(block: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const two = new Uint8Array(new ArrayBuffer(2 * aesBlockByteLength));
    two.set(block);
    two.set(await this.#encryptCbc(copyOf(block), nothing), aesBlockByteLength);
    return new Uint8Array(await webSubtle().decrypt({ name: 'AES-CBC', iv: zeroIv }, this.#key, two));
  }

  async #encryptCbc(
    iv: Uint8Array<ArrayBuffer>,
    plaintext: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return new Uint8Array(await webSubtle().encrypt({ name: 'AES-CBC', iv }, this.#key, plaintext));
    } finally {
      plaintext.fill(0);
    }
  }
}
