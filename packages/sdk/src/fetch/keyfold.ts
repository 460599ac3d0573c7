import type { KeyfoldOptions } from '../config.ts';
import { KeyfoldClient } from '../keyfold-client.ts';
import { fetchRuntime } from './fetch-runtime.ts';

/**
 * The client for runtimes with `fetch` and Web Crypto alone: encrypts in this process, under keys that belong to your
 * tenants. Make one and share it.
 *
 * Certificates are verified by the runtime. What it could only ignore (`tls`, `proxy`, `http2`) is refused.
 *
 * @example
 * ```ts
 * import { Keyfold } from '@keyfold/sdk/fetch';
 *
 * await using keyfold = new Keyfold({ apiKey, baseUrl: 'https://keyfold.example.com' });
 * const cards = keyfold.tenant('acme').service('billing');
 * const token = await cards.encrypt('4111 1111 1111 1111', { context: { card: '42' } });
 * ```
 */
export class Keyfold extends KeyfoldClient {
  /**
   * Nothing is sent yet.
   *
   * @param options win over KEYFOLD_API_KEY and KEYFOLD_BASE_URL, where the runtime has an environment
   * @throws ConfigurationError for a missing or malformed option, an unencrypted base URL, or what `fetch` cannot keep
   */
  constructor(options: KeyfoldOptions = {}) {
    super(options, fetchRuntime);
  }
}
