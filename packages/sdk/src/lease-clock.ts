import { type Clock, systemClock } from '@keyfold/crypto-core';

/**
 * The clock that leases go by when the caller brings one: the caller's wall time, and the process's own monotonic time.
 * A clock that was handed in may stand still or go back; a lease must end all the same.
 *
 * @param own where monotonic time comes from
 */
export function leaseClock(clock: Clock, own: Clock = systemClock): Clock {
  return { now: () => ({ wallMs: clock.now().wallMs, monotonicMs: own.now().monotonicMs }) };
}
