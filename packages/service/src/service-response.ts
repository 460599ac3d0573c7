import {
  type ApiErrorBody,
  type ApiErrorCode,
  apiErrorOf,
  encodeFrame,
  headerNames,
  mediaTypes,
} from '@keyfold/protocol';

const encoder = new TextEncoder();

/**
 * An answer. It owns the memory of its body, which may hold key bytes: the host disposes of it once the body has been
 * sent, or when it cannot be sent any more.
 *
 * @example
 * ```ts
 * const answer = await service.execute(operationId, request);
 * response.writeHead(answer.status, answer.headers);
 * response.on('close', () => answer[Symbol.dispose]()).end(answer.body);
 * ```
 */
export class ServiceResponse implements Disposable {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, where it is JSON: a host that sends this instead sends head and body in one piece. */
  readonly text: string | undefined;
  #body: Uint8Array | undefined;

  /** @param body - JSON as text; bytes pass into this object's ownership. */
  constructor(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string) {
    this.status = status;
    this.headers = headers;
    this.text = typeof body === 'string' ? body : undefined;
    this.#body = typeof body === 'string' ? undefined : body;
  }

  get body(): Uint8Array {
    this.#body ??= encoder.encode(this.text);
    return this.#body;
  }

  /** Zeroises the body. */
  [Symbol.dispose](): void {
    this.#body ??= new Uint8Array();
    this.#body.fill(0);
  }
}

/** @param json null for an answer without a body. */
export function jsonResponse(
  status: number,
  requestId: string,
  json: unknown,
  headers?: Readonly<Record<string, string>>,
): ServiceResponse {
  const own = headersOf(requestId, json === null ? undefined : mediaTypes.json);
  return new ServiceResponse(
    status,
    headers === undefined ? own : { ...own, ...headers },
    json === null ? '' : JSON.stringify(json),
  );
}

/** @param keys copied into the frame; they stay their owner's. */
export function frameResponse(
  status: number,
  requestId: string,
  json: unknown,
  keys: readonly Uint8Array[],
): ServiceResponse {
  return new ServiceResponse(status, headersOf(requestId, mediaTypes.frame), encodeFrame(json, keys));
}

/** What an error's answer may have beside its code. */
export interface ErrorResponseOptions {
  /** The table's message if left out. */
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The answer to what is refused or failed. */
export function errorResponse(
  code: ApiErrorCode,
  requestId: string,
  { message, headers = {} }: ErrorResponseOptions = {},
): ServiceResponse {
  const entry = apiErrorOf(code);
  const { status, layer, retryable, hint } = entry;
  const json: ApiErrorBody = {
    error: { code, message: message ?? entry.message, hint, layer, requestId, retryable },
  };
  // RFC 9110 §15.5.2: a 401 names the scheme it asks for.
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return jsonResponse(status, requestId, json, { ...challenge, ...headers });
}

/** No answer is kept by anything on its way: it may hold keys, and says what was true at one moment. */
function headersOf(requestId: string, contentType?: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    [headerNames.requestId]: requestId,
  };
  if (contentType !== undefined) headers[headerNames.contentType] = contentType;
  return headers;
}
