import type { PageQuery } from '@keyfold/protocol';
import { readCount, readString } from './answer-fields.ts';
import type { ApiClient } from './api-client.ts';
import type { CallOptions, KeyedCallOptions, ListOptions } from './calls/call-options.ts';
import type { CallPromise } from './calls/call-promise.ts';
import type { ListPromise } from './calls/list-promise.ts';
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
  create(id: string, options: CallOptions = {}): CallPromise<ServiceInfo> {
    const prepare = () => ({ params: this.#params(id) });
    return this.#client.start('createService', options, prepare, ({ json }) => readService(json));
  }

  /** @throws ServiceNotFoundError */
  get(id: string, options: CallOptions = {}): CallPromise<ServiceInfo> {
    const prepare = () => ({ params: this.#params(id) });
    return this.#client.start('getService', options, prepare, ({ json }) => readService(json));
  }

  /** The tenant's services: a page of them, or all one after the other with `for await`. */
  list(query: PageQuery = {}, options: ListOptions = {}): ListPromise<ServiceInfo> {
    const params = { tenant: this.#tenant };
    return this.#client.list('listServices', options, { params, query }, readService);
  }

  /**
   * Gives the service key a new active version; what older ones wrapped still decrypts. All attempts of one call, and all
   * calls with the same `idempotencyKey`, make one version.
   *
   * @throws IdempotencyConflictError when the key was used for another service
   */
  rotate(id: string, options: KeyedCallOptions = {}): CallPromise<ServiceInfo> {
    const prepare = () => ({ params: this.#params(id) });
    return this.#client.start('rotateService', options, prepare, ({ json }) => readService(json));
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
