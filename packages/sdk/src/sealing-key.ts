import type { Awaitable, DataKeySealer, Lease } from '@keyfold/crypto-core';
import { leaseRunsOut, sealsRunOut } from './cache-limits.ts';
import { HeldKey } from './held-key.ts';

/** Whether a key may be used, and whether its successor should be made by now. */
export type Reservation = 'granted' | 'granted-renewal-due' | 'refused';

/** A data key that this process made, with its lease and the seals it has left. */
export class SealingKey {
  readonly #sealer: HeldKey<DataKeySealer>;
  readonly #lease: Lease;
  readonly #maxSeals: number;
  #sealsLeft: number;

  constructor(sealer: DataKeySealer, lease: Lease, maxSeals: number) {
    this.#sealer = new HeldKey(sealer);
    this.#lease = lease;
    this.#maxSeals = maxSeals;
    this.#sealsLeft = maxSeals;
  }

  /** Whether its lease has ended. */
  get ended(): boolean {
    return this.#lease.ended;
  }

  /** Sets `seals` aside, counted before they are made so that calls under way together cannot exceed the bound. */
  reserve(seals: number): Reservation {
    const remainingMs = this.#lease.remainingMs();
    if (remainingMs === 0 || seals > this.#sealsLeft || this.#sealer.disposed) return 'refused';
    this.#sealsLeft -= seals;
    const due = leaseRunsOut(this.#lease, remainingMs) || sealsRunOut(this.#sealsLeft, this.#maxSeals);
    return due ? 'granted-renewal-due' : 'granted';
  }

  /** To be called in the same tick as the reservation: what is checked there holds here. */
  use<T>(run: (sealer: DataKeySealer) => Awaitable<T>): Awaitable<T> {
    return this.#sealer.use(run);
  }

  retire(): void {
    this.#sealer.retire();
  }

  destroy(): void {
    this.#sealer.destroy();
  }
}
