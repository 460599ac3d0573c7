import type { Dispatcher, Pool } from 'undici';
import { connectionFailure } from './connection-failure.ts';
import { type TlsConfig, tlsSettings } from './tls-settings.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
import { ResponseTooLargeError } from './transport-errors.ts';

/** What a transport over undici needs to know. */
export interface UndiciTransportOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly tls: TlsConfig;
  /** Ends an attempt to connect; the call's deadline may end it sooner. */
  readonly connectTimeoutMs: number;
}

/** HTTP/1.1 over undici's connection pool: no redirects, no retries, no decompression, no proxies from the environment. */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const pins = options.tls.pins ?? [];
  let pool: Promise<Pool> | undefined;
  let closed = false;
  return {
    send: async (request) => {
      if (!closed) pool ??= openPool(options); // undici takes longer to load than all the rest: only when it is used
      const opened = await pool;
      return new Promise((resolve, reject) => {
        const exchange = new Exchange(request, pins, resolve, reject);
        if (opened === undefined || closed || request.signal.aborted) exchange.abort();
        else dispatch(opened, request, exchange);
      });
    },
    close: async () => {
      closed = true;
      await (await pool)?.destroy();
    },
  };
}

async function openPool(options: UndiciTransportOptions): Promise<Pool> {
  const { Pool } = await import('undici');
  return new Pool(options.origin, {
    connect: { ...tlsSettings(options.tls), timeout: options.connectTimeoutMs },
    allowH2: false,
    headersTimeout: 0, // one deadline governs the whole call
    bodyTimeout: 0,
  });
}

function dispatch(pool: Pool, request: TransportRequest, exchange: Exchange): void {
  pool.dispatch(
    {
      path: request.path,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
    },
    exchange,
  );
}

/** Response headers as undici hands them over. */
type ResponseHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** Collects one answer into memory of its own, wiping the pieces it came in. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: TransportRequest;
  readonly #pins: readonly string[];
  readonly #resolve: (response: TransportResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Uint8Array[] = [];
  readonly #onAbort = (): void => this.abort();
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  #byteLength = 0;
  #settled = false;

  constructor(
    request: TransportRequest,
    pins: readonly string[],
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#pins = pins;
    this.#resolve = resolve;
    this.#reject = reject;
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Ends the attempt at once, also while the connection is not yet there. */
  abort(): void {
    this.#fail(new DOMException('The attempt was ended.', 'AbortError'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new DOMException('The attempt was ended.', 'AbortError'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    this.#byteLength += chunk.byteLength;
    if (this.#byteLength > this.#request.maxResponseBytes) {
      this.#fail(new ResponseTooLargeError(this.#request.maxResponseBytes, this.#request.call));
      return;
    }
    const copy = new Uint8Array(new ArrayBuffer(chunk.byteLength));
    copy.set(chunk);
    chunk.fill(0); // the parser is past these bytes
    this.#chunks.push(copy);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    const body = new Uint8Array(new ArrayBuffer(this.#byteLength));
    let offset = 0;
    for (const chunk of this.#chunks) {
      body.set(chunk, offset);
      offset += chunk.byteLength;
    }
    this.#settle();
    const headers = this.#headers;
    this.#resolve({ status: this.#status, header: (name) => firstOf(headers[name]), body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(connectionFailure(error, this.#pins, this.#request.call));
  }

  #fail(error: Error): void {
    if (this.#settled) return;
    this.#settle();
    this.#reject(error);
    this.#controller?.abort(error);
  }

  #settle(): void {
    this.#settled = true;
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    for (const chunk of this.#chunks) chunk.fill(0);
  }
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
