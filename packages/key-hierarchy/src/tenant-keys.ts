import { type Awaitable, type CryptoBackend, isKeyfoldError, type KeyfoldError } from '@keyfold/crypto-core';
import { HeldTenant, leaseOver } from './held-tenant.ts';
import { RootKeyUnavailableError } from './root-key-errors.ts';
import { tables, versionPart } from './rows.ts';
import { closedError, type TenantKeySource } from './tenant-key-source.ts';
import type { WrapBudget } from './wrap-budget.ts';

/** What tenants' keys are held with. */
export interface TenantKeysOptions {
  readonly source: TenantKeySource;
  readonly backend: CryptoBackend;
  readonly budget: WrapBudget;
  readonly leaseMs: number;
  readonly maxTenantsHeld: number;
}

/** Errors that are nobody's refusal: what is held stays until its lease ends. All others purge. */
const keepsUntilLeaseEnds: ReadonlySet<string> = new Set([
  'root_key_unavailable',
  'root_key_throttled',
  'store_conflict',
  'store_failed',
  'store_closed',
]);

/** A failed renewal is tried again after this part of the lease, if the tenant is in use then. */
const renewalRetryPart = 1 / 20;

/** The unwrap of a tenant that is not held, and how many calls wait for it. */
interface ColdUnwrap {
  readonly held: Promise<HeldTenant>;
  waiting: number;
}

/**
 * Holds tenant keys in memory, each under its lease, and gets them from their source when they are needed.
 *
 * - A lease begins when the request to the root was sent, and only a real unwrap of the stored key begins a new one.
 * - A tenant in use is renewed in the background once less than half of its lease is left.
 * - A refusal purges at once; an outage leaves what is held until the lease ends.
 * - Calls that arrive together wait for one unwrap.
 * - What ended stays ended: an unwrap that was under way when its tenant was purged or everything was closed is thrown away.
 */
export class TenantKeys {
  readonly #source: TenantKeySource;
  readonly #backend: CryptoBackend;
  readonly #budget: WrapBudget;
  readonly #leaseMs: number;
  readonly #maxTenantsHeld: number;
  /** In the order of last use. */
  readonly #held = new Map<string, HeldTenant>();
  readonly #cold = new Map<string, ColdUnwrap>();
  #sweep: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: TenantKeysOptions) {
    this.#source = options.source;
    this.#backend = options.backend;
    this.#budget = options.budget;
    this.#leaseMs = options.leaseMs;
    this.#maxTenantsHeld = options.maxTenantsHeld;
  }

  /**
   * Runs `work` with the tenant's keys, which are not evicted meanwhile.
   *
   * @throws what `work` throws, or why the keys ended while it ran
   * @throws {@link TenantNotFoundError}, and what the root throws when the keys are not in memory
   */
  use<T>(tenant: string, work: (held: HeldTenant) => Awaitable<T>): Awaitable<T> {
    const held = this.#acquire(tenant);
    return held === undefined
      ? this.#waitForUnwrap(tenant).then((unwrapped) => this.#useHeld(unwrapped, work))
      : this.#useHeld(held, work);
  }

  /** @param held counts this use already. It ends with `work`: at once where that has nothing to wait for. */
  #useHeld<T>(held: HeldTenant, work: (held: HeldTenant) => Awaitable<T>): Awaitable<T> {
    const release = (): void => {
      held.uses -= 1;
      this.#evict();
    };
    const failed = (error: unknown): never => {
      const reason = held.ended ?? error;
      release();
      throw reason;
    };
    let result: Awaitable<T>;
    try {
      result = work(held);
    } catch (error) {
      return failed(error);
    }
    if (result instanceof Promise)
      return result.then((value) => {
        release();
        return value;
      }, failed);
    release();
    return result;
  }

  /** Zeroises everything and holds nothing from now on. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#sweep);
    for (const held of this.#held.values()) this.#end(held, closedError());
  }

  /** The tenant's keys where they are held, counted as in use. */
  #acquire(tenant: string): HeldTenant | undefined {
    if (this.#closed) throw closedError();
    const held = this.#held.get(tenant);
    if (held === undefined) return undefined;
    const remainingMs = held.lease.remainingMs();
    if (remainingMs === 0) {
      this.#end(held, leaseOver());
      return undefined;
    }
    // To the end of the order, which of one tenant there is none.
    if (this.#held.size > 1) {
      this.#held.delete(tenant);
      this.#held.set(tenant, held);
    }
    held.uses += 1;
    if (held.isRenewalDue(remainingMs)) void this.#renew(held);
    return held;
  }

  async #waitForUnwrap(tenant: string): Promise<HeldTenant> {
    const underWay = this.#cold.get(tenant);
    if (underWay !== undefined) {
      underWay.waiting += 1;
      return await underWay.held;
    }
    const unwrap: ColdUnwrap = { waiting: 1, held: this.#hold(tenant, () => this.#settle(tenant, unwrap)) };
    this.#cold.set(tenant, unwrap);
    try {
      return await unwrap.held;
    } finally {
      this.#settle(tenant, unwrap);
    }
  }

  /** From now on nobody joins; returns how many wait. */
  #settle(tenant: string, unwrap: ColdUnwrap): number {
    if (this.#cold.get(tenant) === unwrap) this.#cold.delete(tenant);
    return unwrap.waiting;
  }

  /** @param settle tells how many calls use the keys from the moment they are held, so that none loses them before */
  async #hold(tenant: string, settle: () => number): Promise<HeldTenant> {
    const { secret, row, lease } = await this.#source.unwrap(tenant);
    const key = await this.#backend.wrappingKey(secret);
    if (this.#closed || lease.ended) {
      key[Symbol.dispose]();
      throw this.#closed ? closedError() : leaseOver();
    }
    const { version, wrapped } = row;
    const allowance = this.#budget.allowance(tables.tenantKey, [tenant, versionPart(version)], row);
    const held = new HeldTenant({ id: tenant, key, keyVersion: version, wrapped, allowance, lease });
    held.uses = settle();
    this.#held.set(tenant, held);
    this.#sweepIn(this.#leaseMs);
    return held;
  }

  /** In the background: never rejects. */
  async #renew(held: HeldTenant): Promise<void> {
    held.renewing = true;
    try {
      const { secret, row, lease } = await this.#source.unwrap(held.id);
      // The key in memory is this very key: the lease needed the unwrap, not its result.
      secret.dispose();
      // If the tenant has ended meanwhile, nobody can reach it any more, and neither brings it back.
      if (row.version === held.keyVersion && row.wrapped === held.wrapped) held.renew(lease);
      else this.#end(held, leaseOver());
    } catch (error) {
      const reason = isKeyfoldError(error)
        ? error
        : new RootKeyUnavailableError('A renewal failed.', { cause: error });
      if (keepsUntilLeaseEnds.has(reason.code)) held.retryRenewalAfter(this.#leaseMs * renewalRetryPart);
      // Whatever is held of this tenant by now: a refusal is in force at once.
      else this.#end(this.#held.get(held.id) ?? held, reason);
    } finally {
      held.renewing = false;
    }
  }

  #end(held: HeldTenant, reason: KeyfoldError): void {
    if (this.#held.get(held.id) === held) this.#held.delete(held.id);
    held.end(reason);
  }

  /** Lets go of the tenants that were used longest ago and are not in use, down to the bound. */
  #evict(): void {
    if (this.#held.size <= this.#maxTenantsHeld) return;
    for (const held of this.#held.values()) {
      if (this.#held.size <= this.#maxTenantsHeld) return;
      if (held.uses === 0) this.#end(held, leaseOver());
    }
  }

  /** Zeroises the keys of tenants that nobody asks for any more, soon after their leases end. */
  #sweepIn(delayMs: number): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      let nextMs = this.#leaseMs;
      for (const held of this.#held.values()) {
        const remainingMs = held.lease.remainingMs();
        if (remainingMs === 0) this.#end(held, leaseOver());
        else nextMs = Math.min(nextMs, remainingMs);
      }
      if (this.#held.size > 0) this.#sweepIn(Math.max(nextMs, this.#leaseMs * renewalRetryPart));
    }, delayMs);
    // A process must be able to end while keys are held. (Other runtimes' timers are plain numbers.)
    if (typeof this.#sweep === 'object') this.#sweep.unref();
  }
}
