import { type CryptoBackend, encodeBase64url } from '@keyfold/crypto-core';
import type { AuthenticatedStore } from './authenticated-store.ts';
import { TenantConflictError, TenantNotFoundError } from './hierarchy-errors.ts';
import type { RootReference } from './root-key.ts';
import { type TenantKeyRow, type TenantRow, tables, versionPart } from './rows.ts';
import { StoreConflictError } from './store-errors.ts';
import type { TenantKeySource } from './tenant-key-source.ts';

/** Tenants in the store, each made together with its first key. */
export class Tenants {
  readonly #rows: AuthenticatedStore;
  readonly #source: TenantKeySource;
  readonly #backend: CryptoBackend;
  readonly #createdAt: () => string;

  /** @param options.createdAt the time for new rows, ISO 8601 */
  constructor(options: {
    readonly rows: AuthenticatedStore;
    readonly source: TenantKeySource;
    readonly backend: CryptoBackend;
    readonly createdAt: () => string;
  }) {
    this.#rows = options.rows;
    this.#source = options.source;
    this.#backend = options.backend;
    this.#createdAt = options.createdAt;
  }

  /** @throws {@link TenantNotFoundError} */
  async get(id: string): Promise<TenantRow> {
    const row = await this.#rows.get<TenantRow>(tables.tenant, [id]);
    if (row === undefined) throw new TenantNotFoundError(`There is no tenant "${id}".`);
    return row.value;
  }

  /**
   * The tenant, made with its key in one commit if there is none: there is never a tenant without a key.
   *
   * @throws {@link TenantConflictError}, and what the root throws
   */
  async create(id: string, root: RootReference): Promise<TenantRow> {
    const existing = await this.#rows.get<TenantRow>(tables.tenant, [id]);
    if (existing !== undefined) return requireRoot(existing.value, root);
    const version = 1;
    const rootTenantId = encodeBase64url(this.#backend.randomBytes(16));
    const wrapped = encodeBase64url(await this.#source.create(root, rootTenantId, version));
    const createdAt = this.#createdAt();
    const tenant: TenantRow = {
      id,
      rootTenantId,
      root,
      binding: 'sovereign',
      activeVersion: version,
      createdAt,
    };
    const key: TenantKeyRow = { version, state: 'active', wrapped, wrapsReserved: 0, createdAt };
    this.#source.refuseIfClosed();
    try {
      await this.#rows.commit([
        { table: tables.tenant, key: [id], expectedRevision: 0, value: tenant },
        { table: tables.tenantKey, key: [id, versionPart(version)], expectedRevision: 0, value: key },
      ]);
      return tenant;
    } catch (error) {
      if (!(error instanceof StoreConflictError)) throw error;
      return requireRoot(await this.get(id), root);
    }
  }
}

function requireRoot(row: TenantRow, root: RootReference): TenantRow {
  if (row.root.provider !== root.provider || row.root.keyId !== root.keyId) {
    throw new TenantConflictError(`The tenant "${row.id}" exists under another root key.`);
  }
  return row;
}
