import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../src/calls/retry-budget.ts';

const limits = fc.record({
  capacity: fc.integer({ min: 1, max: 50 }),
  refillPerSecond: fc.integer({ min: 1, max: 50 }),
});
/** Milliseconds that pass before each take; a clock may also stand still or go back. */
const steps = fc.array(fc.integer({ min: -2_000, max: 5_000 }), { maxLength: 200 });

describe('a retry budget', () => {
  it('never gives more than its capacity and what has come in since', () => {
    fc.assert(
      fc.property(limits, steps, ({ capacity, refillPerSecond }, waits) => {
        let nowMs = 0;
        let forwardMs = 0;
        let taken = 0;
        const clock = { now: () => ({ wallMs: 0, monotonicMs: nowMs }) };
        const budget = new RetryBudget({ capacity, refillPerSecond }, clock);
        for (const waitMs of waits) {
          nowMs += waitMs;
          forwardMs += Math.max(0, waitMs);
          if (budget.take()) taken++;
          expect(taken).toBeLessThanOrEqual(capacity + (forwardMs / 1_000) * refillPerSecond + 1e-6);
        }
      }),
    );
  });

  it('gives its whole capacity at once, and a token again after one refill’s time', () => {
    fc.assert(
      fc.property(limits, ({ capacity, refillPerSecond }) => {
        let nowMs = 0;
        const clock = { now: () => ({ wallMs: 0, monotonicMs: nowMs }) };
        const budget = new RetryBudget({ capacity, refillPerSecond }, clock);
        const takes = Array.from({ length: capacity + 1 }, () => budget.take());
        expect(takes).toEqual([...new Array(capacity).fill(true), false]);
        nowMs += 1_000 / refillPerSecond + 0.001;
        expect([budget.take(), budget.take()]).toEqual([true, false]);
        nowMs += 3_600_000; // a long rest fills it, and no more than that
        expect(Array.from({ length: capacity + 1 }, () => budget.take()).at(-1)).toBe(false);
      }),
    );
  });
});
