import { randomFillSync } from 'node:crypto';

const poolByteLength = 4096;
/** Longer ones are asked for by themselves. */
const longestPooled = 64;

/**
 * Random bytes for data keys, from a pool that is filled in one go: asking the generator for each key costs as much as to encrypt it.
 * What is handed out is wiped from the pool, which belongs to one emulated KMS, so no byte is there twice.
 */
export class DataKeySource {
  readonly #pool = Buffer.alloc(poolByteLength);
  #at = poolByteLength;

  /** A new data key. The caller zeroises it. */
  next(byteLength: number): Buffer {
    const dataKey = Buffer.alloc(byteLength);
    if (byteLength > longestPooled) return randomFillSync(dataKey);
    if (this.#at + byteLength > poolByteLength) {
      randomFillSync(this.#pool);
      this.#at = 0;
    }
    const end = this.#at + byteLength;
    this.#pool.copy(dataKey, 0, this.#at, end);
    this.#pool.fill(0, this.#at, end);
    this.#at = end;
    return dataKey;
  }
}
