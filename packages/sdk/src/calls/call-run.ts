import { type OperationId, operationOf } from '@keyfold/protocol';
import { ApiError } from '../api-errors.ts';
import { ClientClosedError } from '../configuration-errors.ts';
import type { CallObservation } from '../observe/call-observer.ts';
import { CallAbortedError, TimeoutError } from '../transport/transport-errors.ts';
import { UnrecognisedAnswerError } from '../unrecognised-answer-error.ts';
import type { Answered } from './answered.ts';
import { Attempt, type AttemptParts, type AttemptPlan } from './attempt.ts';
import { type CallDetails, CallError, lastOf, type NotRetried } from './call-error.ts';
import type { CircuitBreaker, CircuitPass } from './circuit-breaker.ts';
import { CircuitOpenError } from './circuit-open-error.ts';
import type { Deadline } from './deadline.ts';
import type { EndSignal } from './end-signal.ts';
import { hedged } from './hedged.ts';
import type { RetryBudget } from './retry-budget.ts';
import { type RetryPolicy, retryDelayMs } from './retry-policy.ts';
import { serverSign } from './server-sign.ts';
import type { Timers } from './timers.ts';

/** What calls are made with; the same for all calls of a client. */
export interface CallParts extends AttemptParts {
  readonly retryPolicy: RetryPolicy;
  readonly timers: Timers;
  readonly random: () => number;
  /** Undefined: retries are bounded by each call alone. */
  readonly budget: RetryBudget | undefined;
  readonly circuit: CircuitBreaker | undefined;
  /** Undefined: a slow read is waited for. */
  readonly hedgeAfterMs: number | undefined;
}

/** What one call is made of. */
export interface CallRunOptions<T> {
  readonly parts: CallParts;
  readonly plan: AttemptPlan<T>;
  readonly deadline: Deadline;
  readonly maxAttempts: number;
  readonly observation: CallObservation | undefined;
}

/** One call: its attempts, and what lies between them. */
export class CallRun<T> {
  readonly #options: CallRunOptions<T>;
  #attempts = 0;
  #lastError: CallError | undefined;

  constructor(options: CallRunOptions<T>) {
    this.#options = options;
  }

  /**
   * Sends it until it is answered, and lets go of what it was given: the deadline is disposed of, the request's body wiped.
   *
   * @throws CallError, {@link ClientClosedError}; what a middleware or the reader throws
   */
  async run(): Promise<Answered<T>> {
    const { plan, deadline, observation } = this.#options;
    try {
      let answered: Answered<T> | undefined;
      while (answered === undefined) {
        this.#throwIfEnded();
        try {
          answered = await this.#try();
        } catch (error) {
          await this.#waitAfter(error);
        }
      }
      observation?.end(this.#attempts);
      return answered;
    } catch (error) {
      observation?.end(this.#attempts, error);
      throw error;
    } finally {
      plan.body?.fill(0);
      deadline[Symbol.dispose](); // last: the caller's own signal may throw
    }
  }

  #try(): Promise<Answered<T>> {
    const { parts, plan, deadline, maxAttempts } = this.#options;
    const { hedgeAfterMs, timers, budget, circuit } = parts;
    if (hedgeAfterMs === undefined || operationOf(plan.id).effect !== 'read') {
      return this.#attempt(deadline.signal);
    }
    return hedged({
      afterMs: hedgeAfterMs,
      timers,
      signal: deadline.signal,
      admit: () => this.#attempts < maxAttempts && circuit?.closed !== false && (budget?.take() ?? true),
      start: (signal) => this.#attempt(signal),
      isFinal: (error) => !(error instanceof CallError && error.retryable),
    });
  }

  async #attempt(signal: EndSignal): Promise<Answered<T>> {
    const { parts, plan, observation } = this.#options;
    const pass = this.#enterCircuit();
    this.#attempts++;
    try {
      const attempt = new Attempt(parts, plan, this.#attempts, signal);
      const answered =
        observation === undefined ? attempt.read(await attempt.send()) : await attempt.observed(observation);
      pass?.settle('up');
      return answered;
    } catch (error) {
      // What an attempt meets that was ended from this side, be it by its deadline, says nothing about the server.
      pass?.settle(signal.aborted ? 'unknown' : serverSign(error), error);
      throw error;
    }
  }

  #enterCircuit(): CircuitPass | undefined {
    const entry = this.#options.parts.circuit?.enter();
    if (entry === undefined || 'settle' in entry) return entry;
    throw this.#lastError === undefined
      ? new CircuitOpenError(entry, this.#details())
      : lastOf(this.#lastError, this.#attempts, 'circuit_open');
  }

  /** Waits for the next attempt, or throws what the call ends with. */
  async #waitAfter(error: unknown): Promise<void> {
    this.#throwIfEnded();
    if (!(error instanceof CallError) || !error.retryable) throw error;
    if (error instanceof CircuitOpenError || error.notRetried !== undefined) throw error;
    const { parts, deadline, observation } = this.#options;
    const { retryPolicy, random, timers } = parts;
    const waitMs = retryDelayMs(retryPolicy, this.#attempts, random(), retryAfterOf(error));
    const notRetried = this.#notRetried(waitMs);
    if (notRetried !== undefined) throw lastOf(error, this.#attempts, notRetried);
    this.#lastError = error;
    observation?.retry(error, waitMs);
    await timers.sleep(waitMs, deadline.signal).catch(() => undefined); // the deadline knows why it ended
  }

  #notRetried(waitMs: number): NotRetried | undefined {
    const { parts, deadline, maxAttempts } = this.#options;
    if (this.#attempts >= maxAttempts) return 'attempts_used';
    // A wait that outlasts the deadline would only turn this error into a timeout, later.
    if (waitMs >= deadline.remainingMs()) return 'deadline_near';
    if (parts.circuit?.openAfter(waitMs) === true) return 'circuit_open';
    // Last, so that no token is spent on a retry that is not made.
    return parts.budget?.take() === false ? 'budget_empty' : undefined;
  }

  #throwIfEnded(): void {
    const { endReason, abortReason } = this.#options.deadline;
    const cause = this.#lastError;
    switch (endReason) {
      case undefined:
        return;
      case 'closed':
        throw new ClientClosedError();
      case 'aborted':
        throw new CallAbortedError(this.#details(), { cause: cause ?? abortReason });
      case 'timeout':
        throw this.#timeout();
    }
  }

  #timeout(): TimeoutError {
    const { timeoutMs } = this.#options.deadline;
    const cause = this.#lastError;
    return new TimeoutError(`The call did not end within ${timeoutMs} ms.`, this.#details(), { cause });
  }

  #details(): CallDetails {
    const operation: OperationId = this.#options.plan.id;
    return { operation, attempts: this.#attempts };
  }
}

function retryAfterOf(error: CallError): number | undefined {
  return error instanceof ApiError || error instanceof UnrecognisedAnswerError
    ? error.retryAfterMs
    : undefined;
}
