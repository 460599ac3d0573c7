import { type Clock, systemClock } from '@keyfold/crypto-core';
import {
  requireBoolean,
  requireClock,
  requireInteger,
  requireKnownOptions,
  requireObject,
} from '../arguments.ts';
import { OptionInvalidError } from '../configuration-errors.ts';
import { leaseClock } from '../lease-clock.ts';
import type { ConnectionOptions } from '../transport/connection-options.ts';
import type { KeySetTimes } from './key-set-cache.ts';
import { type KeySetUrl, parseKeySetUrl } from './key-set-url.ts';

/** Where a key set is, and how long it counts. */
export interface RemoteKeySetOptions extends ConnectionOptions {
  /** Where the set is published, such as `https://login.example/v1/auth/jwks`. Redirects are not followed. */
  readonly url: string | URL;
  /** Allows plain http to this machine (localhost, 127.0.0.0/8, [::1]), for development. Default: false. */
  readonly insecureLoopback?: boolean;
  /** For one fetch, in milliseconds; whoever waits for it waits no longer. Default: 5,000. */
  readonly timeoutMs?: number;
  /** Age in milliseconds after which the set is fetched again at its next use. Default: 300,000, at most maxAgeMs. */
  readonly refreshAfterMs?: number;
  /** Age in milliseconds after which a set verifies nothing, though none newer can be fetched. Default: 3,600,000. */
  readonly maxAgeMs?: number;
  /** Least time between two fetches in milliseconds, whatever tokens ask for. Default: 30,000. */
  readonly coolDownMs?: number;
  /**
   * How long a key verifies after a set came without it, in milliseconds. Default: 0, because a publisher leaves a key in
   * the set until its last token is over, and takes it out sooner to revoke it.
   */
  readonly graceMs?: number;
  /** The time that tokens and ages go by, for tests. Default: the system's clocks. */
  readonly clock?: Clock;
}

/** Options, checked and completed; what the connection takes is the runtime's to check. */
export interface RemoteKeySetConfig extends KeySetUrl {
  readonly timeoutMs: number;
  readonly times: KeySetTimes;
  readonly clock: Clock;
}

const optionNames: Readonly<Record<keyof RemoteKeySetOptions, true>> = {
  url: true,
  insecureLoopback: true,
  tls: true,
  proxy: true,
  http2: true,
  maxConnections: true,
  timeoutMs: true,
  refreshAfterMs: true,
  maxAgeMs: true,
  coolDownMs: true,
  graceMs: true,
  clock: true,
};

const dayMs = 86_400_000;

/**
 * Checks options when the key set is made, not at the first token.
 *
 * @throws ConfigurationError
 */
export function resolveRemoteKeySet(options: RemoteKeySetOptions): RemoteKeySetConfig {
  requireObject('The options', options, OptionInvalidError);
  requireKnownOptions('', options, optionNames);
  const { url, insecureLoopback = false, timeoutMs = 5_000, clock } = options;
  const { maxAgeMs = 3_600_000, coolDownMs = 30_000, graceMs = 0 } = options;
  const { refreshAfterMs = Math.min(300_000, maxAgeMs) } = options;
  requireInteger('maxAgeMs', maxAgeMs, 7 * dayMs);
  return {
    ...parseKeySetUrl(String(url), requireBoolean('insecureLoopback', insecureLoopback)),
    timeoutMs: requireInteger('timeoutMs', timeoutMs, 600_000),
    times: {
      maxAgeMs,
      refreshAfterMs: requireInteger('refreshAfterMs', refreshAfterMs, maxAgeMs),
      coolDownMs: requireInteger('coolDownMs', coolDownMs, dayMs),
      graceMs: graceMs === 0 ? 0 : requireInteger('graceMs', graceMs, 30 * dayMs),
    },
    clock: clock === undefined ? systemClock : leaseClock(requireClock(clock)),
  };
}
