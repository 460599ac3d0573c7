import {
  type Awaitable,
  type DataKeyHeader,
  type DataKeyOpener,
  isKeyfoldError,
  type KeyfoldError,
  type SecretBytes,
} from '@keyfold/crypto-core';
import { type BeforeWait, whenAll } from './awaitables.ts';
import { renewalCallLimits, renewalPauseMs } from './cache-limits.ts';
import { ClientClosedError } from './configuration-errors.ts';
import type { KeyScope } from './key-scope.ts';
import { LeaseEndedError } from './lease-ended-error.ts';
import { OpeningKey } from './opening-key.ts';
import { hasBytesAt } from './same-bytes.ts';
import type { CacheParts } from './sealing-cache.ts';
import { UnwrapBatcher } from './unwrap-batcher.ts';

/** How often a call asks again because a lease ended, or a scope was purged, while it waited for its other keys. */
const maxRounds = 3;

/** Unwrapped data keys by tenant, scope and whole header. The commitment is checked once, when a key is put in. */
export class OpeningCache {
  readonly #parts: CacheParts;
  /** In order of last use. */
  readonly #keys = new Map<string, OpeningKey>();
  /** The last in that order: the next call mostly needs the same, and finds it without a map key. */
  #last: OpeningKey | undefined;
  readonly #unwraps: UnwrapBatcher;
  readonly #renewals: UnwrapBatcher;
  #closed = false;

  constructor(parts: CacheParts) {
    this.#parts = parts;
    const options = { keyService: parts.keyService, clock: parts.clock, maxAgeMs: parts.limits.maxAgeMs };
    this.#unwraps = new UnwrapBatcher(options);
    this.#renewals = new UnwrapBatcher({ ...options, callLimits: renewalCallLimits });
  }

  /** How many keys are kept or on their way. */
  get size(): number {
    return this.#keys.size;
  }

  /** Lends the opener for a header to `run`: at once while there is a valid one. */
  open<T>(
    scope: KeyScope,
    header: DataKeyHeader,
    run: (opener: DataKeyOpener) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Awaitable<T> {
    const key = this.#lastFor(scope, header) ?? this.#keys.get(mapKeyOf(scope, header));
    if (key === undefined || !this.#touchReady(key)) return this.#openCold(scope, header, run, beforeWait);
    return key.useReady(run);
  }

  /**
   * Lends each item's key to `run`, for all items in one tick, and answers with the results in order. Keys that are
   * missing are asked for together; if none is, the tick is the caller's own. A key that was refused throws when it is
   * used.
   */
  async openAll<Item extends { readonly header: DataKeyHeader }, T>(
    scope: KeyScope,
    items: readonly Item[],
    run: (item: Item, key: OpeningKey) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Promise<readonly T[]> {
    for (let round = 1; round <= maxRounds; round++) {
      const pairs = items.map((item) => ({ item, key: this.#keyFor(scope, item.header) }));
      for (const { key } of pairs) key.await();
      try {
        if (!pairs.every(({ key }) => key.settled)) {
          beforeWait?.();
          await Promise.all(pairs.map(({ key }) => key.arrival));
        }
        if (pairs.every(({ key }) => key.settled)) {
          return await whenAll(
            pairs.map(({ item, key }) => run(item, key)),
            (results) => results,
          );
        }
      } finally {
        for (const { key } of pairs) key.release();
        this.#evict();
      }
    }
    throw new LeaseEndedError();
  }

  /** Zeroises the keys of the scopes for which `applies` holds. */
  purge(applies: (scope: KeyScope) => boolean): void {
    for (const key of this.#keys.values()) {
      if (!applies(key.scope)) continue;
      this.#remove(key);
      key.destroy();
    }
  }

  /** Zeroises keys whose lease has ended. */
  sweep(): void {
    for (const key of this.#keys.values()) {
      if (!key.ended) continue;
      this.#remove(key);
      key.retire();
    }
  }

  close(): void {
    this.#closed = true;
    this.purge(() => true);
  }

  async #openCold<T>(
    scope: KeyScope,
    header: DataKeyHeader,
    run: (opener: DataKeyOpener) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Promise<T> {
    const [result] = await this.openAll(scope, [{ header }], (_, key) => key.use(run), beforeWait);
    return result as T; // one item, one result
  }

  /** The key for a header, there or on its way. */
  #keyFor(scope: KeyScope, header: DataKeyHeader): OpeningKey {
    if (this.#closed) throw new ClientClosedError();
    const last = this.#lastFor(scope, header);
    const mapKey = last?.mapKey ?? mapKeyOf(scope, header);
    const known = last ?? this.#keys.get(mapKey);
    if (known !== undefined) {
      if (this.#touchReady(known)) return known;
      if (known.pending) {
        this.#touch(known);
        return known;
      }
      known.retire();
    }
    const key = new OpeningKey(scope, header, mapKey);
    this.#touch(key);
    key.arrival = this.#fetch(key);
    key.arrival.catch(() => undefined); // a call may give up before it waits
    return key;
  }

  async #fetch(key: OpeningKey): Promise<void> {
    try {
      const { item, lease } = await this.#unwraps.unwrap(key.scope, key.header);
      const opener = isKeyfoldError(item) ? item : await this.#openerOf(key.header, item);
      if (isKeyfoldError(opener)) {
        this.#remove(key);
        key.refuse(opener);
      } else {
        key.fill(opener, lease);
        this.#parts.onKept();
      }
    } catch (error) {
      this.#remove(key);
      throw error;
    }
  }

  /** A data key that its header does not commit to concerns that one header, not the others asked for with it. */
  async #openerOf(header: DataKeyHeader, dataKey: SecretBytes): Promise<DataKeyOpener | KeyfoldError> {
    try {
      return await this.#parts.backend.openDataKey(header, dataKey);
    } catch (error) {
      if (isKeyfoldError(error)) return error;
      throw error;
    }
  }

  /** The key used last, if it is the one for a header: for that scope, and all bytes the same. */
  #lastFor(scope: KeyScope, header: DataKeyHeader): OpeningKey | undefined {
    const last = this.#last;
    if (last === undefined || last.scope.mapKey !== scope.mapKey) return undefined;
    return last.header === header || hasBytesAt(header.bytes, 0, last.header.bytes) ? last : undefined;
  }

  /** Whether a key can be used now. It is then the one used last; one that is soon to end is renewed. */
  #touchReady(key: OpeningKey): boolean {
    const { readiness } = key;
    if (readiness === 'not-ready') return false;
    this.#touch(key);
    if (readiness === 'ready-renewal-due') this.#renewAhead(key);
    return true;
  }

  /** Puts a key last in order. */
  #touch(key: OpeningKey): void {
    if (key === this.#last) return;
    this.#keys.delete(key.mapKey);
    this.#keys.set(key.mapKey, key);
    this.#last = key;
  }

  /** Renews a lease in the background. A refusal of the scope has purged the key when it is seen here. */
  #renewAhead(key: OpeningKey): void {
    const nowMs = this.#parts.clock.now().monotonicMs;
    if (key.renewing || nowMs < key.renewalPausedUntilMs) return;
    key.renewing = true;
    this.#renew(key)
      .catch(() => {
        key.renewalPausedUntilMs = nowMs + renewalPauseMs;
      })
      .finally(() => {
        key.renewing = false;
      });
  }

  async #renew(key: OpeningKey): Promise<void> {
    const { item, lease } = await this.#renewals.unwrap(key.scope, key.header);
    if (isKeyfoldError(item)) {
      this.#remove(key);
      key.destroy();
      return;
    }
    item.dispose(); // the same data key; the one at hand was checked against the header's commitment
    key.renew(lease);
  }

  #remove(key: OpeningKey): void {
    if (this.#last === key) this.#last = undefined;
    if (this.#keys.get(key.mapKey) === key) this.#keys.delete(key.mapKey);
  }

  /** Drops what was used longest ago, but nothing that a call still waits for. */
  #evict(): void {
    for (const key of this.#keys.values()) {
      if (this.#keys.size <= this.#parts.limits.maxOpenKeys) return;
      if (key.awaited) continue;
      this.#remove(key);
      key.retire();
    }
  }
}

/** One character for each byte; Node's Buffer takes a third of the time, on the path of every decryption. */
const latin1: (bytes: Uint8Array) => string =
  'Buffer' in globalThis
    ? ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
    : (bytes) => Reflect.apply(String.fromCharCode, undefined, bytes);

/** Equal strings, equal headers. A header holds nothing secret. */
function mapKeyOf(scope: KeyScope, header: DataKeyHeader): string {
  return scope.mapKey + latin1(header.bytes);
}
