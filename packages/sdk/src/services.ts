import type { PageQuery } from '@keyfold/protocol';
import { readCount, readString } from './answer-fields.ts';
import type { ApiClient } from './api-client.ts';
import { type CallOptions, type Page, readPage } from './calls.ts';
import { checkedIdentifier } from './identifiers.ts';

/** A service or domain of a tenant, with a key of its own. */
export interface ServiceInfo {
  readonly id: string;
  readonly tenant: string;
  /** The version of the service key that wraps; older ones decrypt only. */
  readonly activeVersion: number;
}

/** Makes, reads and rotates the services of one tenant; needs an administrator's API key. */
export class Services {
  readonly #client: ApiClient;
  readonly #tenant: string;

  constructor(client: ApiClient, tenant: string) {
    this.#client = client;
    this.#tenant = tenant;
  }

  /**
   * Creates a service; one that exists is answered as it is.
   *
   * @example
   * ```ts
   * await keyfold.tenant('acme').services.create('billing');
   * ```
   */
  async create(id: string, options: CallOptions = {}): Promise<ServiceInfo> {
    return await this.#client.call('createService', { params: this.#params(id), ...options }, ({ json }) =>
      readService(json),
    );
  }

  /** @throws ServiceNotFoundError */
  async get(id: string, options: CallOptions = {}): Promise<ServiceInfo> {
    return await this.#client.call('getService', { params: this.#params(id), ...options }, ({ json }) =>
      readService(json),
    );
  }

  /** One page of the tenant's services; pass its `next` as `cursor` for the one after. */
  async list(query: PageQuery = {}, options: CallOptions = {}): Promise<Page<ServiceInfo>> {
    const params = { tenant: this.#tenant };
    return await this.#client.call('listServices', { params, query, ...options }, ({ json }) =>
      readPage(json, readService),
    );
  }

  /** Gives the service key a new active version; what older ones wrapped still decrypts. Tried once. */
  async rotate(id: string, options: CallOptions = {}): Promise<ServiceInfo> {
    return await this.#client.call('rotateService', { params: this.#params(id), ...options }, ({ json }) =>
      readService(json),
    );
  }

  #params(id: string): { readonly tenant: string; readonly service: string } {
    return { tenant: this.#tenant, service: checkedIdentifier('service', id) };
  }
}

function readService(json: unknown): ServiceInfo {
  return {
    id: readString(json, 'id'),
    tenant: readString(json, 'tenant'),
    activeVersion: readCount(json, 'activeVersion'),
  };
}
