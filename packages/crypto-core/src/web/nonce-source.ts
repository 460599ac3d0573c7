import { nonceByteLength } from '../format.ts';

/** A random call costs a microsecond or two, much of it the call itself: 12 KiB at once spread it over 1,024 nonces. */
const poolByteLength = 1024 * nonceByteLength;

const noBytes = new Uint8Array(0);

/**
 * Random 96-bit nonces (NIST SP 800-38D §8.2.2) from a refilled pool of random bytes, each of which is used once.
 *
 * The pool is private to this object, and the object to its thread: workers evaluate their own modules, and neither
 * `postMessage` nor a fork carries it over. Node's `--build-snapshot` does serialise it: every process that starts from
 * the snapshot has a time origin of its own, and with another one than at filling the pool counts as used up.
 */
export class WebNonceSource {
  #pool: Uint8Array = noBytes;
  #used = 0;
  #timeOrigin = Number.NaN;

  /** A new nonce, 12 bytes, in an array of its own: several seals may be under way. */
  next(): Uint8Array<ArrayBuffer> {
    const { timeOrigin } = globalThis.performance;
    if (this.#used === this.#pool.byteLength || this.#timeOrigin !== timeOrigin) {
      this.#pool = globalThis.crypto.getRandomValues(new Uint8Array(poolByteLength));
      this.#used = 0;
      this.#timeOrigin = timeOrigin;
    }
    const at = this.#used;
    this.#used = at + nonceByteLength;
    return Uint8Array.from(this.#pool.subarray(at, this.#used));
  }

  /** Forgets the random bytes at hand. */
  drop(): void {
    this.#pool = noBytes;
    this.#used = 0;
  }
}
