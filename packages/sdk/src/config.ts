import { type Clock, systemClock } from '@keyfold/crypto-core';
import { requireObject } from './arguments.ts';
import { type BaseUrl, parseBaseUrl } from './base-url.ts';
import { type CacheLimits, defaultCacheLimits } from './cache-limits.ts';
import {
  type PemInput,
  parseCertificateAuthorities,
  readCertificateAuthorities,
} from './certificate-authorities.ts';
import { ApiKeyNotConfiguredError, BaseUrlInvalidError, OptionInvalidError } from './configuration-errors.ts';
import { leaseClock } from './lease-clock.ts';
import { parsePins } from './public-key-pins.ts';
import { defaultRetryPolicy } from './retry-policy.ts';
import type { TlsConfig } from './tls-settings.ts';

/** How the server is verified. Verification cannot be switched off. */
export interface TlsOptions {
  /** Certificate authorities in PEM; each text may hold several. Default: KEYFOLD_CA_BUNDLE, else the runtime's. */
  readonly ca?: PemInput;
  /** Whether `ca` replaces the runtime's authorities (the default) or is added to them. */
  readonly caMode?: 'replace' | 'append';
  /**
   * Public keys the server may have, besides holding a valid certificate: `sha256/` and the base64 of SHA-256 over the
   * SubjectPublicKeyInfo. Name a backup that is not in use yet, or a lost key locks the client out.
   */
  readonly pins?: readonly string[];
}

/** What a {@link Keyfold} client is made of. Options win over environment variables. */
export interface KeyfoldOptions {
  /** `kf_<role>_…`. Default: KEYFOLD_API_KEY. */
  readonly apiKey?: string;
  /** Where the service is, such as `https://keyfold.example.com`. Default: KEYFOLD_BASE_URL. */
  readonly baseUrl?: string | URL;
  readonly tls?: TlsOptions;
  /** Allows plain http to this machine (localhost, 127.0.0.0/8, [::1]), for development. Default: false. */
  readonly insecureLoopback?: boolean;
  /** For a whole call to the service, with all attempts and waits, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Attempts of a call that can be repeated safely, 1 to 10. Default: 4. */
  readonly maxAttempts?: number;
  /** How long and how much data keys are kept in memory. */
  readonly cache?: Partial<CacheLimits>;
  /**
   * The time that leases go by, for tests and demonstrations. It can end leases early, never stretch them: the process's
   * own monotonic time counts beside its wall time. Default: the system's clocks.
   */
  readonly clock?: Clock;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options and environment, checked and completed. */
export interface Config {
  readonly apiKey: string;
  readonly baseUrl: BaseUrl;
  readonly tls: TlsConfig;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly cache: CacheLimits;
  readonly clock: Clock;
}

/**
 * Checks options when the client is made, not at the first call.
 *
 * @throws ConfigurationError
 */
export function resolveConfig(options: KeyfoldOptions, environment: Environment): Config {
  requireObject('The options', options, OptionInvalidError);
  for (const name of ['tls', 'cache', 'clock'] as const) {
    if (options[name] !== undefined) requireObject(name, options[name], OptionInvalidError);
  }
  const { apiKey, baseUrl, tls, insecureLoopback, timeoutMs, maxAttempts, cache, clock } = options;
  return {
    apiKey: resolveApiKey(apiKey ?? environment['KEYFOLD_API_KEY']),
    baseUrl: resolveBaseUrl(baseUrl ?? environment['KEYFOLD_BASE_URL'], insecureLoopback ?? false),
    tls: resolveTls(tls ?? {}, environment['KEYFOLD_CA_BUNDLE']),
    timeoutMs: integer('timeoutMs', timeoutMs ?? 30_000, 3_600_000),
    maxAttempts: integer('maxAttempts', maxAttempts ?? defaultRetryPolicy.maxAttempts, 10),
    cache: {
      maxSealsPerKey: integer(
        'cache.maxSealsPerKey',
        cache?.maxSealsPerKey ?? defaultCacheLimits.maxSealsPerKey,
        2 ** 24, // the bound of a data key (NIST SP 800-38D §8.3 with a wide margin)
      ),
      maxAgeMs: integer('cache.maxAgeMs', cache?.maxAgeMs ?? defaultCacheLimits.maxAgeMs, 86_400_000),
      maxOpenKeys: integer(
        'cache.maxOpenKeys',
        cache?.maxOpenKeys ?? defaultCacheLimits.maxOpenKeys,
        2 ** 20,
      ),
    },
    clock: clock === undefined ? systemClock : leaseClock(clock),
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

function resolveTls(tls: TlsOptions, bundlePath: string | undefined): TlsConfig {
  const caMode = tls.caMode ?? 'replace';
  if (caMode !== 'replace' && caMode !== 'append') {
    throw new OptionInvalidError('tls.caMode must be "replace" or "append".');
  }
  return {
    ca: resolveAuthorities(tls.ca, bundlePath),
    caMode,
    pins: tls.pins === undefined ? undefined : parsePins(tls.pins),
  };
}

function resolveAuthorities(
  ca: PemInput | undefined,
  bundlePath: string | undefined,
): readonly string[] | undefined {
  if (ca !== undefined) return parseCertificateAuthorities(ca);
  return bundlePath === undefined || bundlePath === '' ? undefined : readCertificateAuthorities(bundlePath);
}

function integer(name: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new OptionInvalidError(`${name} must be an integer from 1 to ${max}.`);
  }
  return value;
}
