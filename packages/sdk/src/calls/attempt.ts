import type { Clock, Instant } from '@keyfold/crypto-core';
import { headerNames, type OperationId, operationOf } from '@keyfold/protocol';
import { checked, readAnswer, readRefusal } from '../api-answer.ts';
import type { AttemptObservation, CallObservation } from '../observe/call-observer.ts';
import type { Transport, TransportResponse } from '../transport/transport.ts';
import { Answered } from './answered.ts';
import type { CallDetails } from './call-error.ts';
import type { EndSignal } from './end-signal.ts';
import { type Middleware, runMiddleware } from './middleware.ts';
import { requestIdOf } from './response-info.ts';
import { WithoutEcho } from './without-echo.ts';

/** A success, valid while its reader runs: the body is wiped afterwards. */
export interface ApiAnswer {
  readonly json: unknown;
  readonly attachments: readonly Uint8Array[];
  /** When the attempt that was answered began: leases count from here. */
  readonly sentAt: Instant;
  readonly call: CallDetails;
}

/** What all attempts of one call have in common. */
export interface AttemptPlan<T> {
  readonly id: OperationId;
  /** Path and query, absolute. */
  readonly path: string;
  /** Everything but the API key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly read: (answer: ApiAnswer) => T;
}

/** What attempts are made with. */
export interface AttemptParts {
  readonly transport: Transport;
  readonly apiKey: string;
  readonly clock: Clock;
  readonly middleware: readonly Middleware[];
  /** Longest answer, in bytes. */
  readonly maxResponseBytes: number;
}

/** One attempt: sends a request once and reads what comes back. The answer's body is wiped, whatever becomes of it. */
export class Attempt<T> {
  readonly #parts: AttemptParts;
  readonly #plan: AttemptPlan<T>;
  readonly #call: CallDetails;
  readonly #signal: EndSignal;
  readonly #sentAt: Instant;

  /** @param number 1 for the first of a call */
  constructor(parts: AttemptParts, plan: AttemptPlan<T>, number: number, signal: EndSignal) {
    this.#parts = parts;
    this.#plan = plan;
    this.#call = { operation: plan.id, attempts: number };
    this.#signal = signal;
    this.#sentAt = parts.clock.now();
  }

  /** @throws CallError; what a middleware throws */
  send(traceHeaders?: Readonly<Record<string, string>>): Promise<TransportResponse> {
    const headers =
      traceHeaders === undefined ? this.#plan.headers : { ...this.#plan.headers, ...traceHeaders };
    return this.#parts.middleware.length === 0
      ? this.#transmit(this.#signal, headers)
      : this.#sendThroughMiddleware(headers);
  }

  /**
   * Reads what {@link Attempt.send} brought, and wipes its body.
   *
   * @throws CallError; what the reader throws
   */
  read(response: TransportResponse, observed?: AttemptObservation): Answered<T> {
    const { apiKey, clock } = this.#parts;
    const { id, read } = this.#plan;
    try {
      const shown = new WithoutEcho(response, apiKey);
      observed?.answered(shown, response.body.byteLength);
      const call = answeredCall(this.#call, shown);
      if (response.status < 200 || response.status > 299) {
        const redact = (text: string): string => text.replaceAll(apiKey, '[API key]');
        throw readRefusal(shown, call, redact, clock.now().wallMs);
      }
      const { json, attachments } = readAnswer(shown, operationOf(id).response, call);
      const data = checked(() => read({ json, attachments, sentAt: this.#sentAt, call }), call);
      return new Answered(data, shown, call.attempts);
    } finally {
      response.body.fill(0);
    }
  }

  /**
   * As {@link Attempt.send} and {@link Attempt.read}, while somebody watches.
   *
   * @throws CallError; what a middleware or the reader throws
   */
  async observed(observation: CallObservation): Promise<Answered<T>> {
    const { method, path: template } = operationOf(this.#plan.id);
    const { path, headers, body } = this.#plan;
    const observed = observation.attempt({
      number: this.#call.attempts,
      method,
      path,
      template,
      headers,
      body: body && { type: headers[headerNames.contentType] ?? '', byteLength: body.byteLength },
    });
    try {
      const answered = await observed.run(async () => this.read(await this.send(observed.headers), observed));
      observed.end();
      return answered;
    } catch (error) {
      observed.end(error);
      throw error;
    }
  }

  #transmit(signal: EndSignal, headers: Readonly<Record<string, string>>): Promise<TransportResponse> {
    const { transport, apiKey, maxResponseBytes } = this.#parts;
    const { id, path, body } = this.#plan;
    return transport.send({
      method: operationOf(id).method,
      path,
      // The API key last: nothing that was set before it takes its place.
      headers: { ...headers, authorization: `Bearer ${apiKey}` },
      body,
      signal,
      maxResponseBytes,
      call: this.#call,
    });
  }

  #sendThroughMiddleware(headers: Readonly<Record<string, string>>): Promise<TransportResponse> {
    const { middleware, apiKey } = this.#parts;
    const { id, path } = this.#plan;
    const call = this.#call;
    // Frozen: what is written into it in place would be sent unseen.
    const shown = {
      operation: id,
      attempt: call.attempts,
      method: operationOf(id).method,
      path,
      headers: Object.freeze({ ...headers }),
    };
    return untilEnded(
      (signal, onResponse) =>
        runMiddleware({
          middleware,
          request: Object.freeze({ ...shown, signal }),
          call,
          send: async (added) => {
            const response = await this.#transmit(signal, { ...headers, ...added });
            onResponse(response);
            return new WithoutEcho(response, apiKey);
          },
        }),
      this.#signal,
    );
  }
}

function answeredCall({ operation, attempts }: CallDetails, response: TransportResponse): CallDetails {
  const { status } = response;
  const requestId = requestIdOf(response);
  return requestId === undefined
    ? { operation, attempts, status }
    : { operation, attempts, status, requestId };
}

/**
 * Waits for middleware no longer than for the attempt: one that ignores its signal must not outlast the deadline. Nor does
 * a request outlast the middleware that gave it up, which would go on with a body that is being wiped. An answer that
 * nobody reads any more, or that a middleware kept to itself, is wiped.
 */
function untilEnded(
  run: (until: AbortSignal, onResponse: (response: TransportResponse) => void) => Promise<TransportResponse>,
  signal: EndSignal,
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const attempt = new AbortController();
    let pending: TransportResponse | undefined;
    let ended = false;
    const fail = (error: unknown): void => {
      ended = true;
      signal.removeEventListener('abort', onAbort);
      pending?.body.fill(0);
      reject(error);
      attempt.abort(new DOMException('The attempt was ended.', 'AbortError'));
    };
    const onAbort = (): void => fail(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    run(attempt.signal, (response) => {
      pending = response;
      if (ended) response.body.fill(0);
    }).then((response) => {
      if (ended) return;
      signal.removeEventListener('abort', onAbort);
      resolve(response);
    }, fail);
  });
}
