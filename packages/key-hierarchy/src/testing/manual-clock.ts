import type { Clock, Instant } from '@keyfold/crypto-core';

/**
 * A clock that stands still until it is moved.
 *
 * @example
 * ```ts
 * const clock = new ManualClock();
 * clock.advance(60_000);
 * ```
 */
export class ManualClock implements Clock {
  #wallMs = Date.UTC(2030, 0, 1);
  #monotonicMs = 1_000;

  now(): Instant {
    return { wallMs: this.#wallMs, monotonicMs: this.#monotonicMs };
  }

  /** Time passes: both clocks go on. */
  advance(ms: number): void {
    this.advanceWall(ms);
    this.advanceMonotonic(ms);
  }

  /** The machine slept, or someone set the clock (back, if negative). */
  advanceWall(ms: number): void {
    this.#wallMs += ms;
  }

  /** Time passed while the wall clock was held. */
  advanceMonotonic(ms: number): void {
    this.#monotonicMs += ms;
  }
}
