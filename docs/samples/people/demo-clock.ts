import type { Clock, Instant } from '@keyfold/sdk';

/** The system's time, which a demonstration can move forward: it shows what a minute does without waiting for it. */
export class DemoClock implements Clock {
  #aheadMs = 0;

  now(): Instant {
    return { wallMs: Date.now() + this.#aheadMs, monotonicMs: performance.now() + this.#aheadMs };
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}
