import { randomFillSync } from 'node:crypto';

const poolByteLength = 4096;
/** Longer ones are asked for by themselves. */
const longestPooled = 64;

/**
 * Random bytes for data keys, from a pool that is filled in one go: asking the generator for each key costs as much as to encrypt it.
 * A key is a part of the pool itself, so that there is one copy to wipe; a pool that is used up is left for a new one and never filled
 * again, so no byte is handed out twice.
 */
export class DataKeySource {
  #pool: Buffer = Buffer.alloc(0);
  #at = poolByteLength;

  /** A new data key. The caller zeroises it. */
  next(byteLength: number): Buffer {
    if (byteLength > longestPooled) return randomFillSync(Buffer.alloc(byteLength));
    if (this.#at + byteLength > poolByteLength) {
      this.#pool = randomFillSync(Buffer.alloc(poolByteLength));
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += byteLength;
    return this.#pool.subarray(start, this.#at);
  }
}
