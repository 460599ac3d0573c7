import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tlsCipherSuites } from '@keyfold/protocol';
import { AddressUnavailableError, PortInUseError } from './errors.ts';
import type { HostGuard } from './host-guard.ts';
import type { LocalAuthority } from './local-authority.ts';
import { type HeadListener, readRequestHead } from './request-head.ts';

// An import of these would load a whole HTTP client for names that nobody uses here, which takes longer than the rest of the start.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');
const { createServer: createHttpsServer } = process.getBuiltinModule('node:https');

/** A server that accepts connections. */
export interface Listener {
  readonly port: number;
  /** Stops accepting, ends idle and busy connections, and resolves when the port is free. */
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly guard: HostGuard;
  /** The time that answers tell; undefined for the system's. Clients correct their own by it. */
  readonly date: () => Date | undefined;
  readonly handler: HeadListener;
  /** Given: HTTPS. Absent: HTTP. */
  readonly authority?: LocalAuthority;
}

/** RFC 6797 §6.1: a year, sub-domains included. Sent over HTTPS only, as §7.2 asks. */
const strictTransportSecurity = 'max-age=31536000; includeSubDomains';

/**
 * Requests are parsed by the runtime's own server. It is half of what a small encryption costs here; a parser of our own would cost
 * less, and be one more that reads ambiguous requests in its own way (RFC 9112 §11.2).
 */
function createServer({ authority, handler, guard, date }: ListenerOptions): Server {
  const guarded = (request: IncomingMessage, response: ServerResponse): void => {
    const moved = date();
    if (moved !== undefined) response.setHeader('date', moved.toUTCString());
    if (authority !== undefined) response.setHeader('strict-transport-security', strictTransportSecurity);
    const head = readRequestHead(request);
    const refusal = guard.refusal(request, head);
    if (refusal === undefined) return void handler(request, response, head);
    const body = JSON.stringify({
      error: { code: 'request_refused', layer: 'transport', message: refusal.message },
    });
    // Not read: what a refused caller sends is of no interest, and the connection is not to be reused.
    response.writeHead(refusal.status, { 'content-type': 'application/json', connection: 'close' }).end(body);
  };
  if (authority === undefined) return createHttpServer(guarded);
  return createHttpsServer(
    {
      cert: authority.certPem,
      key: authority.keyPem,
      minVersion: 'TLSv1.2',
      ciphers: tlsCipherSuites,
      honorCipherOrder: true,
    },
    guarded,
  );
}

/**
 * Starts to listen.
 *
 * @throws {PortInUseError} where another process has the port.
 * @throws {AddressUnavailableError} where the address is not this machine's, or the port is a privileged one.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const server = createServer(options);
  // The server itself does not count a connection whose TLS handshake is not over: it would keep the port for as long as it likes.
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const Cause = error.code === 'EADDRINUSE' ? PortInUseError : AddressUnavailableError;
      reject(new Cause(options.host, options.port, { cause: error }));
    });
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.');

  return {
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        for (const connection of connections) connection.destroy();
        server.closeAllConnections();
      }),
  };
}
