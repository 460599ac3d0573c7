import type { OperationId } from '@keyfold/protocol';
import type { TransportResponse } from '../transport/transport.ts';
import type { CallDetails } from './call-error.ts';
import { MiddlewareInvalidError } from './middleware-invalid-error.ts';
import { requestIdOf } from './response-info.ts';

/** One attempt as a middleware sees it. Neither the API key nor the body is in it. */
export interface AttemptRequest {
  /** The operation of the encryption API. */
  readonly operation: OperationId;
  /** 1 for the first attempt of a call. */
  readonly attempt: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** By names in lower case. A middleware may add some, such as `x-team`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when the attempt has to end. */
  readonly signal: AbortSignal;
}

/** An answer as a middleware sees it: without its body. */
export interface AttemptResponse {
  readonly status: number;
  readonly requestId: string | undefined;
  /** A header's value, or undefined; the name in lower case. */
  header(name: string): string | undefined;
}

/**
 * Runs around each attempt, inside the retry loop: hands the request on, or a copy of it with headers of its own, and
 * returns what came back. What it throws ends the attempt and the call.
 *
 * @example
 * ```ts
 * const measured: Middleware = async (request, next) => {
 *   const startedMs = performance.now();
 *   const response = await next({ ...request, headers: { ...request.headers, 'x-team': 'billing' } });
 *   histogram.record(performance.now() - startedMs, { operation: request.operation, status: response.status });
 *   return response;
 * };
 * ```
 */
export type Middleware = (
  request: AttemptRequest,
  next: (request: AttemptRequest) => Promise<AttemptResponse>,
) => Promise<AttemptResponse>;

/** What runs an attempt through its middleware. */
export interface MiddlewareRun {
  readonly middleware: readonly Middleware[];
  readonly request: AttemptRequest;
  readonly call: CallDetails;
  /** Sends it with the headers that were added. */
  readonly send: (added: Readonly<Record<string, string>>) => Promise<TransportResponse>;
}

/**
 * Headers that decide where a request goes, who sends it, where it ends or what its body is. Those that the SDK sets
 * itself are protected in any case.
 */
const protectedHeader =
  /^(?:host|authorization|cookie|user-agent|accept-encoding|idempotency-key|connection|keep-alive|upgrade|expect|te|trailer|transfer-encoding|content-.*|proxy-.*|sec-.*|:.*)$/;

const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/; // a token (RFC 9110 §5.6.2), in lower case
const headerValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Runs an attempt through its middleware, the first one outermost.
 *
 * @throws MiddlewareInvalidError for one that changes what is not its to change; what a middleware throws
 */
export async function runMiddleware(run: MiddlewareRun): Promise<TransportResponse> {
  const { middleware, request, call, send } = run;
  let sent: { readonly response: TransportResponse; readonly shown: AttemptResponse } | undefined;

  const handlerAt = (index: number): ((request: AttemptRequest) => Promise<AttemptResponse>) => {
    let called = false;
    const handler = middleware[index];
    const handle = async (handed: AttemptRequest): Promise<AttemptResponse> => {
      if (called) throw new MiddlewareInvalidError('A middleware called next() more than once.', call);
      called = true;
      const added = addedHeaders(request, handed, call);
      if (handler !== undefined) return await handler(handed, handlerAt(index + 1));
      const response = await send(added);
      const shown = shownResponse(response);
      sent = { response, shown };
      return shown;
    };
    return (handed) => {
      const handled = handle(handed);
      // A middleware that throws without waiting for what it began fails its call, not the process.
      handled.catch(() => undefined);
      return handled;
    };
  };

  const returned = await handlerAt(0)(request);
  if (sent === undefined || returned !== sent.shown) {
    throw new MiddlewareInvalidError('A middleware returned something else than what next() gave it.', call);
  }
  return sent.response;
}

function shownResponse(response: TransportResponse): AttemptResponse {
  return Object.freeze({
    status: response.status,
    requestId: requestIdOf(response),
    header: (name: string) => response.header(name),
  });
}

function addedHeaders(
  request: AttemptRequest,
  handed: AttemptRequest,
  call: CallDetails,
): Readonly<Record<string, string>> {
  const fixed = ['operation', 'attempt', 'method', 'path'] as const;
  const changed = fixed.find((name) => handed?.[name] !== request[name]);
  if (changed !== undefined) {
    throw new MiddlewareInvalidError(`A middleware changed the request's ${changed}.`, call);
  }
  const added: Record<string, string> = {};
  for (const [name, value] of Object.entries(handed.headers ?? {})) {
    if (Object.hasOwn(request.headers, name) && request.headers[name] === value) continue;
    if (!headerName.test(name) || typeof value !== 'string' || !headerValue.test(value)) {
      throw new MiddlewareInvalidError('A middleware set a header with a name or value that none has.', call);
    }
    if (protectedHeader.test(name) || Object.hasOwn(request.headers, name)) {
      throw new MiddlewareInvalidError(`A middleware set the header ${name}, which is not its own.`, call);
    }
    added[name] = value;
  }
  return added;
}
