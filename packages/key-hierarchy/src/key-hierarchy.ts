import type {
  Awaitable,
  DataKeyHeader,
  DataKeyWrapping,
  KeyfoldError,
  Scope,
  SecretBytes,
} from '@keyfold/crypto-core';
import type { RootReference } from './root-key.ts';

/** Which part of a list to return. */
export interface PageRequest {
  /** At most so many items, 1 to 100; 50 if left out. */
  readonly limit?: number;
  /** `next` of the page before; the first page if left out. */
  readonly cursor?: string;
}

/** One part of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; left out on the last one. */
  readonly next?: string;
}

/** What is known of a tenant without its root key. */
export interface TenantInfo {
  /** 1 to 63 characters: a to z, 0 to 9, `-`, `_`; the first a letter or a digit. */
  readonly id: string;
  /** The root key (L1) that wraps the tenant's key. */
  readonly root: RootReference;
  /** The random identifier by which the root's key service knows the tenant: in encryption contexts, and so in its logs. */
  readonly rootTenantId: string;
  /** `sovereign`: the tenant's key is stored under the root's wrapping only. */
  readonly binding: 'sovereign';
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** What is known of a service without its tenant's root key. */
export interface ServiceInfo {
  readonly tenant: string;
  /** As a tenant's id. */
  readonly id: string;
  /** The version of the service key (L3) that wraps; lower ones only unwrap. */
  readonly activeVersion: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** A data key to be wrapped. */
export interface DataKeyToWrap {
  /** 32 bytes. Stays with its owner, who disposes of it. */
  readonly dataKey: SecretBytes;
  /** 32 bytes: the commitment that its header will carry. */
  readonly commitment: Uint8Array;
}

/** A data key made by the hierarchy. */
export interface GeneratedDataKey {
  readonly header: DataKeyHeader;
  /** 32 bytes. The caller owns it and disposes of it. */
  readonly dataKey: SecretBytes;
}

/** An answer that carries or is about data keys. */
export interface LeasedAnswer<T> {
  /**
   * Whole milliseconds for which the tenant's lease still runs, counted from when the request to the root key was *sent*.
   * Whoever keeps a key of the answer gives it up when they are over, counted from when he sent *his* request.
   */
  readonly leaseRemainingMs: number;
  /** In the order of the call's items. */
  readonly items: readonly T[];
}

/**
 * Tenants, their services, and the keys of both: root (L1) → tenant key (L2) → service key (L3) → data key (L4).
 *
 * Nothing opens without the tenant's root key. The tenant key is held in memory under a lease that only a real unwrap by the
 * root renews; when the root refuses, everything below it is zeroised at once, and when the root cannot be reached it is kept
 * until the lease ends.
 *
 * Ids are those of {@link TenantInfo.id}. Every method may also throw what the store throws, {@link RowAuthenticationFailedError}
 * when a row it needs was changed from outside, {@link InvalidArgumentError} for malformed arguments, and
 * {@link HierarchyClosedError} after `close`. Every method but `getTenant`, `listTenants`, `getService` and `listServices` may
 * throw {@link RootKeyDeniedError}, {@link RootKeyUnavailableError}, {@link RootKeyThrottledError}, {@link RootKeyInvalidError}
 * and {@link RootProviderUnknownError}. A call takes at most 500 items.
 *
 * What is done with data keys is answered at once where the keys are in memory and the backend answers at once, and refused by a
 * promise that rejects in any case: `await` meets both.
 *
 * @example
 * ```ts
 * const store = createMemoryStore();
 * const master = await openMaster({ store, root, backend: nodeBackend });
 * const hierarchy = createKeyHierarchy({ rows: master.rows, roots: () => root, backend: nodeBackend });
 * await hierarchy.createTenant({ id: 'acme', root: root.reference });
 * await hierarchy.createService('acme', 'billing');
 * const { items } = await hierarchy.generateDataKeys('acme', { kind: 'service', id: 'billing' }, 1);
 * ```
 */
export interface KeyHierarchy {
  /**
   * Makes a tenant and its key, or returns the tenant if it exists under the same root. Once it resolves, the tenant survives a
   * crash; when it rejects, the tenant exists whole or not at all, and the same call may be repeated.
   *
   * @throws {@link TenantConflictError} when it exists under another root
   */
  createTenant(options: { readonly id: string; readonly root: RootReference }): Promise<TenantInfo>;

  /** @throws {@link TenantNotFoundError} */
  getTenant(id: string): Promise<TenantInfo>;

  /** By id. */
  listTenants(page?: PageRequest): Promise<Page<TenantInfo>>;

  /**
   * Makes a service and its first key, or returns the service if it exists. As durable as `createTenant`.
   *
   * @throws {@link TenantNotFoundError} {@link WrapBudgetExhaustedError}
   */
  createService(tenant: string, id: string): Promise<ServiceInfo>;

  /** @throws {@link TenantNotFoundError} {@link ServiceNotFoundError} */
  getService(tenant: string, id: string): Promise<ServiceInfo>;

  /**
   * By id.
   *
   * @throws {@link TenantNotFoundError}
   */
  listServices(tenant: string, page?: PageRequest): Promise<Page<ServiceInfo>>;

  /**
   * Makes a new active version of the service key; the older ones only unwrap from then on.
   *
   * @throws {@link TenantNotFoundError} {@link ServiceNotFoundError} {@link WrapBudgetExhaustedError}
   */
  rotateServiceKey(tenant: string, service: string): Promise<ServiceInfo>;

  /**
   * Wraps data keys that the caller made, under the active version of the scope's key.
   *
   * @throws {@link TenantNotFoundError} {@link ServiceNotFoundError} {@link ScopeUnsupportedError} {@link WrapBudgetExhaustedError}
   */
  wrapDataKeys(
    tenant: string,
    scope: Scope,
    items: readonly DataKeyToWrap[],
  ): Awaitable<LeasedAnswer<DataKeyWrapping>>;

  /**
   * Unwraps the data keys of headers. An item is the data key, which the caller disposes of, or the reason why that one header
   * does not open: {@link KeyReferenceNotFoundError}, {@link KeyUnwrapFailedError}, {@link KeyStateForbidsError}.
   *
   * @throws {@link TenantNotFoundError} {@link ServiceNotFoundError} {@link ScopeUnsupportedError}
   */
  unwrapDataKeys(
    tenant: string,
    scope: Scope,
    headers: readonly DataKeyHeader[],
  ): Awaitable<LeasedAnswer<SecretBytes | KeyfoldError>>;

  /**
   * Wraps the same data keys anew under the active version: what they seal is not touched. An item is the header to put in
   * place of the old one, or the reason as in `unwrapDataKeys`, also {@link CommitmentMismatchError}.
   *
   * @throws {@link TenantNotFoundError} {@link ServiceNotFoundError} {@link ScopeUnsupportedError} {@link WrapBudgetExhaustedError}
   */
  rewrapDataKeys(
    tenant: string,
    scope: Scope,
    headers: readonly DataKeyHeader[],
  ): Awaitable<LeasedAnswer<DataKeyHeader | KeyfoldError>>;

  /**
   * Makes `count` (1 to 500) data keys and wraps them, for callers that cannot make their own.
   *
   * @throws {@link TenantNotFoundError} {@link ServiceNotFoundError} {@link ScopeUnsupportedError} {@link WrapBudgetExhaustedError}
   */
  generateDataKeys(tenant: string, scope: Scope, count: number): Awaitable<LeasedAnswer<GeneratedDataKey>>;

  /**
   * Drops every key in memory at once; the backend zeroises them as far as its runtime allows. Calls that are under way, also
   * to a root key, are given up and reject with {@link HierarchyClosedError}. The store stays open: it belongs to who opened it.
   */
  close(): void;
}
