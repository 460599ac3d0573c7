import type { TestAuthority } from '@keyfold/test-support';
import type { TestClientOptions } from '../../support/clients.ts';
import type { ConnectProxy } from './connect-proxy.ts';

/** The ways to a server; what holds must hold on each. */
export interface Route {
  readonly title: string;
  readonly http2: boolean;
  readonly proxied: boolean;
}

export const routes: readonly Route[] = [
  { title: 'directly', http2: false, proxied: false },
  { title: 'over HTTP/2', http2: true, proxied: false },
  { title: 'through a proxy', http2: false, proxied: true },
  { title: 'through a proxy over HTTP/2', http2: true, proxied: true },
];

/** What a client is given to take the route. */
export function connectionOf(
  { http2, proxied }: Route,
  proxy: ConnectProxy,
): NonNullable<TestClientOptions['connection']> {
  return { http2, ...(proxied && { proxy: { secure: false, hostname: '127.0.0.1', port: proxy.port } }) };
}

/** A good certificate for 127.0.0.1, as servers take it. */
export async function goodServer(
  authority: TestAuthority,
): Promise<{ cert: string; key: string; pin: string }> {
  const { chainPem, keyPem, spkiSha256 } = await authority.issue({ ipAddresses: ['127.0.0.1'] });
  return { cert: chainPem, key: keyPem, pin: spkiSha256 };
}
