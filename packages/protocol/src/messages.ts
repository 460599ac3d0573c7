import type { ApiItemError } from './api-errors.ts';
import type { OperationId } from './operations.ts';
import type { Role } from './roles.ts';

// Bytes inside JSON are canonical base64url without padding. None of them is secret: key bytes travel only as
// attachments of a frame.

/** A root key (L1): who holds it, and its name there. */
export interface RootReference {
  readonly provider: string;
  readonly keyId: string;
}

/** The place in a tenant whose key wraps a data key. */
export type ScopeReference =
  | { readonly kind: 'service'; readonly id: string }
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'secret'; readonly id: string }
  | { readonly kind: 'tenant' }
  | { readonly kind: 'platform' };

/** The tenants that an API key may use: some by name, or all of them. */
export type TenantGrant = readonly string[] | '*';

/** Query of a list. `limit` is a decimal number of items, `cursor` the `next` of the page before. */
export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** One page of a list; without `next` it is the last one. */
export interface PageBody<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

export interface CreateTenantBody {
  readonly root: RootReference;
}

export interface TenantBody {
  readonly id: string;
  readonly root: RootReference;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface ServiceBody {
  readonly id: string;
  readonly tenant: string;
  /** The version of the service key that wraps; older ones decrypt only. */
  readonly activeVersion: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface WrapDataKeysBody {
  readonly scope: ScopeReference;
  /** `commitment`: 32 bytes. The data key itself, 32 bytes, is the attachment of the same index. */
  readonly items: readonly { readonly commitment: string }[];
}

export interface WrappedDataKeysBody {
  /** Whole milliseconds, as in every answer about data keys: caches count from when they sent the request. */
  readonly leaseRemainingMs: number;
  /** `keyReference`: 8 bytes; `wrapped`: 60 bytes (nonce 12 ‖ key 32 ‖ tag 16). */
  readonly items: readonly { readonly keyReference: string; readonly wrapped: string }[];
}

/** Names data keys by their record headers, 102 bytes each. */
export interface DataKeyHeadersBody {
  readonly scope: ScopeReference;
  readonly items: readonly { readonly header: string }[];
}

/** The JSON of a frame whose attachments are the data keys, 32 bytes each, of the items that are `ok`, in order. */
export interface UnwrappedDataKeysBody {
  readonly leaseRemainingMs: number;
  readonly items: readonly (
    | { readonly status: 'ok' }
    | { readonly status: 'error'; readonly error: ApiItemError }
  )[];
}

export interface RewrappedDataKeysBody {
  readonly leaseRemainingMs: number;
  /** `header`: the new record header, 102 bytes, which replaces the old one. */
  readonly items: readonly (
    | { readonly status: 'ok'; readonly header: string }
    | { readonly status: 'error'; readonly error: ApiItemError }
  )[];
}

export interface GenerateDataKeysBody {
  readonly scope: ScopeReference;
  readonly count: number;
}

/** The JSON of a frame whose attachments are the data keys, 32 bytes each, in order. */
export interface GeneratedDataKeysBody {
  readonly leaseRemainingMs: number;
  readonly items: readonly { readonly header: string }[];
}

export interface CreateApiKeyBody {
  readonly role: Role;
  readonly tenants: TenantGrant;
  readonly description: string;
}

/** An API key as it is listed: everything but its secret. */
export interface ApiKeyBody {
  /** The public part: `kf_<role>_` and the first 8 characters of the secret. */
  readonly id: string;
  readonly role: Role;
  readonly tenants: TenantGrant;
  readonly description: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** ISO 8601, UTC; `null` while the key is good. */
  readonly revokedAt: string | null;
}

export interface CreatedApiKeyBody extends ApiKeyBody {
  /**
   * The whole key, shown once. `null` when the answer repeats an earlier one under the same `Idempotency-Key`:
   * where the first answer was lost, revoke this key and make another.
   */
  readonly apiKey: string | null;
}

/** What each operation takes and answers with: the JSON body, or the JSON of a frame. `null` where there is none. */
export interface OperationMessages {
  readonly createTenant: { request: CreateTenantBody; response: TenantBody };
  readonly getTenant: { request: null; response: TenantBody };
  readonly listTenants: { request: null; response: PageBody<TenantBody> };
  readonly createService: { request: null; response: ServiceBody };
  readonly getService: { request: null; response: ServiceBody };
  readonly listServices: { request: null; response: PageBody<ServiceBody> };
  readonly rotateService: { request: null; response: ServiceBody };
  readonly wrapDataKeys: { request: WrapDataKeysBody; response: WrappedDataKeysBody };
  readonly unwrapDataKeys: { request: DataKeyHeadersBody; response: UnwrappedDataKeysBody };
  readonly rewrapDataKeys: { request: DataKeyHeadersBody; response: RewrappedDataKeysBody };
  readonly generateDataKeys: { request: GenerateDataKeysBody; response: GeneratedDataKeysBody };
  readonly createApiKey: { request: CreateApiKeyBody; response: CreatedApiKeyBody };
  readonly listApiKeys: { request: null; response: PageBody<ApiKeyBody> };
  readonly revokeApiKey: { request: null; response: null };
}

/** The request body of an operation: `RequestBody<'createTenant'>` is `CreateTenantBody`. */
export type RequestBody<Id extends OperationId> = OperationMessages[Id]['request'];

/** The response body of an operation when it succeeds. */
export type ResponseBody<Id extends OperationId> = OperationMessages[Id]['response'];
