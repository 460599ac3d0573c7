import { EventEmitter, once } from 'node:events';
import { createSecureServer, type IncomingHttpHeaders } from 'node:http2';
import { createServer, type Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';

import { closed } from './closed.ts';

/**
 * A server that counts what reaches it: TCP connections, and bytes of plaintext once a handshake is over. What a client
 * sends that has refused the certificate would be counted here.
 */
export class TlsListener implements AsyncDisposable {
  /** TCP connections, whatever became of them. */
  connections = 0;
  /** Handshakes that the server saw through to their end. */
  handshakes = 0;
  /** Bytes that clients sent inside TLS, for each connection that has ended. */
  readonly plaintext: number[] = [];
  /** HTTP requests. */
  requests = 0;
  /** Their headers. */
  readonly headers: IncomingHttpHeaders[] = [];
  /** The protocol of each handshake that came to its end, and the version of TLS. */
  readonly protocols: string[] = [];
  readonly versions: string[] = [];
  /** Common names of the certificates that clients showed. */
  readonly clients: string[] = [];
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  readonly #events = new EventEmitter();
  readonly #open = new Set<Socket>();
  readonly #front = createServer((socket) => this.#accept(socket));
  readonly #tls: ReturnType<typeof createSecureServer>;

  private constructor(options: TlsOptions) {
    this.#tls = createSecureServer({ ...options, allowHTTP1: true }, async (request, response) => {
      this.requests++;
      this.headers.push(request.headers);
      this.#events.emit('request');
      request.resume();
      await this.gate;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'acme', root: { provider: 'static', keyId: 'root' } }));
    });
    this.#tls.on('tlsClientError', () => undefined).on('sessionError', () => undefined);
    this.#tls.prependListener('secureConnection', (socket: TLSSocket) => {
      this.handshakes++;
      this.protocols.push(socket.alpnProtocol || 'none');
      this.versions.push(socket.getProtocol() ?? 'none');
      const { subject } = socket.getPeerCertificate();
      if (subject !== undefined) this.clients.push(String(subject.CN));
      const count = (): void => void this.plaintext.push(socket.bytesRead);
      socket.on('close', count).on('error', () => undefined);
    });
  }

  /** HTTP/1.1 and HTTP/2, as the client chooses; port 0 on 127.0.0.1. */
  static async start(options: TlsOptions): Promise<TlsListener> {
    const listener = new TlsListener(options);
    listener.#front.listen(0, '127.0.0.1');
    await once(listener.#front, 'listening');
    return listener;
  }

  get port(): number {
    const address = this.#front.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
    return address.port;
  }

  /** What new connections are made with from now on. */
  swap(options: TlsOptions): void {
    this.#tls.setSecureContext(options);
  }

  /** Ends every connection, as a server does that restarts. */
  hangUp(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Bytes that clients sent inside TLS on all connections that have ended. */
  get plaintextBytes(): number {
    return this.plaintext.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** How many connections are open now. */
  get open(): number {
    return this.#open.size;
  }

  /** When so many requests have come. */
  async requested(count: number): Promise<void> {
    while (this.requests < count) await once(this.#events, 'request');
  }

  /** When every client has closed its connections, so that nothing more can come. */
  async drained(): Promise<void> {
    await Promise.all([...this.#open].map(closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#front.close();
    await once(this.#front, 'close');
  }

  #accept(socket: Socket): void {
    this.connections++;
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket)).on('error', () => undefined);
    this.#tls.emit('connection', socket);
  }
}
