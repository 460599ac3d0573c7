import { ConfigurationError } from '../configuration-errors.ts';
import { fetchFailure } from './fetch-failure.ts';
import { requireAllowedHeaders } from './forbidden-headers.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
import { RedirectRefusedError, ResponseTooLargeError, TransportError } from './transport-errors.ts';

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface FetchTransportOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly fetch: Fetch;
}

/**
 * HTTP over the runtime's `fetch`: no redirects, no cookies, no cache. Certificates are verified by the runtime, and
 * nothing more can be asked of it. Connections are the runtime's too: `close()` ends requests, not idle connections.
 */
export function createFetchTransport({ origin, fetch }: FetchTransportOptions): Transport {
  const underWay = new Set<AbortController>();
  let closed = false;
  return {
    send: async (request) => {
      requireAllowedHeaders(request);
      const attempt = new AbortController();
      const onAbort = (): void => attempt.abort(new DOMException('The attempt was ended.', 'AbortError'));
      if (closed || request.signal.aborted) onAbort();
      request.signal.addEventListener('abort', onAbort, { once: true });
      underWay.add(attempt);
      try {
        return await exchange(fetch, origin, request, attempt);
      } catch (error) {
        const known = error instanceof TransportError || error instanceof ConfigurationError;
        throw known ? error : fetchFailure(error, request.call);
      } finally {
        underWay.delete(attempt);
        request.signal.removeEventListener('abort', onAbort);
      }
    },
    close: async () => {
      closed = true;
      for (const attempt of underWay) attempt.abort(new DOMException('The client is closed.', 'AbortError'));
    },
  };
}

async function exchange(
  fetch: Fetch,
  origin: string,
  request: TransportRequest,
  attempt: AbortController,
): Promise<TransportResponse> {
  const { method, path, headers, maxResponseBytes, call } = request;
  // fetch takes a copy of its own, out of reach; this one is wiped.
  const body = request.body === undefined ? null : new Uint8Array(request.body);
  try {
    const init = {
      ...supportedOptions(),
      method,
      headers,
      body,
      redirect: 'manual',
      signal: attempt.signal,
    } as const;
    const response = await fetch(origin + path, init);
    // Browsers hide where a redirect would have led, and its status.
    if (response.type === 'opaqueredirect') throw new RedirectRefusedError(call);
    const bytes = await readBody(response, maxResponseBytes);
    if (bytes === undefined) throw new ResponseTooLargeError(maxResponseBytes, call);
    const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
    return { status: response.status, header, body: bytes };
  } catch (error) {
    attempt.abort(); // what is left of the answer is not read
    throw error;
  } finally {
    body?.fill(0);
  }
}

/** What must not happen on its own, where the runtime knows of it: workerd refuses options that it does not. */
const quiet: RequestInit = {
  credentials: 'omit',
  cache: 'no-store',
  mode: 'cors',
  referrerPolicy: 'no-referrer',
};

function supportedOptions(): RequestInit {
  return Object.fromEntries(Object.entries(quiet).filter(([name]) => name in Request.prototype));
}

/** The whole body in memory of its own, the pieces it came in wiped; undefined as soon as it is too long. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      chunks.push(part.value);
      byteLength += part.value.byteLength;
      if (byteLength > maxBytes) return undefined;
    }
    const body = new Uint8Array(new ArrayBuffer(byteLength));
    let offset = 0;
    for (const chunk of chunks) {
      body.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return body;
  } finally {
    for (const chunk of chunks) chunk.fill(0);
  }
}
