import {
  type Awaitable,
  type Clock,
  type CryptoBackend,
  type DataKeySealer,
  type FreshDataKey,
  InvalidArgumentError,
  Lease,
} from '@keyfold/crypto-core';
import type { BeforeWait } from './awaitables.ts';
import { type CacheLimits, renewalCallLimits, renewalPauseMs } from './cache-limits.ts';
import { ClientClosedError } from './configuration-errors.ts';
import type { KeyScope } from './key-scope.ts';
import type { KeyService, KeyServiceLimits } from './key-service.ts';
import { LeaseEndedError } from './lease-ended-error.ts';
import { SealingKey } from './sealing-key.ts';

/** What the caches are made of. */
export interface CacheParts {
  readonly keyService: KeyService;
  readonly backend: CryptoBackend;
  readonly clock: Clock;
  readonly limits: CacheLimits;
  /** Called when a key was put in. */
  readonly onKept: () => void;
}

/** How often a call asks again because the key was purged, or its lease had ended, before the call could use it. */
const maxLostKeys = 3;

/** What is kept for one scope. A purge replaces it, so that an answer under way finds itself orphaned. */
interface Slot {
  readonly scope: KeyScope;
  key?: SealingKey | undefined;
  /** The one request that all calls without a key wait for. */
  making?: Promise<void> | undefined;
  /** Whether a successor is being made while the key is still good. */
  renewing: boolean;
  renewalPausedUntilMs: number;
}

/** The data keys that this process seals under: its own, one for each scope at a time. */
export class SealingCache {
  readonly #parts: CacheParts;
  readonly #slots = new Map<string, Slot>();
  #closed = false;

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  /** How many scopes have a key. */
  get size(): number {
    return [...this.#slots.values()].filter(({ key }) => key !== undefined).length;
  }

  /**
   * Lends a key for `seals` seals to `run`, which begins all of them before it returns.
   *
   * Answers at once while there is a valid key; makes one otherwise, one for all calls that wait.
   */
  seal<T>(
    scope: KeyScope,
    seals: number,
    run: (sealer: DataKeySealer) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Awaitable<T> {
    const slot = this.#slots.get(scope.mapKey);
    const reservation = slot?.key?.reserve(seals) ?? 'refused';
    if (slot?.key === undefined || reservation === 'refused') {
      return this.#sealCold(scope, seals, run, beforeWait);
    }
    if (reservation === 'granted-renewal-due') this.#renewAhead(slot);
    return slot.key.use(run);
  }

  /** Zeroises the keys of the scopes for which `applies` holds. */
  purge(applies: (scope: KeyScope) => boolean): void {
    for (const [mapKey, slot] of this.#slots) {
      if (!applies(slot.scope)) continue;
      this.#slots.delete(mapKey);
      slot.key?.destroy();
    }
  }

  /** Zeroises keys whose lease has ended. */
  sweep(): void {
    for (const slot of this.#slots.values()) {
      if (slot.key?.ended !== true) continue;
      slot.key.retire();
      slot.key = undefined;
    }
  }

  close(): void {
    this.#closed = true;
    this.purge(() => true);
  }

  async #sealCold<T>(
    scope: KeyScope,
    seals: number,
    run: (sealer: DataKeySealer) => Awaitable<T>,
    beforeWait?: BeforeWait,
  ): Promise<T> {
    const { maxSealsPerKey } = this.#parts.limits;
    if (seals > maxSealsPerKey) {
      throw new InvalidArgumentError(`One record has ${seals} fields, a data key ${maxSealsPerKey} seals.`);
    }
    beforeWait?.();
    for (let lost = 0; lost < maxLostKeys; ) {
      const slot = this.#slotOf(scope);
      if (slot.key !== undefined && slot.key.reserve(seals) !== 'refused') return await slot.key.use(run);
      slot.making ??= this.#make(slot).finally(() => {
        slot.making = undefined;
      });
      await slot.making;
      // A key that calls which waited with this one used up has served them; a purged or ended one served nobody.
      const { key } = this.#slotOf(scope);
      if (key === undefined || key.ended) lost++;
    }
    throw new LeaseEndedError();
  }

  #slotOf(scope: KeyScope): Slot {
    if (this.#closed) throw new ClientClosedError();
    const known = this.#slots.get(scope.mapKey);
    if (known !== undefined) return known;
    const slot: Slot = { scope, renewing: false, renewalPausedUntilMs: Number.NEGATIVE_INFINITY };
    this.#slots.set(scope.mapKey, slot);
    return slot;
  }

  /** Makes the next key in the background. A refusal has purged the slot when it is seen here; an outage can wait. */
  #renewAhead(slot: Slot): void {
    const nowMs = this.#parts.clock.now().monotonicMs;
    if (slot.renewing || slot.making !== undefined || nowMs < slot.renewalPausedUntilMs) return;
    slot.renewing = true;
    this.#make(slot, renewalCallLimits)
      .catch(() => {
        slot.renewalPausedUntilMs = nowMs + renewalPauseMs;
      })
      .finally(() => {
        slot.renewing = false;
      });
  }

  async #make(slot: Slot, callLimits?: KeyServiceLimits): Promise<void> {
    const dataKey = await this.#parts.backend.createDataKey();
    try {
      await this.#wrapAndKeep(slot, dataKey, callLimits);
    } finally {
      dataKey[Symbol.dispose]();
    }
  }

  async #wrapAndKeep(slot: Slot, dataKey: FreshDataKey, callLimits?: KeyServiceLimits): Promise<void> {
    const { keyService, clock, limits, onKept } = this.#parts;
    const answer = await keyService.wrap(slot.scope, [dataKey], callLimits);
    const [wrapping] = answer.items;
    if (wrapping === undefined) throw new InvalidArgumentError('The key service left an item unanswered.');
    const lease = new Lease(clock, Math.min(answer.leaseRemainingMs, limits.maxAgeMs), answer.sentAt);
    const key = new SealingKey(await dataKey.wrappedAs(wrapping), lease, limits.maxSealsPerKey);
    const orphaned = this.#slots.get(slot.scope.mapKey) !== slot;
    if (orphaned || lease.ended) key.destroy();
    if (orphaned) return;
    if (lease.ended) throw new LeaseEndedError();
    slot.key?.retire();
    slot.key = key;
    onKept();
  }
}
