import { EventEmitter, once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';

/** An HTTP/1.1 answer as it goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** The status line and the headers, with the empty line that ends them. */
  readonly head: Buffer;
  readonly body: Buffer;
}

/** One request of a client's, whole, and what may become of it. */
export interface FaultyExchange {
  /** Counted over all connections, from 1. */
  readonly number: number;
  /** The request's, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the client has gone away. */
  readonly closed: boolean;
  /** Lets the server answer, and keeps what it answered. */
  answer(): Promise<WireAnswer>;
  /** Hands bytes to the client, all of them before it resolves, unless the client has gone away. */
  send(...parts: readonly (string | Uint8Array)[]): Promise<void>;
  /** No more bytes come from this side. */
  end(): void;
  /** Breaks the connection off with a reset. */
  reset(): void;
}

/** What becomes of a request. One that does nothing is a server that is silent. */
export type Fault = (exchange: FaultyExchange) => void | Promise<void>;

/** No fault: the server's own answer. */
export const pass: Fault = async (exchange) => {
  const { head, body } = await exchange.answer();
  await exchange.send(head, body);
};

/**
 * Stands between a client and an HTTP server and does to requests, answers and connections what networks do. It ends TLS
 * itself where it is given a certificate, so that faults can be put between the bytes of an answer there too.
 */
export class FaultProxy implements AsyncDisposable {
  /** Where requests are passed on to; plain HTTP on 127.0.0.1. */
  target: number;
  /** What becomes of the next requests, one each, before {@link FaultProxy.otherwise} does. */
  readonly faults: Fault[] = [];
  otherwise: Fault = pass;
  /** What becomes of a connection before a byte of it was read, TLS included; true takes it. */
  accept: (socket: Socket) => boolean = () => true;
  /** TCP connections so far. */
  connections = 0;
  /** Requests so far. */
  exchanges = 0;
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #open = new Set<Socket>();
  readonly #secureContext: SecureContext | undefined;
  readonly #front = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  #port = 0;

  private constructor(target: number, tls: SecureContextOptions | undefined) {
    this.target = target;
    this.#secureContext = tls && createSecureContext(tls);
  }

  /** On a port of its own on 127.0.0.1. */
  static async start(target: number, tls?: SecureContextOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, tls);
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `${this.#secureContext === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  /** How many connections are open now. */
  get open(): number {
    return this.#open.size;
  }

  /** When so many requests have come in all. */
  async exchanged(count: number): Promise<void> {
    while (this.exchanges < count) await once(this.#events, 'exchange');
  }

  /** When so many connections have come in all. */
  async connected(count: number): Promise<void> {
    while (this.connections < count) await once(this.#events, 'connection');
  }

  /** When no more than so many connections are open. */
  async drained(count = 0): Promise<void> {
    while (this.#open.size > count) await once(this.#events, 'close');
  }

  /** Takes connections again, on the same port. */
  async listen(): Promise<void> {
    this.#front.listen(this.#port, '127.0.0.1');
    await once(this.#front, 'listening');
    const address = this.#front.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    this.#port = address.port;
  }

  /** Refuses connections from now on, and breaks off those there are. */
  async refuse(): Promise<void> {
    this.resetAll();
    if (!this.#front.listening) return;
    this.#front.close();
    await once(this.#front, 'close');
  }

  /** Breaks off every connection. */
  resetAll(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse();
    await this.drained();
  }

  #accept(raw: Socket): void {
    this.connections++;
    this.#open.add(raw);
    raw
      .on('error', () => undefined)
      .on('close', () => {
        this.#open.delete(raw);
        this.#events.emit('close');
      });
    this.#events.emit('connection');
    if (!this.accept(raw)) return;
    const secureContext = this.#secureContext;
    this.#serve(
      secureContext === undefined ? raw : new TLSSocket(raw, { isServer: true, secureContext }),
      raw,
    );
  }

  #serve(socket: Socket, raw: Socket): void {
    let pending: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      const request = wholeRequest(pending);
      if (request === undefined) return;
      pending = pending.subarray(request.byteLength);
      this.#exchange(request, socket, raw);
    });
  }

  #exchange(request: WireRequest, socket: Socket, raw: Socket): void {
    this.exchanges++;
    const fault = this.faults.shift() ?? this.otherwise;
    const exchange: FaultyExchange = {
      number: this.exchanges,
      headers: Object.fromEntries(pairs(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
      get closed() {
        return raw.destroyed;
      },
      answer: () => ask(this.target, request),
      send: (...parts) => write(socket, Buffer.concat(parts.map((part) => Buffer.from(part)))),
      end: () => void socket.end(),
      reset: () => void raw.resetAndDestroy(),
    };
    // A server that cannot be asked is one that hangs up.
    Promise.resolve(fault(exchange)).catch(() => raw.destroy());
    this.#events.emit('exchange');
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? '',
    flat[2 * index + 1] ?? '',
  ]);
}

interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly byteLength: number;
}

/** The first request, once it is whole; undefined before. Clients here say how long a body is. */
function wholeRequest(bytes: Buffer): WireRequest | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [line = '', ...fields] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = fields.flatMap((field) => [
    field.slice(0, field.indexOf(':')),
    field.slice(field.indexOf(':') + 1).trim(),
  ]);
  const [, bodyLength = '0'] = pairs(headers).find(([name]) => /^content-length$/i.test(name)) ?? [];
  const bodyAt = headEnd + 4;
  const byteLength = bodyAt + Number(bodyLength);
  if (bytes.byteLength < byteLength) return undefined;
  return { method, path, headers, body: Buffer.from(bytes.subarray(bodyAt, byteLength)), byteLength };
}

const hopByHop = /^(?:connection|keep-alive|transfer-encoding|content-length)$/i;

/** Asks the server over a connection of its own. */
async function ask(port: number, { method, path, headers, body }: WireRequest): Promise<WireAnswer> {
  const asked = httpRequest({ host: '127.0.0.1', port, method, path, headers: [...headers], agent: false });
  asked.end(body);
  const [answer] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  const { statusCode, statusMessage, rawHeaders } = answer;
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (const [name, value] of pairs(rawHeaders)) {
    if (!hopByHop.test(name)) lines.push(`${name}: ${value}`);
  }
  if (statusCode !== 204) lines.push(`content-length: ${whole.byteLength}`);
  return { status: statusCode, head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body: whole };
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.writableEnded) resolve();
    else socket.write(bytes, () => resolve()); // called with an error too, when the client goes away
  });
}
