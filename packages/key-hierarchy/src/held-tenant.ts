import type { KeyfoldError, Lease, WrappingKey } from '@keyfold/crypto-core';
import type { LeasedAnswer } from './key-hierarchy.ts';
import type { KeyState } from './key-state.ts';
import type { Remembered } from './remember.ts';
import { RootKeyUnavailableError } from './root-key-errors.ts';
import type { Allowance } from './wrap-budget.ts';

/** A service key (L3) in memory. */
export interface HeldServiceKey {
  readonly version: number;
  readonly state: KeyState;
  /** 8 bytes. */
  readonly keyReference: Uint8Array;
  /** The stored wrapping that it was unwrapped from. */
  readonly wrapped: string;
  readonly key: WrappingKey;
  readonly allowance: Allowance;
}

/** Which service key a reference names. */
export interface NamedServiceKey {
  readonly service: string;
  readonly version: number;
}

/**
 * One tenant's keys in memory: its tenant key (L2) and the service keys (L3) unwrapped with it, all under one lease. Once ended,
 * by refusal, by time, by eviction or by closing, every key is zeroised and nothing brings it back.
 */
export class HeldTenant {
  readonly id: string;
  /** The tenant key (L2). */
  readonly key: WrappingKey;
  readonly keyVersion: number;
  /** The stored wrapping that the tenant key was unwrapped from. */
  readonly wrapped: string;
  readonly allowance: Allowance;
  /** Active version of each service. */
  readonly services: Map<string, Remembered<number>> = new Map();
  /** Service keys by service and version. */
  readonly serviceKeys: Map<string, Remembered<HeldServiceKey>> = new Map();
  /** Which service key a reference names; a reference never changes its meaning. */
  readonly references: Map<string, NamedServiceKey> = new Map();
  /** Calls that are using the keys now: not evicted meanwhile. */
  uses = 0;
  /** Whether a renewal is under way. */
  renewing = false;
  #lease: Lease;
  #renewAtRemainingMs = 0;
  #ended: KeyfoldError | undefined;
  readonly #zeroisable: WrappingKey[];

  constructor(options: {
    readonly id: string;
    readonly key: WrappingKey;
    readonly keyVersion: number;
    readonly wrapped: string;
    readonly allowance: Allowance;
    readonly lease: Lease;
  }) {
    this.id = options.id;
    this.key = options.key;
    this.keyVersion = options.keyVersion;
    this.wrapped = options.wrapped;
    this.allowance = options.allowance;
    this.#lease = options.lease;
    this.renew(options.lease);
    this.#zeroisable = [options.key];
  }

  /** Under which everything here is held. */
  get lease(): Lease {
    return this.#lease;
  }

  /** Whether it is time to renew the lease, ahead of its end. */
  isRenewalDue(remainingMs: number): boolean {
    return !this.renewing && remainingMs < this.#renewAtRemainingMs;
  }

  /** The root has unwrapped the stored key again. */
  renew(lease: Lease): void {
    this.#lease = lease;
    this.#renewAtRemainingMs = lease.durationMs / 2;
  }

  /** A renewal failed: asks for the next one so much later, so that a key service in trouble is not asked at every use. */
  retryRenewalAfter(delayMs: number): void {
    this.#renewAtRemainingMs = this.#lease.remainingMs() - delayMs;
  }

  /** Why the keys are gone, if they are. */
  get ended(): KeyfoldError | undefined {
    return this.#ended;
  }

  /** Zeroises every key, also those in use: a call that is under way fails with `reason`. */
  end(reason: KeyfoldError): void {
    this.#ended ??= reason;
    for (const key of this.#zeroisable.splice(0)) key[Symbol.dispose]();
    this.services.clear();
    this.serviceKeys.clear();
    this.references.clear();
  }

  /** Puts a service key under this tenant's lease; zeroises it at once if that is over. */
  adopt(key: WrappingKey): void {
    if (this.#ended !== undefined) {
      key[Symbol.dispose]();
      throw this.#ended;
    }
    this.#zeroisable.push(key);
  }

  /**
   * Makes sure that the keys may still be used; called last before anything leaves or is committed.
   *
   * @throws why the keys are gone; {@link RootKeyUnavailableError} when the lease is over
   */
  check(): void {
    this.#checkedRemainingMs();
  }

  /** As `check`, and what is left of the lease. */
  #checkedRemainingMs(): number {
    if (this.#ended !== undefined) throw this.#ended;
    const remainingMs = this.#lease.remainingMs();
    if (remainingMs === 0) throw leaseOver();
    return remainingMs;
  }

  /** The answer of a call, if the keys may still be used. */
  answer<T>(items: readonly T[]): LeasedAnswer<T> {
    return { leaseRemainingMs: Math.floor(this.#checkedRemainingMs()), items };
  }
}

/** The reason when a lease ends without a refusal. */
export function leaseOver(): RootKeyUnavailableError {
  return new RootKeyUnavailableError("The lease of the tenant's key ended before its root key renewed it.");
}
