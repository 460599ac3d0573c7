import { describe, expect, it } from 'vitest';
import { type Clock, Lease, systemClock } from '../src/index.ts';
import { codeOf } from './fixtures.ts';

class HandClock implements Clock {
  wallMs = 1_000_000;
  monotonicMs = 50;
  now() {
    return { wallMs: this.wallMs, monotonicMs: this.monotonicMs };
  }
  pass(ms: number) {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }
}

describe('Lease', () => {
  it('counts down and ends', () => {
    const clock = new HandClock();
    const lease = new Lease(clock, 60_000);
    expect(lease.remainingMs()).toBe(60_000);
    clock.pass(59_999);
    expect(lease.ended).toBe(false);
    expect(lease.remainingMs()).toBe(1);
    clock.pass(1);
    expect(lease.ended).toBe(true);
    clock.pass(1_000_000);
    expect(lease.remainingMs()).toBe(0);
  });

  it('counts from where it is told', () => {
    const clock = new HandClock();
    const sentAt = clock.now();
    clock.pass(20_000);
    expect(new Lease(clock, 60_000, sentAt).remainingMs()).toBe(40_000);
  });

  it('is not stretched by a machine that slept while the monotonic clock stood still', () => {
    const clock = new HandClock();
    const lease = new Lease(clock, 60_000);
    clock.wallMs += 60_000;
    expect(lease.ended).toBe(true);
  });

  it('is not stretched by a wall clock that is set back', () => {
    const clock = new HandClock();
    const lease = new Lease(clock, 60_000);
    clock.wallMs -= 10_000_000;
    clock.monotonicMs += 60_000;
    expect(lease.ended).toBe(true);
  });

  it('stays ended when the wall clock is set back after it', () => {
    const clock = new HandClock();
    const lease = new Lease(clock, 60_000);
    clock.wallMs += 60_000;
    expect(lease.ended).toBe(true);
    clock.wallMs -= 60_000;
    expect(lease.ended).toBe(true);
  });

  it('is not stretched by a clock that gives out one object again and again, nor by a beginning that is changed', () => {
    const clock = {
      wallMs: 0,
      monotonicMs: 0,
      now() {
        return this;
      },
    };
    const lease = new Lease(clock, 60_000);
    const startedAt = { wallMs: 0, monotonicMs: 0 };
    const told = new Lease(clock, 60_000, startedAt);
    Object.assign(clock, { wallMs: 59_999, monotonicMs: 59_999 });
    expect([lease.remainingMs(), told.remainingMs()]).toEqual([1, 1]);
    Object.assign(clock, { wallMs: 60_000, monotonicMs: 60_000 });
    Object.assign(startedAt, clock.now());
    expect([lease.ended, told.ended]).toEqual([true, true]);
  });

  it('has ended when a clock answers no number', () => {
    const clock = new HandClock();
    const lease = new Lease(clock, 60_000);
    clock.wallMs = Number.NaN;
    expect(lease.ended).toBe(true);
  });

  it('of no duration has ended', () => {
    expect(new Lease(new HandClock(), 0).ended).toBe(true);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to last %d ms', (durationMs) => {
    expect(codeOf(() => new Lease(systemClock, durationMs))).toBe('invalid_argument');
  });

  it('runs on the clocks of the system', () => {
    const before = systemClock.now();
    const after = systemClock.now();
    expect(after.monotonicMs).toBeGreaterThanOrEqual(before.monotonicMs);
    expect(Math.abs(before.wallMs - Date.now())).toBeLessThan(60_000);
  });
});
