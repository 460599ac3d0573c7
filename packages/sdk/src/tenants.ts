import type { PageQuery, RootReference } from '@keyfold/protocol';
import { readField, readString } from './answer-fields.ts';
import type { ApiClient } from './api-client.ts';
import { requireObject } from './arguments.ts';
import type { CallOptions, ListOptions } from './calls/call-options.ts';
import type { CallPromise } from './calls/call-promise.ts';
import type { ListPromise } from './calls/list-promise.ts';
import { checkedIdentifier } from './identifiers.ts';

/** A tenant: the boundary within which one root key decides. */
export interface TenantInfo {
  readonly id: string;
  /** The root key (L1) its keys stand under. */
  readonly root: RootReference;
}

/** What a tenant is created from. */
export interface NewTenant {
  /** 1 to 63 characters: lower-case letters, digits, `-`, `_`; a letter or digit first. */
  readonly id: string;
  /** Such as `{ provider: 'aws-kms', keyId: 'arn:aws:kms:…' }`. */
  readonly root: RootReference;
}

/** Makes and reads tenants; needs an administrator's API key. */
export class Tenants {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /**
   * Creates a tenant; one that exists under the same root key is answered as it is.
   *
   * @throws TenantConflictError when it exists under another root key; RootKeyDeniedError and others of its kind
   * @example
   * ```ts
   * await keyfold.tenants.create({ id: 'acme', root: { provider: 'aws-kms', keyId: keyArn } });
   * ```
   */
  create(tenant: NewTenant, options: CallOptions = {}): CallPromise<TenantInfo> {
    const prepare = () => {
      requireObject('The tenant', tenant);
      const { id, root } = tenant;
      requireObject("The tenant's root", root);
      return {
        params: { tenant: checkedIdentifier('tenant', id) },
        body: { root: { provider: root.provider, keyId: root.keyId } },
      };
    };
    return this.#client.start('createTenant', options, prepare, ({ json }) => readTenant(json));
  }

  /** @throws TenantNotFoundError */
  get(id: string, options: CallOptions = {}): CallPromise<TenantInfo> {
    const prepare = () => ({ params: { tenant: checkedIdentifier('tenant', id) } });
    return this.#client.start('getTenant', options, prepare, ({ json }) => readTenant(json));
  }

  /**
   * The tenants that the API key may see: a page of them, or all one after the other.
   *
   * @example
   * ```ts
   * for await (const tenant of keyfold.tenants.list()) console.log(tenant.id);
   * const { items, next } = await keyfold.tenants.list({ limit: 10 }); // `next` is the `cursor` of the page after
   * ```
   */
  list(query: PageQuery = {}, options: ListOptions = {}): ListPromise<TenantInfo> {
    return this.#client.list('listTenants', options, { params: {}, query }, readTenant);
  }
}

function readTenant(json: unknown): TenantInfo {
  const root = readField(json, 'root');
  return {
    id: readString(json, 'id'),
    root: { provider: readString(root, 'provider'), keyId: readString(root, 'keyId') },
  };
}
