import type {
  Awaitable,
  Clock,
  CryptoBackend,
  DataKeyHeader,
  DataKeyOpener,
  DataKeySealer,
  KeyfoldError,
} from '@keyfold/crypto-core';
import type { BeforeWait } from './awaitables.ts';
import type { CacheLimits } from './cache-limits.ts';
import type { Timers } from './calls/timers.ts';
import type { KeyScope } from './key-scope.ts';
import type { KeyService, KeyServiceLimits } from './key-service.ts';
import { OpeningCache } from './opening-cache.ts';
import type { OpeningKey } from './opening-key.ts';
import { type RefusalReach, watchRefusals } from './refusals.ts';
import { SealingCache } from './sealing-cache.ts';

/** How often keys whose lease has ended are looked for and zeroised, in milliseconds; none is used meanwhile. */
const sweepIntervalMs = 5_000;

export interface DataKeyCacheOptions {
  readonly keyService: KeyService;
  readonly backend: CryptoBackend;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: CacheLimits;
}

/**
 * Everything a client keeps of data keys: those it seals under and those it opened. A refusal that either meets purges
 * both at once; nothing outlives its lease, and idle keys are zeroised soon after it.
 */
export class DataKeyCache {
  readonly #keyService: KeyService;
  readonly #sealing: SealingCache;
  readonly #opening: OpeningCache;
  readonly #timers: Timers;
  #nextSweep: Disposable | undefined;
  #closed = false;

  constructor(options: DataKeyCacheOptions) {
    const { backend, clock, limits, timers } = options;
    this.#timers = timers;
    this.#keyService = watchRefusals(options.keyService, (reach, scope) => this.purge(reach, scope));
    const parts = { keyService: this.#keyService, backend, clock, limits, onKept: () => this.#sweepLater() };
    this.#sealing = new SealingCache(parts);
    this.#opening = new OpeningCache(parts);
  }

  /** @see SealingCache.seal */
  seal<T>(
    scope: KeyScope,
    seals: number,
    run: (sealer: DataKeySealer) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Awaitable<T> {
    return this.#sealing.seal(scope, seals, run, beforeWait);
  }

  /** @see OpeningCache.open */
  open<T>(
    scope: KeyScope,
    header: DataKeyHeader,
    run: (opener: DataKeyOpener) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Awaitable<T> {
    return this.#opening.open(scope, header, run, beforeWait);
  }

  /** @see OpeningCache.openAll */
  openAll<Item extends { readonly header: DataKeyHeader }, T>(
    scope: KeyScope,
    items: readonly Item[],
    run: (item: Item, key: OpeningKey) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Promise<readonly T[]> {
    return this.#opening.openAll(scope, items, run, beforeWait);
  }

  /** The same data keys, wrapped anew; nothing is cached. */
  async rewrap(
    scope: KeyScope,
    headers: readonly DataKeyHeader[],
    limits?: KeyServiceLimits,
  ): Promise<readonly (DataKeyHeader | KeyfoldError)[]> {
    return (await this.#keyService.rewrap(scope, headers, limits)).items;
  }

  /** Zeroises what a refusal reaches. */
  purge(reach: RefusalReach, { tenant, mapKey }: KeyScope): void {
    const applies: Readonly<Record<RefusalReach, (scope: KeyScope) => boolean>> = {
      scope: (other) => other.mapKey === mapKey,
      tenant: (other) => other.tenant === tenant,
      client: () => true,
    };
    this.#sealing.purge(applies[reach]);
    this.#opening.purge(applies[reach]);
  }

  /** Zeroises everything; later calls throw ClientClosedError. */
  close(): void {
    this.#closed = true;
    this.#nextSweep?.[Symbol.dispose]();
    this.#sealing.close();
    this.#opening.close();
  }

  #sweepLater(): void {
    if (this.#closed) return; // an answer that was under way; its key is destroyed already
    this.#nextSweep ??= this.#timers.after(sweepIntervalMs, () => {
      this.#nextSweep = undefined;
      this.#sealing.sweep();
      this.#opening.sweep();
      if (this.#sealing.size + this.#opening.size > 0) this.#sweepLater();
    });
  }
}
