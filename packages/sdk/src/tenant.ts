import type { CryptoBackend } from '@keyfold/crypto-core';
import type { ApiClient } from './api-client.ts';
import type { DataKeyCache } from './data-key-cache.ts';
import { checkedIdentifier } from './identifiers.ts';
import { keyScope } from './key-scope.ts';
import { ServiceKeys } from './service-keys.ts';
import { Services } from './services.ts';

/** What a tenant's handle is made of. */
export interface TenantOptions {
  readonly id: string;
  readonly client: ApiClient;
  readonly keys: DataKeyCache;
  readonly backend: CryptoBackend;
}

/** A handle on one tenant. Making it asks nothing: whether the tenant exists shows at the first call. */
export class Tenant {
  readonly id: string;
  /** Makes, reads and rotates the tenant's services. */
  readonly services: Services;
  readonly #options: TenantOptions;

  constructor(options: TenantOptions) {
    this.id = checkedIdentifier('tenant', options.id);
    this.services = new Services(options.client, this.id);
    this.#options = options;
  }

  /**
   * Encrypts and decrypts under the key of one of the tenant's services.
   *
   * @throws IdentifierInvalidError
   */
  service(id: string): ServiceKeys {
    const { keys, backend } = this.#options;
    const scope = keyScope(this.id, { kind: 'service', id: checkedIdentifier('service', id) });
    return new ServiceKeys({ keys, scope, backend });
  }
}
