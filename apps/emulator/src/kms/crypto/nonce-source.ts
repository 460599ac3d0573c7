import { randomFillSync } from 'node:crypto';

const nonceByteLength = 12;
const poolByteLength = nonceByteLength * 512;

/**
 * Random 96-bit nonces from a pool that is filled in one go: asking the generator for each costs more than the encryption.
 * Belongs to one emulated KMS and is never shared, copied or kept, so no nonce is handed out twice.
 */
export class NonceSource {
  readonly #pool = Buffer.alloc(poolByteLength);
  #at = poolByteLength;

  /** Copies the next nonce into `target`, which must have 12 bytes left at `offset`. */
  next(target: Buffer, offset: number): void {
    if (this.#at === poolByteLength) {
      randomFillSync(this.#pool);
      this.#at = 0;
    }
    // Twelve bytes are moved sooner than anybody is asked to.
    for (let at = 0; at < nonceByteLength; at++) target[offset + at] = this.#pool[this.#at + at] ?? 0;
    this.#at += nonceByteLength;
  }
}
