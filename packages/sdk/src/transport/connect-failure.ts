import type { TlsPeer } from './tls-errors.ts';

/**
 * Ends an attempt to connect, whatever the reason. undici tries again by itself after some errors of a connection; this
 * one it does not know, so that there is one attempt.
 */
export class ConnectFailure extends Error {
  /** Whom the connection was made to when it failed. */
  readonly peer: TlsPeer;

  constructor(peer: TlsPeer, cause: unknown) {
    super('The connection could not be made.', { cause });
    this.name = 'ConnectFailure';
    this.peer = peer;
  }
}

/** The proxy answered, but did not open a way. */
export class ProxyRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The proxy answered with ${status}.`);
    this.name = 'ProxyRefusal';
    this.status = status;
  }
}
