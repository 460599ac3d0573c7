import type { CryptoBackend } from '@keyfold/crypto-core';
import { ApiClient } from './api-client.ts';
import { ApiKeys } from './api-keys.ts';
import { systemTimers } from './calls/timers.ts';
import { type KeyfoldOptions, resolveConfig } from './config.ts';
import { DataKeyCache } from './data-key-cache.ts';
import { createRemoteKeyService } from './remote-key-service.ts';
import type { Runtime } from './runtime.ts';
import { Tenant } from './tenant.ts';
import { Tenants } from './tenants.ts';

/** An attempt to connect ends after this many milliseconds, if the call's deadline does not end it sooner. */
const maxConnectMs = 10_000;

/** What the clients of all runtimes are; each entry point binds it to its runtime. */
export abstract class KeyfoldClient implements AsyncDisposable {
  /** Makes and reads tenants. */
  readonly tenants: Tenants;
  /** Makes, lists and revokes API keys. */
  readonly apiKeys: ApiKeys;
  readonly #client: ApiClient;
  readonly #keys: DataKeyCache;
  readonly #backend: CryptoBackend;

  /**
   * Nothing is sent yet.
   *
   * @param options win over environment variables
   * @throws ConfigurationError for a missing or malformed option, an unencrypted base URL, CA or pin that is none
   */
  constructor(options: KeyfoldOptions, runtime: Runtime) {
    const { backend, environment } = runtime;
    const { apiKey, baseUrl, calls, cache, clock } = resolveConfig(options, environment);
    const connectTimeoutMs = Math.min(calls.timeoutMs, maxConnectMs);
    this.#backend = backend;
    this.#client = new ApiClient({
      transport: runtime.createTransport({ baseUrl, options, environment, connectTimeoutMs }),
      pathPrefix: baseUrl.pathPrefix,
      apiKey,
      ...calls,
      clock,
      timers: systemTimers,
      random: Math.random, // spreads retries; nothing secret depends on it
    });
    this.#keys = new DataKeyCache({
      keyService: createRemoteKeyService(this.#client),
      backend,
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
