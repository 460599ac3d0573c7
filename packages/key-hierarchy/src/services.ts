import { type CryptoBackend, encodeBase64url, SecretBytes } from '@keyfold/crypto-core';
import type { AuthenticatedChange, AuthenticatedRow, AuthenticatedStore } from './authenticated-store.ts';
import type { HeldTenant } from './held-tenant.ts';
import { KeyStateForbidsError, ServiceNotFoundError } from './hierarchy-errors.ts';
import { type KeyReferenceRow, type ServiceKeyRow, type ServiceRow, tables, versionPart } from './rows.ts';
import { serviceKeyPlace } from './service-key-place.ts';
import { StoreConflictError, StoreCorruptError } from './store-errors.ts';
import type { WrapBudget } from './wrap-budget.ts';

/** How often to repeat a change of which another writer was ahead. */
const maxAttempts = 16;

/** A service key that is wrapped, and what has to be committed for it to exist. */
interface NewServiceKey {
  readonly version: number;
  readonly changes: readonly AuthenticatedChange[];
}

/** Services in the store: made together with their first key, and given new key versions. */
export class Services {
  readonly #rows: AuthenticatedStore;
  readonly #backend: CryptoBackend;
  readonly #budget: WrapBudget;
  readonly #createdAt: () => string;

  /** @param options.createdAt the time for new rows, ISO 8601 */
  constructor(options: {
    readonly rows: AuthenticatedStore;
    readonly backend: CryptoBackend;
    readonly budget: WrapBudget;
    readonly createdAt: () => string;
  }) {
    this.#rows = options.rows;
    this.#backend = options.backend;
    this.#budget = options.budget;
    this.#createdAt = options.createdAt;
  }

  /**
   * The service's row.
   *
   * @throws {@link ServiceNotFoundError}
   */
  async get(tenant: string, service: string): Promise<AuthenticatedRow<ServiceRow>> {
    const row = await this.#rows.get<ServiceRow>(tables.service, [tenant, service]);
    if (row === undefined) {
      throw new ServiceNotFoundError(`The tenant "${tenant}" has no service "${service}".`);
    }
    return row;
  }

  /** The service's row, made with its first key if there is none: in one commit, so that there is never half a service. */
  async create(held: HeldTenant, service: string): Promise<ServiceRow> {
    for (let attempt = 1; ; attempt++) {
      const existing = await this.#rows.get<ServiceRow>(tables.service, [held.id, service]);
      if (existing !== undefined) return existing.value;
      const key = await this.#newKey(held, service, 1);
      const row: ServiceRow = {
        tenant: held.id,
        id: service,
        activeVersion: key.version,
        createdAt: this.#createdAt(),
      };
      const change = { table: tables.service, key: [held.id, service], expectedRevision: 0, value: row };
      if (await this.#commit(held, [change, ...key.changes], attempt)) return row;
    }
  }

  /**
   * A new active version; the one before is deactivated in the same commit.
   *
   * @param ifVersion if given, nothing is done when another version is active already
   * @throws {@link ServiceNotFoundError} {@link WrapBudgetExhaustedError}
   */
  async rotate(held: HeldTenant, service: string, ifVersion?: number): Promise<ServiceRow> {
    for (let attempt = 1; ; attempt++) {
      const row = await this.get(held.id, service);
      const version = row.value.activeVersion;
      if (ifVersion !== undefined && version !== ifVersion) return row.value;
      const oldPlace = [held.id, service, versionPart(version)];
      const old = await this.#rows.get<ServiceKeyRow>(tables.serviceKey, oldPlace);
      if (old === undefined) throw missingKey(service, version);
      const key = await this.#newKey(held, service, version + 1);
      const value: ServiceRow = { ...row.value, activeVersion: key.version };
      // A compromised version stays what it is: deactivating it would let it unwrap again.
      const state = old.value.state === 'active' ? 'deactivated' : old.value.state;
      const retired: ServiceKeyRow = { ...old.value, state };
      const changes: AuthenticatedChange[] = [
        { table: tables.service, key: row.key, expectedRevision: row.revision, value },
        { table: tables.serviceKey, key: old.key, expectedRevision: old.revision, value: retired },
        ...key.changes,
      ];
      if (await this.#commit(held, changes, attempt)) {
        held.services.delete(service);
        return value;
      }
    }
  }

  async #newKey(held: HeldTenant, service: string, version: number): Promise<NewServiceKey> {
    if (!(await this.#budget.take(held.allowance, 1))) {
      throw new KeyStateForbidsError(`The key of the tenant "${held.id}" is not active.`);
    }
    const keyReference = this.#backend.randomBytes(8);
    const parentVersion = held.keyVersion;
    const secret = SecretBytes.random(32);
    let wrapped: Uint8Array;
    try {
      wrapped = await held.key.wrap(
        secret,
        serviceKeyPlace(held.id, service, { keyReference, version, parentVersion }),
      );
    } finally {
      secret.dispose();
    }
    const row: ServiceKeyRow = {
      version,
      state: 'active',
      wrapped: encodeBase64url(wrapped),
      wrapsReserved: 0,
      createdAt: this.#createdAt(),
      keyReference: encodeBase64url(keyReference),
      parentVersion,
    };
    const named: KeyReferenceRow = { service, version };
    const changes: AuthenticatedChange[] = [
      {
        table: tables.serviceKey,
        key: [held.id, service, versionPart(version)],
        expectedRevision: 0,
        value: row,
      },
      // A reference that is taken makes the commit conflict, and the next attempt draws another.
      { table: tables.keyReference, key: [held.id, row.keyReference], expectedRevision: 0, value: named },
    ];
    return { version, changes };
  }

  /** @returns false when another writer was ahead, so that the caller reads again */
  async #commit(
    held: HeldTenant,
    changes: readonly AuthenticatedChange[],
    attempt: number,
  ): Promise<boolean> {
    held.check();
    try {
      await this.#rows.commit(changes);
      return true;
    } catch (error) {
      if (error instanceof StoreConflictError && attempt < maxAttempts) return false;
      throw error;
    }
  }
}

/** A row that another row promises is not there. */
export function missingKey(service: string, version: number): StoreCorruptError {
  return new StoreCorruptError(`Version ${version} of the key of the service "${service}" is missing.`);
}
