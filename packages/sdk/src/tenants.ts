import type { PageQuery, RootReference } from '@keyfold/protocol';
import { readField, readString } from './answer-fields.ts';
import type { ApiClient } from './api-client.ts';
import { requireObject } from './arguments.ts';
import { type CallOptions, type Page, readPage } from './calls.ts';
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
  async create(tenant: NewTenant, options: CallOptions = {}): Promise<TenantInfo> {
    requireObject('The tenant', tenant);
    const { id, root } = tenant;
    requireObject("The tenant's root", root);
    const params = { tenant: checkedIdentifier('tenant', id) };
    const body = { root: { provider: root.provider, keyId: root.keyId } };
    return await this.#client.call('createTenant', { params, body, ...options }, ({ json }) =>
      readTenant(json),
    );
  }

  /** @throws TenantNotFoundError */
  async get(id: string, options: CallOptions = {}): Promise<TenantInfo> {
    const params = { tenant: checkedIdentifier('tenant', id) };
    return await this.#client.call('getTenant', { params, ...options }, ({ json }) => readTenant(json));
  }

  /** One page of the tenants that the API key may see; pass its `next` as `cursor` for the one after. */
  async list(query: PageQuery = {}, options: CallOptions = {}): Promise<Page<TenantInfo>> {
    return await this.#client.call('listTenants', { params: {}, query, ...options }, ({ json }) =>
      readPage(json, readTenant),
    );
  }
}

function readTenant(json: unknown): TenantInfo {
  const root = readField(json, 'root');
  return {
    id: readString(json, 'id'),
    root: { provider: readString(root, 'provider'), keyId: readString(root, 'keyId') },
  };
}
