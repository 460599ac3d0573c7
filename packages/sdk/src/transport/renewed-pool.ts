import type { Pool } from 'undici';

/** What a pool is renewed by. */
export interface RenewedPoolOptions {
  readonly open: () => Pool;
  readonly maxAgeMs: number;
  /** A clock that is never set. */
  readonly monotonicMs: () => number;
}

/**
 * A connection pool whose connections do not grow old: from time to time a new pool takes over, and the old one closes
 * when its requests have ended. undici's own bound on a connection's age loses requests over HTTP/2.
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
    const { open, maxAgeMs, monotonicMs } = this.#options;
    const nowMs = monotonicMs();
    if (this.#current !== undefined && nowMs - this.#current.openedAtMs > maxAgeMs) {
      this.#retire(this.#current.pool);
      this.#current = undefined;
    }
    this.#current ??= { pool: open(), openedAtMs: nowMs };
    return this.#current.pool;
  }

  /** Ends what is under way and leaves no connection open. */
  async destroy(): Promise<void> {
    const pools = [...this.#retiring, ...(this.#current === undefined ? [] : [this.#current.pool])];
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #retire(pool: Pool): void {
    this.#retiring.add(pool);
    const forget = (): void => void this.#retiring.delete(pool);
    pool.close().then(forget, forget); // it rejects when it is destroyed meanwhile
  }
}
