import type { Clock } from '@keyfold/crypto-core';
import { headerNames, type OperationId } from '@keyfold/protocol';
import { CallError } from '../calls/call-error.ts';
import { requestIdOf, shownHeaders } from '../calls/response-info.ts';
import type { AttemptObservation, BegunAttempt, CallObservation, CallObserver } from './call-observer.ts';
import type { LogFields, Logger } from './logger.ts';
import { shownPath } from './shown-path.ts';

/** Headers of a request that are logged. The API key is in none of them. */
const loggedRequestHeaders: readonly string[] = [headerNames.contentType, 'user-agent', 'traceparent'];

/** Logs calls: each attempt at `debug`, retries at `info`, a circuit at `warn`, calls that failed at `error`. */
export function loggingObserver(logger: Logger, clock: Clock): CallObserver {
  return {
    begin: (operation) => new LoggedCall(operation, logger, clock),
    circuitChanged: (change) => {
      if (change.state === 'closed') logger.warn('keyfold: the server is back', {});
      else {
        const { sinceMs, retryAtMs, cause } = change;
        logger.warn('keyfold: the server is down, nothing is sent', {
          since: new Date(sinceMs).toISOString(),
          retryAt: new Date(retryAtMs).toISOString(),
          ...failure(cause),
        });
      }
    },
  };
}

class LoggedCall implements CallObservation {
  readonly #operation: OperationId;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #startedMs: number;

  constructor(operation: OperationId, logger: Logger, clock: Clock) {
    this.#operation = operation;
    this.#logger = logger;
    this.#clock = clock;
    this.#startedMs = clock.now().monotonicMs;
  }

  attempt(attempt: BegunAttempt): AttemptObservation {
    const logger = this.#logger;
    const name = { operation: this.#operation, attempt: attempt.number };
    const startedMs = this.#clock.now().monotonicMs;
    const durationMs = (): number => since(startedMs, this.#clock);
    logger.debug('keyfold: request', {
      ...name,
      method: attempt.method,
      path: shownPath(attempt.path),
      headers: pick(attempt.headers, loggedRequestHeaders),
      body: attempt.body,
    });
    return {
      headers: {},
      run: (send) => send(),
      answered: (response, byteLength) => {
        const headers = shownHeaders(response);
        const type = headers[headerNames.contentType];
        logger.debug('keyfold: response', {
          ...name,
          status: response.status,
          requestId: requestIdOf(response),
          headers,
          body: { type, byteLength },
          durationMs: durationMs(),
        });
      },
      end: (error) => {
        if (error === undefined) return;
        logger.debug('keyfold: attempt failed', { ...name, ...failure(error), durationMs: durationMs() });
      },
    };
  }

  retry(error: CallError, waitMs: number): void {
    this.#logger.info('keyfold: will try again', {
      operation: this.#operation,
      attempt: error.attempts,
      ...failure(error),
      waitMs: Math.round(waitMs),
    });
  }

  end(attempts: number, error?: unknown): void {
    if (error === undefined) return;
    this.#logger.error('keyfold: call failed', {
      operation: this.#operation,
      ...failure(error),
      attempts,
      durationMs: since(this.#startedMs, this.#clock),
    });
  }
}

/** What is logged of an error: its names and numbers. Texts may be a middleware's own, with whatever it put there. */
function failure(error: unknown): LogFields {
  if (!(error instanceof CallError)) return { code: error instanceof Error ? error.name : 'unknown' };
  const { code, layer, retryable, status, requestId, notRetried } = error;
  const known = Object.entries({ code, layer, retryable, status, requestId, notRetried });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

/** Milliseconds between two instants, to a hundredth. */
function since(startedMs: number, clock: Clock): number {
  return Math.round((clock.now().monotonicMs - startedMs) * 100) / 100;
}

function pick(headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}
