import type { Clock } from '@keyfold/crypto-core';
import { limits, type OperationId, type PageQuery } from '@keyfold/protocol';
import { isObject, requireInteger, requireKnownOptions, requireObject } from './arguments.ts';
import type { Answered } from './calls/answered.ts';
import type { ApiAnswer, AttemptPlan } from './calls/attempt.ts';
import {
  type CallOptions,
  checkedCallOptions,
  type KeyedCallOptions,
  type ListOptions,
} from './calls/call-options.ts';
import { CallPromise } from './calls/call-promise.ts';
import { type CallParts, CallRun } from './calls/call-run.ts';
import { CircuitBreaker, type CircuitLimits } from './calls/circuit-breaker.ts';
import { Deadline } from './calls/deadline.ts';
import { Ending } from './calls/end-signal.ts';
import { ListPromise } from './calls/list-promise.ts';
import type { Middleware } from './calls/middleware.ts';
import { type Page, readPage } from './calls/page.ts';
import { type ApiRequest, encodeBody, type RequestContent, requestPlan } from './calls/request-plan.ts';
import { RetryBudget, type RetryBudgetLimits } from './calls/retry-budget.ts';
import type { RetryPolicy } from './calls/retry-policy.ts';
import type { Timers } from './calls/timers.ts';
import { throwIfAborted } from './calls/until-aborted.ts';
import { ClientClosedError, OptionInvalidError } from './configuration-errors.ts';
import type { CallObserver } from './observe/call-observer.ts';
import type { Transport } from './transport/transport.ts';
import { UnexpectedResponseError } from './transport/transport-errors.ts';

/** Longest answer in bytes: a full page of the longest root keys' names, or a frame, is a quarter of it. */
const maxResponseBytes = 4 * limits.frameBytes;

const pageQueryNames: Readonly<Record<keyof PageQuery, true>> = { limit: true, cursor: true };

export interface ApiClientOptions {
  readonly transport: Transport;
  /** Before every path: empty, or `/…` without a slash at its end. */
  readonly pathPrefix: string;
  readonly apiKey: string;
  /** For a whole call, all attempts and waits included. */
  readonly timeoutMs: number;
  readonly retryPolicy: RetryPolicy;
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 up to, not including, 1; spreads retries, so it need not be unpredictable. */
  readonly random: () => number;
  /** Left out, each call's own attempts are the only bound. */
  readonly retryBudget?: RetryBudgetLimits;
  /** Left out, every call is sent. */
  readonly circuit?: CircuitLimits;
  /** Left out, a slow read is waited for. */
  readonly hedgeAfterMs?: number | undefined;
  readonly middleware?: readonly Middleware[];
  readonly observer?: CallObserver | undefined;
}

/** Calls operations of the encryption API: one deadline a call, retries where repeating is safe, bodies wiped. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #parts: CallParts;
  readonly #closing = new Ending();

  constructor(options: ApiClientOptions) {
    const { clock, retryBudget, circuit, observer } = options;
    this.#options = options;
    this.#parts = {
      ...options,
      maxResponseBytes,
      middleware: options.middleware ?? [],
      hedgeAfterMs: options.hedgeAfterMs,
      budget: retryBudget && new RetryBudget(retryBudget, clock),
      circuit: circuit && new CircuitBreaker(circuit, clock, (change) => observer?.circuitChanged(change)),
    };
  }

  /**
   * Calls an operation and hands its answer to `read`, which copies or takes what it needs.
   *
   * @throws CallError, and {@link ClientClosedError}
   */
  async call<Id extends OperationId, T>(
    id: Id,
    request: ApiRequest<Id>,
    read: (answer: ApiAnswer) => T,
  ): Promise<T> {
    return (await this.#execute(id, request, read)).data;
  }

  /**
   * As {@link ApiClient.call} for a caller's own call: his options are checked, and what `prepare` throws about his
   * arguments is a rejection like any other.
   */
  start<Id extends OperationId, T>(
    id: Id,
    options: KeyedCallOptions,
    prepare: () => RequestContent<Id>,
    read: (answer: ApiAnswer) => T,
  ): CallPromise<T> {
    return new CallPromise(this.#begin(id, options, prepare, read));
  }

  /** As {@link ApiClient.start} for a list, whose later pages are asked for when somebody wants them. */
  list<Id extends OperationId, Item>(
    id: Id,
    options: ListOptions,
    content: RequestContent<Id> & { readonly query: PageQuery },
    readItem: (item: unknown) => Item,
  ): ListPromise<Item> {
    const { maxItems, ...callOptions } = isObject(options) ? options : {};
    const read = ({ json }: ApiAnswer): Page<Item> => readPage(json, readItem);
    const pageAt = (cursor: string): RequestContent<Id> => ({
      ...content,
      query: { ...content.query, cursor },
    });
    return new ListPromise({
      first: this.#begin(
        id,
        isObject(options) ? callOptions : options,
        () => listContent(content, maxItems),
        read,
      ),
      next: async (cursor) => (await this.#begin(id, callOptions, () => pageAt(cursor), read)).data,
      throwIfAborted: () => throwIfAborted({ signal: callOptions.signal, operation: id }),
      repeatedCursor: () =>
        new UnexpectedResponseError('The answer leads back to a page that came before.', {
          operation: id,
          attempts: 1,
        }),
      maxItems,
    });
  }

  /** Ends every call under way with {@link ClientClosedError} and leaves no socket open. */
  async close(): Promise<void> {
    this.#closing.end();
    await this.#options.transport.close();
  }

  #begin<Id extends OperationId, T>(
    id: Id,
    options: KeyedCallOptions,
    prepare: () => RequestContent<Id>,
    read: (answer: ApiAnswer) => T,
  ): Promise<Answered<T>> {
    try {
      const checked = checkedCallOptions(id, options);
      return this.#execute(id, { ...prepare(), ...checked }, read);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Throws at once what there is to say against the call; what becomes of it is a promise. */
  #execute<Id extends OperationId, T>(
    id: Id,
    request: ApiRequest<Id>,
    read: (answer: ApiAnswer) => T,
  ): Promise<Answered<T>> {
    if (this.#closing.aborted) throw new ClientClosedError();
    const { pathPrefix } = this.#options;
    const body = encodeBody(id, request);
    try {
      // What a caller passed may throw here: before there is a deadline to let go of.
      return this.#run(requestPlan({ id, request, pathPrefix, body, read }), request);
    } catch (error) {
      body?.fill(0);
      throw error;
    }
  }

  #run<T>(plan: AttemptPlan<T>, request: CallOptions): Promise<Answered<T>> {
    const { clock, timers, timeoutMs, retryPolicy, observer } = this.#options;
    const deadline = new Deadline({
      timeoutMs: request.timeoutMs ?? timeoutMs,
      clock,
      timers,
      closing: this.#closing,
      signal: request.signal,
    });
    // After the deadline, which a signal that is none may keep from being made: what has begun is always ended.
    const observation = observer?.begin(plan.id);
    // Sending any operation twice has the effect of sending it once, if need be by its idempotency key.
    const maxAttempts = request.maxAttempts ?? retryPolicy.maxAttempts;
    return new CallRun({ parts: this.#parts, plan, deadline, maxAttempts, observation }).run();
  }
}

/** @throws OptionInvalidError */
function listContent<Content extends { readonly query: PageQuery }>(
  content: Content,
  maxItems: number | undefined,
): Content {
  requireObject('The query of a list', content.query, OptionInvalidError);
  requireKnownOptions('', content.query, pageQueryNames);
  if (maxItems !== undefined) requireInteger('maxItems', maxItems, Number.MAX_SAFE_INTEGER);
  return content;
}
