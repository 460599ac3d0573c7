import type { Dispatcher, Pool } from 'undici';
import { connectionFailure } from './connection-failure.ts';
import { Connector, type ConnectorOptions } from './connector.ts';
import { isCutShort } from './cut-short.ts';
import { requireAllowedHeaders } from './forbidden-headers.ts';
import { RenewedPool } from './renewed-pool.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
import { ConnectionError, ResponseTooLargeError } from './transport-errors.ts';

/** What a transport over undici needs to know. */
export interface UndiciTransportOptions extends ConnectorOptions {
  /**
   * No connection is given new requests once it is older: so a renewed certificate, a new revocation, an expiry and a
   * moved host count for busy connections too. In milliseconds.
   */
  readonly maxConnectionAgeMs: number;
  /** Connections for new requests, at most; those that are too old for new ones end beside them. 64 if left out. */
  readonly maxConnections?: number;
  /** A clock that is never set. */
  readonly monotonicMs: () => number;
}

/** Enough for any load that one process brings; every TLS handshake costs the server a signature. */
export const defaultMaxConnections = 64;

/** HTTP/1.1 or HTTP/2 over undici's connection pool: no redirects, no retries, no decompression. */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const connector = new Connector(options);
  let opening: Promise<RenewedPool> | undefined;
  let pools: RenewedPool | undefined;
  let closed = false;
  const open = async (): Promise<void> => {
    // undici takes longer to load than all the rest: only when it is used
    opening ??= openPools(options, connector);
    pools = await opening;
  };
  const exchange = (request: TransportRequest): Promise<TransportResponse> =>
    new Promise((resolve, reject) => {
      requireAllowedHeaders(request);
      const exchange = new Exchange(request, resolve, reject);
      if (pools === undefined || closed || request.signal.aborted) exchange.abort();
      else dispatch(pools.pool, request, exchange);
    });
  return {
    // Nothing is awaited where the pools are there: that costs each request a promise and a turn of the microtask queue.
    send: (request) =>
      pools === undefined && !closed ? open().then(() => exchange(request)) : exchange(request),
    close: async () => {
      closed = true;
      connector.close();
      await (await opening)?.destroy();
    },
  };
}

async function openPools(options: UndiciTransportOptions, connector: Connector): Promise<RenewedPool> {
  const { Client, Pool } = await import('undici');
  const { origin, http2, maxConnectionAgeMs, maxConnections = defaultMaxConnections, monotonicMs } = options;
  return new RenewedPool({
    open: () =>
      new Pool(origin, {
        connect: connector.connect,
        allowH2: http2,
        connections: maxConnections,
        headersTimeout: 0, // one deadline governs the whole call
        bodyTimeout: 0,
      }),
    isEnding: (connection) => connection instanceof Client && connection.stats.running > 0,
    maxAgeMs: maxConnectionAgeMs,
    monotonicMs,
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
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Ends the attempt at once, also while the connection is not yet there. */
  abort(): void {
    this.#fail(new DOMException('The attempt was ended.', 'AbortError'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Ended while it waited for a connection: a throw takes it out of the queue, where abort() would end the connection.
    if (this.#settled) throw new DOMException('The attempt was ended.', 'AbortError');
    this.#controller = controller;
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
    this.#chunks.push(chunk); // as it is: the parser is past these bytes, and the socket reads into other memory
    this.#byteLength += chunk.byteLength;
    const { maxResponseBytes, call } = this.#request;
    if (this.#byteLength > maxResponseBytes) this.#fail(new ResponseTooLargeError(maxResponseBytes, call));
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    const body = this.#takeBody();
    this.#settle();
    const headers = this.#headers;
    const header = (name: string): string | undefined => firstOf(headers[name]);
    if (!isCutShort(this.#status, header, body)) {
      this.#resolve({ status: this.#status, header, body });
      return;
    }
    body.fill(0);
    const message = 'No whole answer came from the server: it ended too soon.';
    this.#reject(new ConnectionError(message, this.#request.call));
  }

  /** The pieces as one, in memory of its own. */
  #takeBody(): Uint8Array {
    const body = new Uint8Array(new ArrayBuffer(this.#byteLength));
    let offset = 0;
    for (const chunk of this.#chunks) {
      body.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return body;
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(connectionFailure(error, this.#request.call));
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
