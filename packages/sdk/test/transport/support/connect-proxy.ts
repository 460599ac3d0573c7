import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { closed } from './closed.ts';

/** A proxy that opens tunnels (RFC 9110 §9.3.6), counts them, and looks at what goes through. */
export class ConnectProxy implements AsyncDisposable {
  /** The CONNECT requests. */
  readonly asked: IncomingMessage[] = [];
  /** TCP connections from clients. */
  connections = 0;
  /** Common names of the certificates that clients showed. */
  readonly clients: string[] = [];
  /** What clients sent through their tunnels. */
  readonly seen: Buffer[] = [];
  /** Answers with this status instead of opening a tunnel. */
  refuseWith: number | undefined;
  /** Where every tunnel leads, whatever was asked for. */
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>;

  private constructor(port: number, tls?: ServerOptions) {
    this.#port = port;
    this.#server = tls === undefined ? createServer() : createTlsServer(tls);
    this.#server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#track(socket);
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      const { subject } = socket.getPeerCertificate();
      if (subject !== undefined) this.clients.push(String(subject.CN));
    });
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => this.#open(request, socket));
  }

  static async start(port: number, tls?: ServerOptions): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(port, tls);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    return address.port;
  }

  /** When no connection is open any more. */
  async drained(): Promise<void> {
    await Promise.all([...this.#sockets].map(closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #open(request: IncomingMessage, socket: Socket): void {
    this.asked.push(request);
    socket.on('error', () => undefined);
    if (this.refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${this.refuseWith} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(this.#port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (chunk: Buffer) => this.seen.push(chunk));
      socket.pipe(onward).pipe(socket);
    });
    this.#track(onward);
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
  }
}
