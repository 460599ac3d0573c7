import type { KeyfoldOptions } from './config.ts';
import { KeyfoldClient } from './keyfold-client.ts';
import { nodeRuntime } from './node-runtime.ts';

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
export class Keyfold extends KeyfoldClient {
  /**
   * Nothing is sent yet.
   *
   * @param options win over KEYFOLD_API_KEY, KEYFOLD_BASE_URL, KEYFOLD_CA_BUNDLE, KEYFOLD_LOG and HTTPS_PROXY
   * @throws ConfigurationError for a missing or malformed option, an unencrypted base URL, CA or pin that is none
   */
  constructor(options: KeyfoldOptions = {}) {
    super(options, nodeRuntime);
  }
}
