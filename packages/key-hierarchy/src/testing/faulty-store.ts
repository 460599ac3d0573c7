import type { Change, ListOptions, Store, StoredRow } from '../store.ts';
import { StoreFailedError } from '../store-errors.ts';

/** When an operation fails: before it does anything, or after it was done and only its answer is lost. */
export type FaultMoment = 'before' | 'after';

/**
 * A store that fails once, at the operation it is told, to try what is left behind.
 *
 * @example
 * ```ts
 * const faulty = new FaultyStore(store);
 * faulty.failAt(3, 'after');
 * ```
 */
export class FaultyStore implements Store {
  readonly #store: Store;
  #operations = 0;
  #failAt = 0;
  #moment: FaultMoment = 'before';

  constructor(store: Store) {
    this.#store = store;
  }

  /** How many operations there were since the last `failAt`. */
  get operations(): number {
    return this.#operations;
  }

  /** Fails the `nth` operation from now, counted from 1; 0 for none. */
  failAt(nth: number, moment: FaultMoment): void {
    this.#operations = 0;
    this.#failAt = nth;
    this.#moment = moment;
  }

  get changeCount(): number | undefined {
    return this.#store.changeCount;
  }

  async get(table: string, key: readonly string[]): Promise<StoredRow | undefined> {
    return await this.#operation(() => this.#store.get(table, key));
  }

  async list(table: string, options: ListOptions): Promise<readonly StoredRow[]> {
    return await this.#operation(() => this.#store.list(table, options));
  }

  async commit(changes: readonly Change[]): Promise<void> {
    await this.#operation(() => this.#store.commit(changes));
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #operation<T>(run: () => Promise<T>): Promise<T> {
    this.#operations += 1;
    const fails = this.#operations === this.#failAt;
    if (fails && this.#moment === 'before') throw new StoreFailedError('The test made this operation fail.');
    const result = await run();
    if (fails) throw new StoreFailedError('The test lost the answer of this operation.');
    return result;
  }
}
