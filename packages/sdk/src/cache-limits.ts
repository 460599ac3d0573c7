import type { Lease } from '@keyfold/crypto-core';
import type { KeyServiceLimits } from './key-service.ts';

/** How long and how much data keys are kept in memory. */
export interface CacheLimits {
  /** Seals under one data key before a new one is made: 1 to 2²⁴. */
  readonly maxSealsPerKey: number;
  /** Longest time a key is used without asking again, in milliseconds; a shorter lease goes first. */
  readonly maxAgeMs: number;
  /** Most unwrapped data keys kept for decryption; the one used longest ago goes first. */
  readonly maxOpenKeys: number;
}

export const defaultCacheLimits: CacheLimits = {
  maxSealsPerKey: 2 ** 16,
  maxAgeMs: 300_000,
  maxOpenKeys: 4_096,
};

/** One part in this many left of a lease, or of a key's seals, is when it is renewed ahead of time. */
const renewalPart = 5;

/** How long a failed renewal ahead of time is left alone, in milliseconds: the key is still good. */
export const renewalPauseMs = 1_000;

/** A renewal ahead of time tries once: while the key lasts, the next call brings the next try. */
export const renewalCallLimits: KeyServiceLimits = { maxAttempts: 1 };

/** Whether little enough of a lease is left that it should be renewed. */
export function leaseRunsOut(lease: Lease, remainingMs: number): boolean {
  return remainingMs * renewalPart < lease.durationMs;
}

/** Whether few enough seals are left that a new key should be made. */
export function sealsRunOut(sealsLeft: number, maxSeals: number): boolean {
  return sealsLeft * renewalPart < maxSeals;
}
