import type { Clock } from '@keyfold/crypto-core';
import { requireInteger, requireKnownOptions, requireObject } from '../arguments.ts';
import { OptionInvalidError } from '../configuration-errors.ts';
import { type CallObserver, joinObservers } from '../observe/call-observer.ts';
import { guardedObserver } from '../observe/guarded-observer.ts';
import {
  isLogLevel,
  type Logger,
  type LogLevel,
  logFrom,
  logLevels,
  standardErrorLogger,
} from '../observe/logger.ts';
import { loggingObserver } from '../observe/logging-observer.ts';
import type { OpenTelemetryApi } from '../observe/open-telemetry.ts';
import { telemetryObserver } from '../observe/telemetry-observer.ts';
import type { Environment } from '../runtime.ts';
import type { BaseUrl } from '../transport/base-url.ts';
import { optionBounds } from './call-options.ts';
import { type CircuitLimits, defaultCircuit } from './circuit-breaker.ts';
import type { Middleware } from './middleware.ts';
import { defaultRetryBudget, type RetryBudgetLimits } from './retry-budget.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';

/** How calls are made and watched. */
export interface CallSettings {
  /** For a whole call to the service, with all attempts and waits, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Attempts of a call, 1 to 10. Default: 4. */
  readonly maxAttempts?: number;
  /** Bounds the retries of all calls together. Default: 50 at once, and 5 more each second. */
  readonly retryBudget?: Partial<RetryBudgetLimits>;
  /** When the server counts as down, and how long nothing is sent then. Default: 10 failures in a row, 5,000 ms. */
  readonly circuit?: Partial<CircuitLimits>;
  /** Sends a read a second time if the first was not answered after so long, and takes what comes first. Default: never. */
  readonly hedge?: { readonly afterMs: number };
  /** Runs around each attempt, the first one outermost. */
  readonly use?: readonly Middleware[];
  /** Where log entries go: `console`, pino and others. Default: none, or standard error if KEYFOLD_LOG is set. */
  readonly logger?: Logger;
  /** From which level on. Default: KEYFOLD_LOG, else `info` where a logger is passed. */
  readonly logLevel?: LogLevel;
  /** Spans and metrics: the module itself, `import * as opentelemetry from '@opentelemetry/api'`. Default: none. */
  readonly opentelemetry?: OpenTelemetryApi;
}

/** Settings of calls, checked and completed. */
export interface CallConfig {
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicy;
  readonly retryBudget: RetryBudgetLimits;
  readonly circuit: CircuitLimits;
  readonly hedgeAfterMs: number | undefined;
  readonly middleware: readonly Middleware[];
  readonly observer: CallObserver | undefined;
}

/**
 * Checks settings when the client is made, not at the first call.
 *
 * @throws OptionInvalidError
 */
export function resolveCallConfig(
  settings: CallSettings,
  environment: Environment,
  baseUrl: BaseUrl,
  clock: Clock,
): CallConfig {
  for (const name of ['retryBudget', 'circuit', 'hedge', 'logger', 'opentelemetry'] as const) {
    if (settings[name] !== undefined) requireObject(name, settings[name], OptionInvalidError);
  }
  const { timeoutMs = 30_000, maxAttempts = defaultRetryPolicy.maxAttempts, hedge } = settings;
  requireKnownOptions('retryBudget.', settings.retryBudget ?? {}, { capacity: true, refillPerSecond: true });
  requireKnownOptions('circuit.', settings.circuit ?? {}, { failures: true, openMs: true });
  requireKnownOptions('hedge.', settings.hedge ?? {}, { afterMs: true });
  const { capacity = defaultRetryBudget.capacity, refillPerSecond = defaultRetryBudget.refillPerSecond } =
    settings.retryBudget ?? {};
  const { failures = defaultCircuit.failures, openMs = defaultCircuit.openMs } = settings.circuit ?? {};
  const { use = [] } = settings;
  return {
    timeoutMs: requireInteger('timeoutMs', timeoutMs, optionBounds.timeoutMs),
    retryPolicy: {
      ...defaultRetryPolicy,
      maxAttempts: requireInteger('maxAttempts', maxAttempts, optionBounds.maxAttempts),
    },
    retryBudget: {
      capacity: requireInteger('retryBudget.capacity', capacity, 10_000),
      refillPerSecond: requireInteger('retryBudget.refillPerSecond', refillPerSecond, 10_000),
    },
    circuit: {
      failures: requireInteger('circuit.failures', failures, 10_000),
      openMs: requireInteger('circuit.openMs', openMs, 600_000),
    },
    hedgeAfterMs: hedge && requireInteger('hedge.afterMs', hedge.afterMs, optionBounds.timeoutMs),
    middleware: resolveMiddleware(use),
    observer: resolveObserver(settings, environment, baseUrl, clock),
  };
}

function resolveMiddleware(use: readonly Middleware[]): readonly Middleware[] {
  if (!Array.isArray(use) || !use.every((middleware) => typeof middleware === 'function')) {
    throw new OptionInvalidError('use must be an array of functions.');
  }
  return Array.from(use);
}

function resolveObserver(
  { logger, logLevel, opentelemetry }: CallSettings,
  environment: Environment,
  baseUrl: BaseUrl,
  clock: Clock,
): CallObserver | undefined {
  const observers: CallObserver[] = [];
  const level = resolveLevel(logger, logLevel, environment['KEYFOLD_LOG']);
  if (level !== 'off') {
    observers.push(loggingObserver(logFrom(level, logger ?? standardErrorLogger), clock));
  }
  if (opentelemetry !== undefined && typeof opentelemetry.trace?.getTracer !== 'function') {
    throw new OptionInvalidError('opentelemetry must be the module @opentelemetry/api.');
  }
  if (opentelemetry !== undefined) {
    observers.push(guardedObserver(telemetryObserver(opentelemetry, baseUrl, clock)));
  }
  return joinObservers(observers);
}

function resolveLevel(
  logger: Logger | undefined,
  option: LogLevel | undefined,
  variable: string | undefined,
): LogLevel {
  const missing = ['debug', 'info', 'warn', 'error'] as const;
  if (logger !== undefined && missing.some((name) => typeof logger[name] !== 'function')) {
    throw new OptionInvalidError('logger must have the methods debug, info, warn and error.');
  }
  const byDefault = logger === undefined ? 'off' : 'info';
  const level: unknown = option === undefined ? variable || byDefault : option;
  if (isLogLevel(level)) return level;
  const name = option === undefined ? 'KEYFOLD_LOG' : 'logLevel';
  throw new OptionInvalidError(`${name} must be one of ${logLevels.join(', ')}.`);
}
