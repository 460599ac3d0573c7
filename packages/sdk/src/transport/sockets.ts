import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import type { TlsPeer } from './tls-errors.ts';
import { type TlsConfig, tlsSettings } from './tls-settings.ts';

/** A host and port, the host without brackets. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** A TCP connection; no name is resolved twice. */
export async function openTcp({ hostname, port }: Address, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: hostname, port });
  return await opened(socket, 'connect', signal);
}

/** What a TLS connection is made of. */
export interface TlsOpening {
  readonly address: Address;
  readonly peer: TlsPeer;
  readonly config: TlsConfig;
  readonly secureContext: SecureContext;
  /** Protocols offered, the preferred one first. */
  readonly protocols: readonly string[];
  /** What to speak TLS over; a TCP connection of its own, if left out. */
  readonly over?: Socket | undefined;
}

/** A TLS connection whose certificate has been checked; nothing has been sent over it. */
export async function openTls(opening: TlsOpening, signal: AbortSignal): Promise<TLSSocket> {
  const { address, peer, config, secureContext, protocols, over } = opening;
  try {
    signal.throwIfAborted();
    const { hostname, port } = address;
    const socket = connectTls({
      ...tlsSettings(config, peer).connection,
      secureContext,
      // The name is always the one that was configured: a Host header must not change who is verified.
      host: hostname,
      servername: isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : '', // RFC 6066 §3: no addresses, no last dot
      ALPNProtocols: [...protocols],
      ...(over === undefined ? { port } : { socket: over }),
    });
    await opened(socket, 'secureConnect', signal);
    // An alert after the handshake (of TLS 1.3, about a client certificate) is the cause of what follows: undici would
    // take the end of the connection for it.
    socket.on('error', (error) => socket.destroy(error));
    return socket;
  } catch (error) {
    over?.destroy();
    throw error;
  }
}

function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> {
  socket.setNoDelay(true).setKeepAlive(true, 60_000);
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off(event, onOpen).off('error', onError).off('close', onClose);
    };
    const onOpen = (): void => {
      settle();
      resolve(socket);
    };
    const onError = (error: Error): void => {
      settle();
      socket.on('error', ignore); // one may follow another
      socket.destroy();
      reject(error);
    };
    const onClose = (): void => onError(new Error('The connection was closed before it was there.'));
    const onAbort = (): void => onError(signal.reason);
    socket.on(event, onOpen).on('error', onError).on('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function ignore(): void {}
