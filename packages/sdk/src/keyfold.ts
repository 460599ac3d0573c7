import type { CryptoBackend } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { ApiClient } from './api-client.ts';
import { ApiKeys } from './api-keys.ts';
import { type KeyfoldOptions, resolveConfig } from './config.ts';
import { DataKeyCache } from './data-key-cache.ts';
import { createRemoteKeyService } from './remote-key-service.ts';
import { defaultRetryPolicy } from './retry-policy.ts';
import { Tenant } from './tenant.ts';
import { Tenants } from './tenants.ts';
import { systemTimers } from './timers.ts';
import { createUndiciTransport } from './undici-transport.ts';

/** An attempt to connect ends after this many milliseconds, if the call's deadline does not end it sooner. */
const maxConnectMs = 10_000;

/**
 * The client: encrypts in this process, under keys that belong to your tenants. Make one and share it.
 *
 * @example
 * ```ts
 * await using keyfold = new Keyfold({ apiKey, baseUrl: 'https://keyfold.example.com' });
 * const cards = keyfold.tenant('acme').service('billing');
 * const token = await cards.encrypt('4111 1111 1111 1111', { context: { card: '42' } });
 * const pan = await cards.decrypt(token, { context: { card: '42' }, as: 'text' });
 * ```
 */
export class Keyfold implements AsyncDisposable {
  /** Makes and reads tenants. */
  readonly tenants: Tenants;
  /** Makes, lists and revokes API keys. */
  readonly apiKeys: ApiKeys;
  readonly #client: ApiClient;
  readonly #keys: DataKeyCache;
  readonly #backend: CryptoBackend = nodeBackend;

  /**
   * Nothing is sent yet.
   *
   * @param options win over KEYFOLD_API_KEY, KEYFOLD_BASE_URL and KEYFOLD_CA_BUNDLE
   * @throws ConfigurationError for a missing or malformed option, an unencrypted base URL, CA or pin that is none
   */
  constructor(options: KeyfoldOptions = {}) {
    const { apiKey, baseUrl, tls, timeoutMs, maxAttempts, cache, clock } = resolveConfig(
      options,
      process.env,
    );
    const connectTimeoutMs = Math.min(timeoutMs, maxConnectMs);
    this.#client = new ApiClient({
      transport: createUndiciTransport({ origin: baseUrl.origin, tls, connectTimeoutMs }),
      pathPrefix: baseUrl.pathPrefix,
      apiKey,
      timeoutMs,
      retryPolicy: { ...defaultRetryPolicy, maxAttempts },
      clock,
      timers: systemTimers,
      random: Math.random, // spreads retries; nothing secret depends on it
    });
    this.#keys = new DataKeyCache({
      keyService: createRemoteKeyService(this.#client),
      backend: this.#backend,
      clock,
      timers: systemTimers,
      limits: cache,
    });
    this.tenants = new Tenants(this.#client);
    this.apiKeys = new ApiKeys(this.#client);
  }

  /**
   * A handle on one tenant; asks nothing.
   *
   * @throws IdentifierInvalidError
   */
  tenant(id: string): Tenant {
    return new Tenant({ id, client: this.#client, keys: this.#keys, backend: this.#backend });
  }

  /** Zeroises all keys and leaves no socket, timer or handle; calls under way end with ClientClosedError. */
  async close(): Promise<void> {
    this.#keys.close();
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
