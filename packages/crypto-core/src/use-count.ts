import { InvalidArgumentError, KeyExhaustedError } from './crypto-errors.ts';
import { maxRandomNonceUses } from './format.ts';

/**
 * Counts the uses of a key that random 96-bit nonces are drawn for, and refuses past a bound. It knows the uses through one
 * object only: whoever holds the same key in several objects or processes has a count of his own besides.
 */
export class UseCount {
  readonly #what: string;
  #left: number;

  /**
   * @param what names the key in the message
   * @param max 1 to 2³² uses
   * @throws {@link InvalidArgumentError} for another bound
   */
  constructor(what: string, max: number = maxRandomNonceUses) {
    if (!Number.isInteger(max) || max < 1 || max > maxRandomNonceUses) {
      throw new InvalidArgumentError(`${what} is used 1 to ${maxRandomNonceUses} times.`);
    }
    this.#what = what;
    this.#left = max;
  }

  /**
   * Takes one use. Called before anything is awaited, so that uses under way at the same time cannot pass the bound together.
   *
   * @throws {@link KeyExhaustedError} when none is left
   */
  take(): void {
    if (this.#left <= 0) throw new KeyExhaustedError(`${this.#what} has no use left.`);
    this.#left--;
  }
}
