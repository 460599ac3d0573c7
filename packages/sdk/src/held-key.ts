import type { Awaitable } from '@keyfold/crypto-core';

/** A key in a cache. Retired, it is zeroised once the last call that uses it has let go; destroyed, at once. */
export class HeldKey<Key extends Disposable> {
  readonly #key: Key;
  #holders = 0;
  #retired = false;
  #disposed = false;

  constructor(key: Key) {
    this.#key = key;
  }

  /** Whether the key is gone. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Runs `run`, at once, and holds the key until its answer is there. */
  use<T>(run: (key: Key) => Awaitable<T>): Awaitable<T> {
    const answer = run(this.#key);
    if (!(answer instanceof Promise)) return answer;
    this.#holders++;
    return answer.finally(() => {
      this.#holders--;
      if (this.#retired && this.#holders === 0) this.destroy();
    });
  }

  /** The cache has let go of it. */
  retire(): void {
    this.#retired = true;
    if (this.#holders === 0) this.destroy();
  }

  /** Zeroises it under the hands of whoever still uses it. */
  destroy(): void {
    this.#disposed = true;
    this.#key[Symbol.dispose]();
  }
}
