import { requireObject } from '../argument-types.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { defaultMaxTokenLifetimeMs, maxClockSkewMs } from './token-limits.ts';

/** How signing keys follow each other; all in milliseconds. */
export interface RotationPolicy {
  /** How long a key signs. */
  readonly rotateAfterMs: number;
  /** How long a key verifies after it signed last; at least token life, cache and skew together. */
  readonly overlapMs: number;
  /** How long a key is published before it signs; at least the time that key sets are cached. */
  readonly publishAheadMs: number;
  /** Longest life of a token; `SigningKeySet.issue` issues none that is longer. */
  readonly maxTokenLifetimeMs: number;
  /** How long verifiers may cache the published set. */
  readonly keySetCacheMs: number;
  /** How far clocks may be apart, at most 300,000. */
  readonly clockSkewMs: number;
}

const hourMs = 3_600_000;
const dayMs: number = 24 * hourMs;

/** 90 days, with 14 days of overlap; a key is published a day ahead, and caches hold an hour. */
export const defaultRotationPolicy: RotationPolicy = {
  rotateAfterMs: 90 * dayMs,
  overlapMs: 14 * dayMs,
  publishAheadMs: dayMs,
  maxTokenLifetimeMs: defaultMaxTokenLifetimeMs,
  keySetCacheMs: hourMs,
  clockSkewMs: 60_000,
};

/**
 * Refuses a policy under which a good token would meet a verifier that does not have its key.
 *
 * @throws {@link InvalidArgumentError}
 */
export function requireRotationPolicy(policy: RotationPolicy): void {
  requireObject('A rotation policy', policy);
  const { rotateAfterMs, overlapMs, publishAheadMs, maxTokenLifetimeMs, keySetCacheMs, clockSkewMs } = policy;
  const times = { rotateAfterMs, overlapMs, publishAheadMs, maxTokenLifetimeMs, keySetCacheMs, clockSkewMs };
  for (const [name, value] of Object.entries(times)) {
    if (!Number.isFinite(value) || value < 0) {
      throw new InvalidArgumentError(`${name} must be a finite number of milliseconds, at least 0.`);
    }
  }
  if (clockSkewMs > maxClockSkewMs) {
    throw new InvalidArgumentError(`clockSkewMs is at most ${maxClockSkewMs}.`);
  }
  if (overlapMs < maxTokenLifetimeMs + keySetCacheMs + clockSkewMs) {
    throw new InvalidArgumentError(
      'overlapMs must be at least maxTokenLifetimeMs, keySetCacheMs and clockSkewMs together.',
    );
  }
  if (publishAheadMs < keySetCacheMs + clockSkewMs) {
    throw new InvalidArgumentError('publishAheadMs must be at least keySetCacheMs and clockSkewMs together.');
  }
  if (rotateAfterMs <= publishAheadMs) {
    throw new InvalidArgumentError('rotateAfterMs must be longer than publishAheadMs.');
  }
}
