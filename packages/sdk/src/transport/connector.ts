import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { ConnectFailure } from './connect-failure.ts';
import { requireLoopbackPeer } from './loopback-peer.ts';
import type { ProxyConfig } from './proxy-options.ts';
import { openTunnel } from './proxy-tunnel.ts';
import { type Address, openTcp, openTls } from './sockets.ts';
import { TlsContexts } from './tls-contexts.ts';
import type { TlsPeer } from './tls-errors.ts';
import type { TlsConfig } from './tls-settings.ts';

/** How connections to one origin are made. */
export interface ConnectorOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly tls: TlsConfig;
  readonly proxy?: ProxyConfig | undefined;
  /** Whether HTTP/2 is offered beside HTTP/1.1. */
  readonly http2: boolean;
  /** For a whole attempt: the proxy, its tunnel, TLS, and the functions that give certificate and lists. */
  readonly connectTimeoutMs: number;
}

/** Makes every connection of a transport, direct or through a proxy; undici is left no choice of its own. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #contexts: TlsContexts;
  readonly #closing = new AbortController();

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#contexts = new TlsContexts(options.tls);
  }

  /** As undici calls it. What it says of host and server name is not listened to: there is one origin. */
  readonly connect: buildConnector.connector = (_options, callback) => {
    this.#open().then(
      (socket) => callback(null, socket),
      (error: unknown) =>
        callback(error instanceof ConnectFailure ? error : failureOf('server', error), null),
    );
  };

  /** Ends every attempt under way. */
  close(): void {
    this.#closing.abort(new Error('The transport is closed.'));
  }

  async #open(): Promise<Socket> {
    const { connectTimeoutMs } = this.#options;
    const attempt = new AbortController();
    const onClosing = (): void => attempt.abort(this.#closing.signal.reason);
    const timeout = setTimeout(() => {
      attempt.abort(new Error(`There was no connection within ${connectTimeoutMs} ms.`));
    }, connectTimeoutMs);
    this.#closing.signal.addEventListener('abort', onClosing, { once: true });
    if (this.#closing.signal.aborted) onClosing();
    const way = this.#way(attempt.signal);
    try {
      // Raced, because a function that gives a certificate may never end.
      return await Promise.race([way, abortOf(attempt.signal)]);
    } catch (error) {
      way.then((late) => late.destroy()).catch(() => undefined); // it was there, and nobody waits for it any more
      throw error;
    } finally {
      clearTimeout(timeout);
      this.#closing.signal.removeEventListener('abort', onClosing);
    }
  }

  async #way(signal: AbortSignal): Promise<Socket> {
    const { origin, tls, proxy, http2 } = this.#options;
    const { protocol, hostname, port } = new URL(origin);
    const secure = protocol === 'https:';
    const server: Address = {
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || (secure ? 443 : 80)),
    };
    if (!secure) return requireLoopbackPeer(await openTcp(server, signal));
    // Before there is a tunnel: a function that gives a certificate and never ends would keep it open.
    const secureContext = await this.#contexts.contextFor('server');
    signal.throwIfAborted();
    const over = proxy && (await this.#tunnel(proxy, server, signal));
    const protocols = http2 ? ['h2', 'http/1.1'] : ['http/1.1'];
    const opening = { address: server, peer: 'server', config: tls, secureContext, protocols, over } as const;
    return await openTls(opening, signal);
  }

  async #tunnel(proxy: ProxyConfig, server: Address, signal: AbortSignal): Promise<Socket> {
    try {
      return await openTunnel(() => this.#toProxy(proxy, signal), proxy, server, signal);
    } catch (error) {
      throw failureOf('proxy', error);
    }
  }

  async #toProxy(address: ProxyConfig, signal: AbortSignal): Promise<Socket> {
    if (!address.secure) return await openTcp(address, signal);
    const secureContext = await this.#contexts.contextFor('proxy');
    const opening = { address, peer: 'proxy', config: this.#options.tls, secureContext } as const;
    return await openTls({ ...opening, protocols: ['http/1.1'] }, signal);
  }
}

function failureOf(peer: TlsPeer, error: unknown): ConnectFailure {
  return new ConnectFailure(peer, error);
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
