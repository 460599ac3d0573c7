import { dataKeyHeader } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { createCertificateAuthority, FaultProxy, type TestAuthority } from '@keyfold/test-support';
import type { ApiClient } from '../../../src/api-client.ts';
import { createRemoteKeyService } from '../../../src/remote-key-service.ts';
import { Tenants } from '../../../src/tenants.ts';
import { billing } from '../../support/cache-bench.ts';
import { clientOf, type TestClientOptions } from '../../support/clients.ts';
import { FakeTime } from '../../support/fake-time.ts';
import { KeyServer } from '../../support/key-server.ts';

/** A server, what stands before it, and a client whose time is the test's. */
export interface FaultyBench extends AsyncDisposable {
  readonly server: KeyServer;
  readonly proxy: FaultProxy;
  readonly time: FakeTime;
  readonly client: ApiClient;
}

export type Scheme = 'http' | 'https';

let authority: Promise<TestAuthority> | undefined;

/** @param options.time moves by itself when the client sleeps, unless another is given */
export async function faultyBench(
  scheme: Scheme = 'http',
  { time = new FakeTime({ automatic: true }), ...options }: TestClientOptions & { time?: FakeTime } = {},
): Promise<FaultyBench> {
  authority ??= createCertificateAuthority();
  const { pem, issue } = await authority;
  const { certPem, keyPem } = await issue({ ipAddresses: ['127.0.0.1'] });
  const server = await KeyServer.start();
  const proxy = await FaultProxy.start(
    server.port,
    scheme === 'https' ? { cert: certPem, key: keyPem } : undefined,
  );
  const client = clientOf(proxy.origin, { clock: time, timers: time, tls: { ca: [pem] }, ...options });
  return {
    server,
    proxy,
    time,
    client,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await proxy[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

const unknownHeader = dataKeyHeader(
  { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) },
  new Uint8Array(32),
);

/** One call of each kind: a read, a write under an idempotency key, keys in the request, keys in the answer. */
export const calls: readonly (readonly [string, (client: ApiClient) => Promise<unknown>])[] = [
  ['getTenant', (client) => new Tenants(client).get('acme')],
  [
    'rotateService',
    (client) =>
      client.call('rotateService', { params: { tenant: 'acme', service: 'billing' } }, ({ json }) => json),
  ],
  ['wrapDataKeys', (client) => createRemoteKeyService(client).wrap(billing, [nodeBackend.createDataKey()])],
  ['unwrapDataKeys', (client) => createRemoteKeyService(client).unwrap(billing, [unknownHeader])],
];
