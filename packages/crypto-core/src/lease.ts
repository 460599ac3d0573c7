import { requireClock } from './argument-types.ts';
import type { Clock, Instant } from './clock.ts';
import { InvalidArgumentError } from './crypto-errors.ts';
import { isObject } from './type-checks.ts';

/**
 * A right that ends after a time, on the *earlier* of the wall and the monotonic clock.
 *
 * A suspended machine does not stretch it (the wall clock goes on), a wall clock that is set back does not
 * either (the monotonic clock goes on), and time once seen to have passed stays passed.
 *
 * @example
 * ```ts
 * const sentAt = systemClock.now();
 * const { leaseRemainingMs } = await service.renewLease();
 * const lease = new Lease(systemClock, leaseRemainingMs, sentAt); // counts from when the request was sent
 * lease.ended; // → false
 * ```
 */
export class Lease {
  /** The whole duration in milliseconds. */
  readonly durationMs: number;
  readonly #clock: Clock;
  readonly #startedAt: Instant;
  #elapsedMs = 0;

  /**
   * @param durationMs milliseconds, at least 0; finite
   * @param startedAt when it began; now, if left out
   * @throws {@link InvalidArgumentError} for a duration that is negative or not finite, a beginning that is no instant, or no clock
   */
  constructor(clock: Clock, durationMs: number, startedAt?: Instant) {
    requireClock(clock);
    if (!Number.isFinite(durationMs) || durationMs < 0) {
      throw new InvalidArgumentError('A lease lasts a finite number of milliseconds, at least 0.');
    }
    if (startedAt !== undefined && !isInstant(startedAt)) {
      throw new InvalidArgumentError('A lease begins at a reading of both clocks.');
    }
    this.durationMs = durationMs;
    this.#clock = clock;
    // Copied: with a clock that gives out one object again and again, no time would ever pass.
    const { wallMs, monotonicMs } = startedAt ?? clock.now();
    this.#startedAt = { wallMs, monotonicMs };
  }

  /** Milliseconds left, at least 0. Never grows from one call to the next. */
  remainingMs(): number {
    const now = this.#clock.now();
    const wallElapsedMs = now.wallMs - this.#startedAt.wallMs;
    const monotonicElapsedMs = now.monotonicMs - this.#startedAt.monotonicMs;
    this.#elapsedMs = Math.max(this.#elapsedMs, wallElapsedMs, monotonicElapsedMs);
    const leftMs = this.durationMs - this.#elapsedMs;
    return leftMs > 0 ? leftMs : 0; // also 0 for a clock that answers NaN
  }

  /** Whether no time is left. */
  get ended(): boolean {
    return this.remainingMs() === 0;
  }
}

function isInstant(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof Reflect.get(value, 'wallMs') === 'number' &&
    typeof Reflect.get(value, 'monotonicMs') === 'number'
  );
}
