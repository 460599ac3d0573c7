import { openRemoteKeySet, type RemoteKeySet } from '../key-sets/remote-key-set.ts';
import type { RemoteKeySetOptions } from '../key-sets/remote-key-set-options.ts';
import { fetchRuntime } from './fetch-runtime.ts';

/**
 * The keys that an issuer publishes, to verify its tokens by. Fetches nothing yet. Certificates are verified by the
 * runtime; what it could only ignore (`tls`, `proxy`, `http2`, `maxConnections`) is refused.
 *
 * @throws ConfigurationError for an option that is wrong, or that `fetch` cannot keep
 * @example
 * ```ts
 * await using keys = createRemoteKeySet({ url: 'https://login.example/v1/auth/jwks' });
 * const { claims } = await keys.verify(token, { issuer: 'https://login.example', audience: 'billing' });
 * ```
 */
export function createRemoteKeySet(options: RemoteKeySetOptions): RemoteKeySet {
  return openRemoteKeySet(options, fetchRuntime);
}
