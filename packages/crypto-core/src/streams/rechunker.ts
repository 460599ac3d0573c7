/** Cuts whatever is written into pieces of one length, and keeps the rest. Holds one piece at most. */
export class Rechunker {
  readonly #buffer: Uint8Array;
  #length = 0;

  /** @param byteLength of a piece */
  constructor(byteLength: number) {
    this.#buffer = new Uint8Array(new ArrayBuffer(byteLength));
  }

  /** The pieces that `input` completes, as views that are valid until the next one is asked for. */
  *pieces(input: Uint8Array): Generator<Uint8Array, void> {
    const byteLength = this.#buffer.byteLength;
    let at = 0;
    if (this.#length > 0) {
      at = Math.min(byteLength - this.#length, input.byteLength);
      this.#buffer.set(input.subarray(0, at), this.#length);
      this.#length += at;
      if (this.#length < byteLength) return;
      yield this.#buffer;
      this.#length = 0;
    }
    for (; input.byteLength - at >= byteLength; at += byteLength) yield input.subarray(at, at + byteLength);
    this.#buffer.set(input.subarray(at));
    this.#length = input.byteLength - at;
  }

  /** What is left, shorter than a piece. */
  get rest(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Zeroises what is left. */
  wipe(): void {
    this.#buffer.fill(0);
  }
}
