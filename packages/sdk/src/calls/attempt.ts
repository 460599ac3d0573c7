import type { Clock, Instant } from '@keyfold/crypto-core';
import { headerNames, type OperationId, operationOf } from '@keyfold/protocol';
import { checked, readAnswer, readRefusal } from '../api-answer.ts';
import type { CallObservation } from '../observe/call-observer.ts';
import type { Transport, TransportResponse } from '../transport/transport.ts';
import type { CallDetails } from './call-error.ts';
import { type Middleware, runMiddleware } from './middleware.ts';
import { type ResponseInfo, requestIdOf, responseInfo } from './response-info.ts';

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

/** What came of an attempt that succeeded. */
export interface Answered<T> {
  readonly data: T;
  readonly response: ResponseInfo;
}

/**
 * Sends a request once and reads what comes back. The answer's body is wiped, whatever becomes of it.
 *
 * @throws CallError; what a middleware or the reader throws
 */
export function attemptOnce<T>(
  parts: AttemptParts,
  plan: AttemptPlan<T>,
  number: number,
  signal: AbortSignal,
  observation: CallObservation | undefined,
): Promise<Answered<T>> {
  // No async function around it: each costs a promise and a turn of the microtask queue, for every call.
  if (observation === undefined) return exchange(parts, plan, number, signal);
  return observedOnce(parts, plan, number, signal, observation);
}

async function observedOnce<T>(
  parts: AttemptParts,
  plan: AttemptPlan<T>,
  number: number,
  signal: AbortSignal,
  observation: CallObservation,
): Promise<Answered<T>> {
  const { method, path: template } = operationOf(plan.id);
  const { path, headers, body } = plan;
  const observed = observation.attempt({
    number,
    method,
    path,
    template,
    headers,
    body: body && { type: headers[headerNames.contentType] ?? '', byteLength: body.byteLength },
  });
  try {
    const answered = await observed.run(() =>
      exchange(parts, plan, number, signal, observed.headers, (response) =>
        observed.answered(response, response.body.byteLength),
      ),
    );
    observed.end();
    return answered;
  } catch (error) {
    observed.end(error);
    throw error;
  }
}

async function exchange<T>(
  parts: AttemptParts,
  plan: AttemptPlan<T>,
  number: number,
  signal: AbortSignal,
  traceHeaders?: Readonly<Record<string, string>>,
  onAnswer?: (response: TransportResponse) => void,
): Promise<Answered<T>> {
  const { clock, apiKey } = parts;
  const call: CallDetails = { operation: plan.id, attempts: number };
  const sentAt = clock.now();
  const headers = traceHeaders === undefined ? plan.headers : { ...plan.headers, ...traceHeaders };
  const response = withoutEcho(await send(parts, plan, call, signal, headers), apiKey);
  try {
    onAnswer?.(response);
    const requestId = requestIdOf(response);
    const answered = { ...call, status: response.status, ...(requestId !== undefined && { requestId }) };
    if (response.status < 200 || response.status > 299) {
      const redact = (text: string): string => text.replaceAll(apiKey, '[API key]');
      throw readRefusal(response, answered, redact, clock.now().wallMs);
    }
    const { json, attachments } = readAnswer(response, operationOf(plan.id).response, answered);
    const data = checked(() => plan.read({ json, attachments, sentAt, call: answered }), answered);
    return {
      data,
      // Made when it is asked for, which few callers do.
      get response() {
        return responseInfo(response, number);
      },
    };
  } finally {
    response.body.fill(0);
  }
}

function send<T>(
  { transport, apiKey, middleware, maxResponseBytes }: AttemptParts,
  { id, path, body }: AttemptPlan<T>,
  call: CallDetails,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<TransportResponse> {
  const { method } = operationOf(id);
  const transmit = (
    until: AbortSignal,
    added?: Readonly<Record<string, string>>,
  ): Promise<TransportResponse> =>
    transport.send({
      method,
      path,
      // The API key last: nothing that was set before it takes its place.
      headers: { ...headers, ...added, authorization: `Bearer ${apiKey}` },
      body,
      signal: until,
      maxResponseBytes,
      call,
    });
  if (middleware.length === 0) return transmit(signal);
  // Frozen: what is written into it in place would be sent unseen.
  const shown = {
    operation: id,
    attempt: call.attempts,
    method,
    path,
    headers: Object.freeze({ ...headers }),
  };
  return untilEnded(
    (until, onResponse) =>
      runMiddleware({
        middleware,
        request: Object.freeze({ ...shown, signal: until }),
        call,
        send: async (added) => {
          const response = withoutEcho(await transmit(until, added), apiKey);
          onResponse(response);
          return response;
        },
      }),
    signal,
  );
}

/** A server that repeats what it was sent must not bring the API key into an error, a log or a caller's hands. */
function withoutEcho(response: TransportResponse, apiKey: string): TransportResponse {
  const header = (name: string): string | undefined => {
    const value = response.header(name);
    return value?.includes(apiKey) === true ? undefined : value;
  };
  return { status: response.status, header, body: response.body };
}

/**
 * Waits for middleware no longer than for the attempt: one that ignores its signal must not outlast the deadline. Nor does
 * a request outlast the middleware that gave it up, which would go on with a body that is being wiped. An answer that
 * nobody reads any more, or that a middleware kept to itself, is wiped.
 */
function untilEnded(
  run: (until: AbortSignal, onResponse: (response: TransportResponse) => void) => Promise<TransportResponse>,
  signal: AbortSignal,
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
