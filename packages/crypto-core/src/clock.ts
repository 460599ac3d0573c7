/** One reading of both clocks, in milliseconds. */
export interface Instant {
  /** Time since 1970-01-01T00:00:00Z; can be set, and goes on while the machine sleeps. */
  readonly wallMs: number;
  /** Time since an arbitrary start; cannot be set, and may stand still while the machine sleeps. */
  readonly monotonicMs: number;
}

/** Where time comes from: a value that is passed in, so that a test can pass one that it moves. */
export interface Clock {
  now(): Instant;
}

/** The runtime's own clocks. */
export const systemClock: Clock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() }),
};
