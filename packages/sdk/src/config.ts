import { type Clock, systemClock } from '@keyfold/crypto-core';
import {
  requireBoolean,
  requireClock,
  requireInteger,
  requireKnownOptions,
  requireObject,
} from './arguments.ts';
import { type CacheLimits, defaultCacheLimits } from './cache-limits.ts';
import { type CallConfig, type CallSettings, resolveCallConfig } from './calls/call-config.ts';
import { ApiKeyNotConfiguredError, BaseUrlInvalidError, OptionInvalidError } from './configuration-errors.ts';
import { leaseClock } from './lease-clock.ts';
import type { Environment } from './runtime.ts';
import { type BaseUrl, parseBaseUrl } from './transport/base-url.ts';
import type { ConnectionOptions } from './transport/connection-options.ts';

/** What a {@link Keyfold} client is made of. Options win over environment variables. */
export interface KeyfoldOptions extends ConnectionOptions, CallSettings {
  /** `kf_<role>_…`. Default: KEYFOLD_API_KEY. */
  readonly apiKey?: string;
  /** Where the service is, such as `https://keyfold.example.com`. Default: KEYFOLD_BASE_URL. */
  readonly baseUrl?: string | URL;
  /** Allows plain http to this machine (localhost, 127.0.0.0/8, [::1]), for development. Default: false. */
  readonly insecureLoopback?: boolean;
  /** How long and how much data keys are kept in memory. */
  readonly cache?: Partial<CacheLimits>;
  /**
   * The time that leases go by, for tests and demonstrations. It can end leases early, never stretch them: the process's
   * own monotonic time counts beside its wall time. Default: the system's clocks.
   */
  readonly clock?: Clock;
}

/** Options and environment, checked and completed; what the connection takes is the runtime's to check. */
export interface Config {
  readonly apiKey: string;
  readonly baseUrl: BaseUrl;
  readonly calls: CallConfig;
  readonly cache: CacheLimits;
  readonly clock: Clock;
}

/** The names of the options; whatever else is passed is refused. */
export const optionNames: Readonly<Record<keyof KeyfoldOptions, true>> = {
  apiKey: true,
  baseUrl: true,
  insecureLoopback: true,
  tls: true,
  proxy: true,
  http2: true,
  maxConnections: true,
  timeoutMs: true,
  maxAttempts: true,
  retryBudget: true,
  circuit: true,
  hedge: true,
  use: true,
  logger: true,
  logLevel: true,
  opentelemetry: true,
  cache: true,
  clock: true,
};

const knownLimits: Readonly<Record<keyof CacheLimits, true>> = {
  maxSealsPerKey: true,
  maxAgeMs: true,
  maxOpenKeys: true,
};

/**
 * Checks options when the client is made, not at the first call.
 *
 * @throws ConfigurationError
 */
export function resolveConfig(options: KeyfoldOptions, environment: Environment): Config {
  requireObject('The options', options, OptionInvalidError);
  requireKnownOptions('', options, optionNames);
  for (const name of ['tls', 'cache'] as const) {
    if (options[name] !== undefined) requireObject(name, options[name], OptionInvalidError);
  }
  const { apiKey, insecureLoopback = false, cache = {} } = options;
  requireKnownOptions('cache.', cache, knownLimits);
  const {
    maxSealsPerKey = defaultCacheLimits.maxSealsPerKey,
    maxAgeMs = defaultCacheLimits.maxAgeMs,
    maxOpenKeys = defaultCacheLimits.maxOpenKeys,
  } = cache;
  const baseUrl = resolveBaseUrl(
    options.baseUrl ?? environment['KEYFOLD_BASE_URL'],
    requireBoolean('insecureLoopback', insecureLoopback),
  );
  const clock = options.clock === undefined ? systemClock : leaseClock(requireClock(options.clock));
  return {
    apiKey: resolveApiKey(apiKey ?? environment['KEYFOLD_API_KEY']),
    baseUrl,
    calls: resolveCallConfig(options, environment, baseUrl, clock),
    cache: {
      maxSealsPerKey: requireInteger(
        'cache.maxSealsPerKey',
        maxSealsPerKey,
        2 ** 24, // the bound of a data key (NIST SP 800-38D §8.3 with a wide margin)
      ),
      maxAgeMs: requireInteger('cache.maxAgeMs', maxAgeMs, 86_400_000),
      maxOpenKeys: requireInteger('cache.maxOpenKeys', maxOpenKeys, 2 ** 20),
    },
    clock,
  };
}

function resolveApiKey(apiKey: string | undefined): string {
  if (apiKey === undefined || apiKey === '') throw new ApiKeyNotConfiguredError('There is no API key.');
  // A line end from a file, or a pasted space, would make an invalid header or a wrong key.
  if (typeof apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new ApiKeyNotConfiguredError('The API key has characters that no API key has.');
  }
  return apiKey;
}

function resolveBaseUrl(baseUrl: string | URL | undefined, insecureLoopback: boolean): BaseUrl {
  if (baseUrl === undefined || baseUrl === '') throw new BaseUrlInvalidError('There is no base URL.');
  return parseBaseUrl(String(baseUrl), insecureLoopback);
}
