import type { Clock, Instant } from '@keyfold/crypto-core';
import {
  encodeFrame,
  headerNames,
  limits,
  mediaTypes,
  type OperationId,
  type OperationParameters,
  operationOf,
  operationPath,
  type PageQuery,
  type RequestBody,
} from '@keyfold/protocol';
import { checked, readAnswer, readRefusal } from './api-answer.ts';
import { ApiError } from './api-errors.ts';
import { type CallDetails, CallError } from './call-error.ts';
import { ClientClosedError } from './configuration-errors.ts';
import { Deadline } from './deadline.ts';
import { type RetryPolicy, retryDelayMs } from './retry-policy.ts';
import type { Timers } from './timers.ts';
import type { Transport, TransportResponse } from './transport.ts';
import { CallAbortedError, TimeoutError } from './transport-errors.ts';
import { UnrecognisedAnswerError } from './unrecognised-answer-error.ts';

/** Longest answer in bytes: a full page of the longest root keys' names, or a frame, is a quarter of it. */
const maxResponseBytes = 4 * limits.frameBytes;

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
}

/** What one call sends. */
export interface ApiRequest<Id extends OperationId> {
  readonly params: OperationParameters<Id>;
  readonly query?: PageQuery;
  /** JSON, or the JSON of a frame; nothing secret. */
  readonly body?: RequestBody<Id>;
  /** Attachments of a frame. Copied, and the copy is wiped; the originals stay the caller's. */
  readonly attachments?: readonly Uint8Array[];
  readonly signal?: AbortSignal | undefined;
  /** Shortens the client's own. */
  readonly timeoutMs?: number | undefined;
  /** Lowers the client's own. */
  readonly maxAttempts?: number | undefined;
}

/** A success, valid while its reader runs: the body is wiped afterwards. */
export interface ApiAnswer {
  readonly json: unknown;
  readonly attachments: readonly Uint8Array[];
  /** When the attempt that was answered began: leases count from here. */
  readonly sentAt: Instant;
  readonly call: CallDetails;
}

/** Calls operations of the encryption API: one deadline a call, retries where repeating is safe, bodies wiped. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #closing = new AbortController();

  constructor(options: ApiClientOptions) {
    this.#options = options;
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
    if (this.#closing.signal.aborted) throw new ClientClosedError();
    const { clock, timers, timeoutMs, retryPolicy } = this.#options;
    const deadline = new Deadline({
      timeoutMs: Math.min(timeoutMs, request.timeoutMs ?? timeoutMs),
      clock,
      timers,
      closing: this.#closing.signal,
      signal: request.signal,
    });
    // Only where sending twice has the effect of sending once.
    const maxAttempts = operationOf(id).idempotent
      ? Math.min(retryPolicy.maxAttempts, request.maxAttempts ?? retryPolicy.maxAttempts)
      : 1;
    let body: Uint8Array | undefined;
    try {
      body = encodeBody(id, request);
      return await this.#repeat(id, request, body, deadline, maxAttempts, read);
    } finally {
      body?.fill(0);
      deadline[Symbol.dispose]();
    }
  }

  /** Ends every call under way with {@link ClientClosedError} and leaves no socket open. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#options.transport.close();
  }

  async #repeat<Id extends OperationId, T>(
    id: Id,
    request: ApiRequest<Id>,
    body: Uint8Array | undefined,
    deadline: Deadline,
    maxAttempts: number,
    read: (answer: ApiAnswer) => T,
  ): Promise<T> {
    const { retryPolicy, random, timers } = this.#options;
    let lastError: CallError | undefined;
    for (let attempts = 1; ; attempts++) {
      const call: CallDetails = { operation: id, attempts };
      try {
        return await this.#attempt(id, request, body, deadline, call, read);
      } catch (error) {
        if (deadline.endReason !== undefined) throw endError(deadline, call, lastError);
        if (!(error instanceof CallError) || !error.retryable || attempts >= maxAttempts) throw error;
        const waitMs = retryDelayMs(retryPolicy, attempts, random(), retryAfterOf(error));
        // A wait that outlasts the deadline would only turn this error into a timeout, later.
        if (waitMs >= deadline.remainingMs()) throw error;
        lastError = error;
        await timers.sleep(waitMs, deadline.signal).catch(() => undefined); // the deadline knows why it ended
        if (deadline.endReason !== undefined) throw endError(deadline, call, lastError);
      }
    }
  }

  async #attempt<Id extends OperationId, T>(
    id: Id,
    request: ApiRequest<Id>,
    body: Uint8Array | undefined,
    deadline: Deadline,
    call: CallDetails,
    read: (answer: ApiAnswer) => T,
  ): Promise<T> {
    const { transport, pathPrefix, clock, apiKey } = this.#options;
    const operation = operationOf(id);
    const sentAt = clock.now();
    const response = await transport.send({
      method: operation.method,
      path: `${pathPrefix}${operationPath(id, request.params)}${queryString(request.query)}`,
      headers: {
        authorization: `Bearer ${apiKey}`,
        'user-agent': 'keyfold-sdk',
        ...(operation.request !== 'none' && { [headerNames.contentType]: mediaTypes[operation.request] }),
      },
      body,
      signal: deadline.signal,
      maxResponseBytes,
      call,
    });
    try {
      const answered = withAnswer(call, response);
      if (response.status < 200 || response.status > 299) {
        throw readRefusal(
          response,
          answered,
          (text) => text.replaceAll(apiKey, '[API key]'),
          clock.now().wallMs,
        );
      }
      const { json, attachments } = readAnswer(response, operation.response, answered);
      return checked(() => read({ json, attachments, sentAt, call: answered }), answered);
    } finally {
      response.body.fill(0);
    }
  }
}

function encodeBody<Id extends OperationId>(id: Id, request: ApiRequest<Id>): Uint8Array | undefined {
  const form = operationOf(id).request;
  if (form === 'none') return undefined;
  return form === 'frame'
    ? encodeFrame(request.body, request.attachments ?? [])
    : new TextEncoder().encode(JSON.stringify(request.body));
}

function queryString(query: PageQuery | undefined): string {
  const parameters = new URLSearchParams();
  if (query?.limit !== undefined) parameters.set('limit', String(query.limit));
  if (query?.cursor !== undefined) parameters.set('cursor', query.cursor);
  return parameters.size === 0 ? '' : `?${parameters}`;
}

/** The request id comes from the network: anything but a plain token is left out. */
function withAnswer(call: CallDetails, response: TransportResponse): CallDetails {
  const requestId = response.header(headerNames.requestId);
  const plain = requestId !== undefined && /^[\w.:-]{1,128}$/.test(requestId);
  return { ...call, status: response.status, ...(plain && { requestId }) };
}

function retryAfterOf(error: CallError): number | undefined {
  return error instanceof ApiError || error instanceof UnrecognisedAnswerError
    ? error.retryAfterMs
    : undefined;
}

function endError(deadline: Deadline, call: CallDetails, cause: CallError | undefined): Error {
  switch (deadline.endReason) {
    case 'closed':
      return new ClientClosedError();
    case 'aborted':
      return new CallAbortedError(call, { cause });
    default:
      return new TimeoutError(`The call did not end within ${deadline.timeoutMs} ms.`, call, { cause });
  }
}
