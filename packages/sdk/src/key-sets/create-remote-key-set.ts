import { nodeRuntime } from '../node-runtime.ts';
import { openRemoteKeySet, type RemoteKeySet } from './remote-key-set.ts';
import type { RemoteKeySetOptions } from './remote-key-set-options.ts';

/**
 * The keys that an issuer publishes, to verify its tokens by. Fetches nothing yet. Certificates are verified as those of a
 * {@link Keyfold} client's server are, with the same options and KEYFOLD_CA_BUNDLE.
 *
 * @throws ConfigurationError for an option that is wrong
 * @example
 * ```ts
 * await using keys = createRemoteKeySet({ url: 'https://login.example/v1/auth/jwks' });
 * const { claims } = await keys.verify(token, { issuer: 'https://login.example', audience: 'billing' });
 * ```
 */
export function createRemoteKeySet(options: RemoteKeySetOptions): RemoteKeySet {
  return openRemoteKeySet(options, nodeRuntime);
}
