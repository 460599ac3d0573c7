import { randomFillSync } from 'node:crypto';
import v8 from 'node:v8';
import { nonceByteLength } from '../format.ts';

/** A random call costs half a seal; a pool of 12 KiB spreads it over 1,024 nonces. */
const poolByteLength = 1024 * nonceByteLength;

const noBytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
const noWords = new DataView(noBytes.buffer);

/**
 * Random 96-bit nonces (NIST SP 800-38D §8.2.2) from a refilled pool of random bytes, each of which is used once.
 *
 * The pool is private to this object, and the object to its thread: worker threads and child processes evaluate their
 * own modules and so have their own; neither `postMessage` nor a fork carries it over. `--build-snapshot` would: while a
 * snapshot is being built there is no pool.
 */
export class NonceSource {
  // Allocated by the first call: whoever only imports this has nothing of it.
  #poolBytes = noBytes;
  #pool = noWords;
  #used = poolByteLength;
  #nonce = noBytes;
  #words = noWords;

  /** A new nonce, 12 bytes, in an array that the next call overwrites. */
  next(): Uint8Array {
    if (this.#used === poolByteLength) {
      if (this.#pool === noWords) this.#allocate();
      if (isBuildingSnapshot()) return randomFillSync(this.#nonce);
      // Not the DataView: once optimised, Node 24 now and then takes one for no ArrayBufferView and throws.
      randomFillSync(this.#poolBytes);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used = at + nonceByteLength;
    // Word by word, because `set` with a subarray costs several times as much. Past the pool's end this would throw.
    this.#words.setUint32(0, this.#pool.getUint32(at));
    this.#words.setUint32(4, this.#pool.getUint32(at + 4));
    this.#words.setUint32(8, this.#pool.getUint32(at + 8));
    return this.#nonce;
  }

  #allocate(): void {
    this.#poolBytes = new Uint8Array(new ArrayBuffer(poolByteLength));
    this.#pool = new DataView(this.#poolBytes.buffer);
    this.#nonce = new Uint8Array(new ArrayBuffer(nonceByteLength));
    this.#words = new DataView(this.#nonce.buffer);
  }

  /** Forgets the random bytes at hand. */
  drop(): void {
    this.#used = poolByteLength;
  }
}

/** Whether the heap of this process is going to be written to a snapshot, from which any number of processes start. */
function isBuildingSnapshot(): boolean {
  // Node's types say boolean, Node 24 answers 0 or 1, and other runtimes with node:v8 may have no snapshots.
  return Boolean(v8.startupSnapshot?.isBuildingSnapshot?.());
}
