import type { Dispatcher, Pool } from 'undici';

/** What a pool is renewed by. */
export interface RenewedPoolOptions {
  readonly open: () => Pool;
  /** Whether a connection that takes nothing new still has requests under way. */
  readonly isEnding: (connection: Dispatcher) => boolean;
  readonly maxAgeMs: number;
  /** A clock that is never set. */
  readonly monotonicMs: () => number;
}

/**
 * A connection pool whose connections do not grow old: from time to time a new pool takes over, and the old one closes
 * when its requests have ended. undici's own bound on a connection's age loses requests over HTTP/2.
 *
 * So it is when a server takes leave of a connection over HTTP/2 (GOAWAY, RFC 9113 §6.8) and answers what is under way:
 * undici makes no other connection in its place until the last answer is there, and new requests would wait for it.
 */
export class RenewedPool {
  readonly #options: RenewedPoolOptions;
  readonly #retiring = new Set<Pool>();
  #current: { readonly pool: Pool; readonly openedAtMs: number } | undefined;

  constructor(options: RenewedPoolOptions) {
    this.#options = options;
  }

  /** The pool that new requests go to. */
  get pool(): Pool {
    const { maxAgeMs, monotonicMs } = this.#options;
    const nowMs = monotonicMs();
    if (this.#current !== undefined && nowMs - this.#current.openedAtMs > maxAgeMs) {
      this.#retire(this.#current.pool);
    }
    this.#current ??= { pool: this.#open(), openedAtMs: nowMs };
    return this.#current.pool;
  }

  /** Ends what is under way and leaves no connection open. */
  async destroy(): Promise<void> {
    const pools = [...this.#retiring, ...(this.#current === undefined ? [] : [this.#current.pool])];
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #open(): Pool {
    const { open, isEnding } = this.#options;
    const pool = open();
    pool.on('disconnect', (_origin, connections) => {
      if (this.#current?.pool === pool && connections.some(isEnding)) this.#retire(pool);
    });
    return pool;
  }

  /** The next request opens another. */
  #retire(pool: Pool): void {
    this.#current = undefined;
    this.#retiring.add(pool);
    const forget = (): void => void this.#retiring.delete(pool);
    pool.close().then(forget, forget); // it rejects when it is destroyed meanwhile
  }
}
