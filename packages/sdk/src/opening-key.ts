import type { Awaitable, DataKeyHeader, DataKeyOpener, Lease } from '@keyfold/crypto-core';
import { leaseRunsOut } from './cache-limits.ts';
import { HeldKey } from './held-key.ts';
import type { KeyScope } from './key-scope.ts';
import { LeaseEndedError } from './lease-ended-error.ts';

/** Whether a key can be used now, and whether its lease should be renewed by now. */
export type Readiness = 'ready' | 'ready-renewal-due' | 'not-ready';

/** An unwrapped data key with its lease, from the moment it is asked for. It decrypts only. */
export class OpeningKey {
  readonly scope: KeyScope;
  readonly header: DataKeyHeader;
  readonly mapKey: string;
  /** Settles when the key is there or known to be refused; rejects when the whole call failed. */
  arrival: Promise<void> = Promise.resolve();
  /** Whether its lease is being renewed. */
  renewing = false;
  renewalPausedUntilMs: number = Number.NEGATIVE_INFINITY;
  #opener: HeldKey<DataKeyOpener> | undefined;
  #lease: Lease | undefined;
  #refusal: { readonly error: unknown } | undefined;
  #waiting = 0;
  #destroyed = false;

  constructor(scope: KeyScope, header: DataKeyHeader, mapKey: string) {
    this.scope = scope;
    this.header = header;
    this.mapKey = mapKey;
  }

  /** Whether it is on its way, so that another call can wait with the first. */
  get pending(): boolean {
    return this.#lease === undefined && !this.#destroyed;
  }

  /** Whether it can be used now. */
  get usable(): boolean {
    return !this.#destroyed && this.#lease?.ended === false;
  }

  /** Whether it came and its lease has ended. */
  get ended(): boolean {
    return this.#lease?.ended === true;
  }

  /** Whether it can be used now and for how long, by one reading of the clock: it is asked at every decryption. */
  get readiness(): Readiness {
    const remainingMs = this.#destroyed ? 0 : (this.#lease?.remainingMs() ?? 0);
    if (this.#lease === undefined || remainingMs === 0) return 'not-ready';
    return leaseRunsOut(this.#lease, remainingMs) ? 'ready-renewal-due' : 'ready';
  }

  /** Whether asking is settled: it can be used, or it was refused. */
  get settled(): boolean {
    return this.#refusal !== undefined || this.usable;
  }

  /** Whether calls wait for it and have not yet used it. */
  get awaited(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Runs `run`, at once, with the opener.
   *
   * @throws what the service refused it with, or {@link LeaseEndedError}
   */
  use<T>(run: (opener: DataKeyOpener) => Awaitable<T>): Awaitable<T> {
    if (this.#refusal !== undefined) throw this.#refusal.error;
    if (!this.usable) throw new LeaseEndedError();
    return this.useReady(run);
  }

  /**
   * As {@link OpeningKey.use}, in the same tick as {@link OpeningKey.readiness}: what its lease was then it is here.
   *
   * @throws {@link LeaseEndedError} when it is gone
   */
  useReady<T>(run: (opener: DataKeyOpener) => Awaitable<T>): Awaitable<T> {
    if (this.#opener === undefined || this.#destroyed) throw new LeaseEndedError();
    return this.#opener.use(run);
  }

  /** The key has come. */
  fill(opener: DataKeyOpener, lease: Lease): void {
    this.#opener = new HeldKey(opener);
    this.#lease = lease;
    if (this.#destroyed) this.#opener.destroy();
  }

  /** The key was refused, alone among those asked for. */
  refuse(error: unknown): void {
    this.#refusal = { error };
    this.destroy();
  }

  /** The service unwrapped it again. */
  renew(lease: Lease): void {
    this.#lease = lease;
  }

  /** A call begins to wait for it. */
  await(): void {
    this.#waiting++;
  }

  /** A call has used it, or given up. */
  release(): void {
    this.#waiting--;
  }

  /** Zeroises it once the calls that have begun with it are done. */
  retire(): void {
    this.#destroyed = true;
    this.#opener?.retire();
  }

  /** Zeroises it at once, also when it comes later. */
  destroy(): void {
    this.#destroyed = true;
    this.#opener?.destroy();
  }
}
