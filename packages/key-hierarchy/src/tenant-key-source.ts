import { type Clock, isKeyfoldError, Lease, SecretBytes } from '@keyfold/crypto-core';
import type { AuthenticatedStore } from './authenticated-store.ts';
import { HierarchyClosedError, KeyStateForbidsError, TenantNotFoundError } from './hierarchy-errors.ts';
import { keyStates } from './key-state.ts';
import { tenantKeyContext } from './root-context.ts';
import type { RootCallOptions, RootReference, RootResolver } from './root-key.ts';
import { RootKeyUnavailableError } from './root-key-errors.ts';
import { type TenantKeyRow, type TenantRow, tables, versionPart } from './rows.ts';
import { StoreCorruptError } from './store-errors.ts';
import { storedBytes } from './stored-bytes.ts';

/** A tenant key (L2) fresh from its root. */
export interface UnwrappedTenantKey {
  /** 32 bytes; the caller owns it. */
  readonly secret: SecretBytes;
  readonly row: TenantKeyRow;
  /** Began when the request to the root was sent. */
  readonly lease: Lease;
}

/** Where tenant keys come from: asks the roots to wrap new ones and to unwrap those in the store. Keeps none. */
export class TenantKeySource {
  readonly #rows: AuthenticatedStore;
  readonly #roots: RootResolver;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #closing = new AbortController();

  constructor(options: {
    readonly rows: AuthenticatedStore;
    readonly roots: RootResolver;
    readonly clock: Clock;
    readonly leaseMs: number;
  }) {
    this.#rows = options.rows;
    this.#roots = options.roots;
    this.#clock = options.clock;
    this.#leaseMs = options.leaseMs;
  }

  /** Gives up the calls that are under way; they reject with {@link HierarchyClosedError}, as all later ones do. */
  close(): void {
    this.#closing.abort();
  }

  /** @throws {@link HierarchyClosedError} once `close` was called */
  refuseIfClosed(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }

  /**
   * A new tenant key, which nobody sees, wrapped by the root.
   *
   * @throws what the root throws
   */
  async create(reference: RootReference, rootTenantId: string, version: number): Promise<Uint8Array> {
    const root = this.#roots(reference);
    const secret = SecretBytes.random(32);
    try {
      const context = tenantKeyContext(rootTenantId, version);
      return await this.#call((options) => root.wrap(secret, context, options));
    } finally {
      secret.dispose();
    }
  }

  /**
   * The stored key of a tenant, unwrapped by its root.
   *
   * @throws {@link TenantNotFoundError} {@link KeyStateForbidsError}, and what the root throws
   */
  async unwrap(tenant: string): Promise<UnwrappedTenantKey> {
    const tenantRow = await this.#rows.get<TenantRow>(tables.tenant, [tenant]);
    if (tenantRow === undefined) throw new TenantNotFoundError(`There is no tenant "${tenant}".`);
    const { rootTenantId, activeVersion, root: reference } = tenantRow.value;
    const place = [tenant, versionPart(activeVersion)];
    const row = (await this.#rows.get<TenantKeyRow>(tables.tenantKey, place))?.value;
    if (row === undefined) throw new StoreCorruptError(`The key of the tenant "${tenant}" is missing.`);
    if (!keyStates[row.state].unwraps) {
      throw new KeyStateForbidsError(`The key of the tenant "${tenant}" is ${row.state}.`);
    }
    const root = this.#roots(reference);
    const wrapped = storedBytes(row.wrapped);
    const context = tenantKeyContext(rootTenantId, activeVersion);
    this.refuseIfClosed();
    // The root's consent is as old as the request, not as the answer.
    const sentAt = this.#clock.now();
    const secret = await this.#call((options) => root.unwrap(wrapped, context, options));
    return { secret, row, lease: new Lease(this.#clock, this.#leaseMs, sentAt) };
  }

  /** What an adapter does not recognise is nobody's refusal. */
  async #call<T>(send: (options: RootCallOptions) => Promise<T>): Promise<T> {
    try {
      return await send({ signal: this.#closing.signal });
    } catch (cause) {
      this.refuseIfClosed();
      if (isKeyfoldError(cause)) throw cause;
      const message = 'The root key failed in a way that its adapter does not know.';
      throw new RootKeyUnavailableError(message, { cause });
    }
  }
}

/** The reason when a call is made, or keys end, because of `close`. */
export function closedError(): HierarchyClosedError {
  return new HierarchyClosedError('The key hierarchy is closed.');
}
