import {
  type Awaitable,
  type Clock,
  type CryptoBackend,
  type DataKeyHeader,
  type DataKeyWrapping,
  InvalidArgumentError,
  type KeyfoldError,
  type Scope,
  type SecretBytes,
} from '@keyfold/crypto-core';
import type { AuthenticatedStore } from './authenticated-store.ts';
import { checkItemCount, DataKeys } from './data-keys.ts';
import type { HeldTenant } from './held-tenant.ts';
import { ScopeUnsupportedError } from './hierarchy-errors.ts';
import { checkIdentifier } from './identifiers.ts';
import type {
  DataKeyToWrap,
  GeneratedDataKey,
  KeyHierarchy,
  LeasedAnswer,
  Page,
  PageRequest,
  ServiceInfo,
  TenantInfo,
} from './key-hierarchy.ts';
import type { RootReference, RootResolver } from './root-key.ts';
import { type ServiceRow, type TenantRow, tables } from './rows.ts';
import { ServiceKeys } from './service-keys.ts';
import { Services } from './services.ts';
import { TenantKeySource } from './tenant-key-source.ts';
import { TenantKeys } from './tenant-keys.ts';
import { Tenants } from './tenants.ts';
import { WrapBudget, type WrapLimits } from './wrap-budget.ts';

/** As `KeyHierarchyOptions`, with nothing left out and the limits that only tests change. */
export interface HierarchyOptions {
  readonly rows: AuthenticatedStore;
  readonly roots: RootResolver;
  readonly backend: CryptoBackend;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly maxTenantsHeld: number;
  readonly wrapLimits: WrapLimits;
}

/** Longest lease: a day, in milliseconds. */
const maxLeaseMs = 86_400_000;
const defaultPageItems = 50;
const maxPageItems = 100;

/** The hierarchy over rows and roots; see {@link KeyHierarchy}. */
export class Hierarchy implements KeyHierarchy {
  readonly #rows: AuthenticatedStore;
  readonly #source: TenantKeySource;
  readonly #tenants: Tenants;
  readonly #tenantKeys: TenantKeys;
  readonly #services: Services;
  readonly #dataKeys: DataKeys;

  constructor(options: HierarchyOptions) {
    const { rows, roots, backend, clock, leaseMs, maxTenantsHeld, wrapLimits } = options;
    if (!(leaseMs > 0 && leaseMs <= maxLeaseMs)) {
      throw new InvalidArgumentError(`A lease lasts more than 0 and at most ${maxLeaseMs} milliseconds.`);
    }
    if (!Number.isInteger(maxTenantsHeld) || maxTenantsHeld < 1) {
      throw new InvalidArgumentError('The number of tenants held in memory is an integer of at least 1.');
    }
    const createdAt = () => new Date(clock.now().wallMs).toISOString();
    const budget = new WrapBudget(rows, wrapLimits);
    const source = new TenantKeySource({ rows, roots, clock, leaseMs });
    this.#rows = rows;
    this.#source = source;
    this.#tenants = new Tenants({ rows, source, backend, createdAt });
    this.#tenantKeys = new TenantKeys({ source, backend, budget, leaseMs, maxTenantsHeld });
    this.#services = new Services({ rows, backend, budget, createdAt });
    const serviceKeys = new ServiceKeys({ rows, backend, budget, services: this.#services });
    this.#dataKeys = new DataKeys({ backend, serviceKeys });
  }

  async createTenant(options: { readonly id: string; readonly root: RootReference }): Promise<TenantInfo> {
    this.#source.refuseIfClosed();
    checkIdentifier('tenant', options.id);
    const { provider, keyId } = options.root;
    return tenantInfo(await this.#tenants.create(options.id, { provider, keyId }));
  }

  async getTenant(id: string): Promise<TenantInfo> {
    this.#source.refuseIfClosed();
    checkIdentifier('tenant', id);
    return tenantInfo(await this.#tenants.get(id));
  }

  async listTenants(page: PageRequest = {}): Promise<Page<TenantInfo>> {
    this.#source.refuseIfClosed();
    return await this.#page<TenantRow, TenantInfo>({
      table: tables.tenant,
      prefix: [],
      page,
      info: tenantInfo,
    });
  }

  async createService(tenant: string, id: string): Promise<ServiceInfo> {
    checkIdentifier('service', id);
    return serviceInfo(await this.#use(tenant, (held) => this.#services.create(held, id)));
  }

  async getService(tenant: string, id: string): Promise<ServiceInfo> {
    await this.getTenant(tenant);
    checkIdentifier('service', id);
    return serviceInfo((await this.#services.get(tenant, id)).value);
  }

  async listServices(tenant: string, page: PageRequest = {}): Promise<Page<ServiceInfo>> {
    await this.getTenant(tenant);
    const { service: table } = tables;
    return await this.#page<ServiceRow, ServiceInfo>({ table, prefix: [tenant], page, info: serviceInfo });
  }

  async rotateServiceKey(tenant: string, service: string): Promise<ServiceInfo> {
    checkIdentifier('service', service);
    return serviceInfo(await this.#use(tenant, (held) => this.#services.rotate(held, service)));
  }

  wrapDataKeys(
    tenant: string,
    scope: Scope,
    items: readonly DataKeyToWrap[],
  ): Awaitable<LeasedAnswer<DataKeyWrapping>> {
    return rejecting(() => {
      const service = serviceOf(scope);
      checkItemCount(items.length, 0);
      for (const { dataKey, commitment } of items) {
        if (dataKey.byteLength !== 32 || commitment.byteLength !== 32) {
          throw new InvalidArgumentError('A data key and its commitment have 32 bytes each.');
        }
      }
      return this.#use(tenant, (held) => this.#dataKeys.wrap(held, service, items));
    });
  }

  unwrapDataKeys(
    tenant: string,
    scope: Scope,
    headers: readonly DataKeyHeader[],
  ): Awaitable<LeasedAnswer<SecretBytes | KeyfoldError>> {
    return rejecting(() => {
      const service = serviceOf(scope);
      checkItemCount(headers.length, 0);
      return this.#use(tenant, (held) => this.#dataKeys.unwrap(held, service, headers));
    });
  }

  rewrapDataKeys(
    tenant: string,
    scope: Scope,
    headers: readonly DataKeyHeader[],
  ): Awaitable<LeasedAnswer<DataKeyHeader | KeyfoldError>> {
    return rejecting(() => {
      const service = serviceOf(scope);
      checkItemCount(headers.length, 0);
      return this.#use(tenant, (held) => this.#dataKeys.rewrap(held, service, headers));
    });
  }

  generateDataKeys(tenant: string, scope: Scope, count: number): Awaitable<LeasedAnswer<GeneratedDataKey>> {
    return rejecting(() => {
      const service = serviceOf(scope);
      checkItemCount(count, 1);
      return this.#use(tenant, (held) => this.#dataKeys.generate(held, service, count));
    });
  }

  close(): void {
    this.#source.close();
    this.#tenantKeys.close();
  }

  #use<T>(tenant: string, work: (held: HeldTenant) => Awaitable<T>): Awaitable<T> {
    checkIdentifier('tenant', tenant);
    return this.#tenantKeys.use(tenant, work);
  }

  /** Rows whose keys are `prefix` and an id, by that id; the cursor is the last id of the page before. */
  async #page<Row extends object, Info extends { readonly id: string }>(query: {
    readonly table: string;
    readonly prefix: readonly string[];
    readonly page: PageRequest;
    readonly info: (row: Row) => Info;
  }): Promise<Page<Info>> {
    const { table, prefix, page, info } = query;
    const limit = page.limit ?? defaultPageItems;
    if (!Number.isInteger(limit) || limit < 1 || limit > maxPageItems) {
      throw new InvalidArgumentError(`The limit of a page is an integer from 1 to ${maxPageItems}.`);
    }
    const after = page.cursor === undefined ? {} : { after: [...prefix, page.cursor] };
    const rows = await this.#rows.list<Row>(table, { prefix, limit: limit + 1, ...after });
    const items = rows.slice(0, limit).map((row) => info(row.value));
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.id } : { items };
  }
}

/** What is refused at once is refused as what is refused later: callers without `await` meet both in one place. */
function rejecting<T>(call: () => Awaitable<T>): Awaitable<T> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The service of a scope; the other kinds have no keys here. */
function serviceOf(scope: Scope): string {
  if (scope.kind !== 'service')
    throw new ScopeUnsupportedError(`Scopes of the kind "${scope.kind}" have no keys.`);
  checkIdentifier('service', scope.id);
  return scope.id;
}

function tenantInfo({ id, root, rootTenantId, binding, createdAt }: TenantRow): TenantInfo {
  return { id, root, rootTenantId, binding, createdAt };
}

function serviceInfo({ tenant, id, activeVersion, createdAt }: ServiceRow): ServiceInfo {
  return { tenant, id, activeVersion, createdAt };
}
