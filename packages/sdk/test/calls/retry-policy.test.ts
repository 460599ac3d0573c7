import { describe, expect, it } from 'vitest';
import { defaultRetryPolicy, parseRetryAfterMs, retryDelayMs } from '../../src/calls/retry-policy.ts';

describe('the wait before another attempt', () => {
  it('is anywhere from nothing to a bound that doubles, up to the largest', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => retryDelayMs(defaultRetryPolicy, attempt, 1));
    expect(bounds).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    expect(retryDelayMs(defaultRetryPolicy, 8, 0)).toBe(0);
  });

  it('is never shorter than the server asked for, and the server never asks for more than the cap', () => {
    expect(retryDelayMs(defaultRetryPolicy, 1, 0, 3_000)).toBe(3_000);
    expect(retryDelayMs(defaultRetryPolicy, 1, 0, 3_600_000)).toBe(defaultRetryPolicy.maxRetryAfterMs);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.UTC(2026, 0, 1);

  it.each([
    ['2', 2_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    ['99999999999999999999', undefined],
    [undefined, undefined],
  ])('of %j is %s ms', (header, expected) => {
    expect(parseRetryAfterMs(header, nowMs)).toBe(expected);
  });
});
