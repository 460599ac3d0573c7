import type { Clock } from '@keyfold/crypto-core';

/** How many retries a client may make, whatever its calls ask for. */
export interface RetryBudgetLimits {
  /** Retries that may follow each other at once. */
  readonly capacity: number;
  /** Retries that become possible again each second, up to the capacity. */
  readonly refillPerSecond: number;
}

export const defaultRetryBudget: RetryBudgetLimits = { capacity: 50, refillPerSecond: 5 };

/**
 * A token bucket that all retries and hedges of one client draw from. Attempts multiply what a struggling server has to
 * bear just when it can bear least; the bucket bounds that in sum, where back-off only spreads it.
 */
export class RetryBudget {
  readonly #limits: RetryBudgetLimits;
  readonly #clock: Clock;
  #tokens: number;
  #countedAtMs: number;

  constructor(limits: RetryBudgetLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#tokens = limits.capacity;
    this.#countedAtMs = clock.now().monotonicMs;
  }

  /** Takes one token, if there is one. */
  take(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #refill(): void {
    const { capacity, refillPerSecond } = this.#limits;
    const nowMs = this.#clock.now().monotonicMs;
    const elapsedMs = Math.max(0, nowMs - this.#countedAtMs);
    this.#tokens = Math.min(capacity, this.#tokens + (elapsedMs / 1_000) * refillPerSecond);
    this.#countedAtMs = nowMs;
  }
}
