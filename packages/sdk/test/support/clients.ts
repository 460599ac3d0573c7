import { systemClock } from '@keyfold/crypto-core';
import { ApiClient, type ApiClientOptions } from '../../src/api-client.ts';
import { defaultRetryPolicy } from '../../src/calls/retry-policy.ts';
import { systemTimers } from '../../src/calls/timers.ts';
import type { TlsConfig } from '../../src/transport/tls-settings.ts';
import { createUndiciTransport, type UndiciTransportOptions } from '../../src/transport/undici-transport.ts';

export const testApiKey = 'kf_application_test-key-of-the-sdk';

export interface TestClientOptions extends Partial<Omit<ApiClientOptions, 'transport'>> {
  readonly tls?: Partial<TlsConfig>;
  readonly connection?: Partial<Omit<UndiciTransportOptions, 'origin' | 'tls'>>;
}

/** A client on a real transport whose time and chance are the test's. */
export function clientOf(origin: string, options: TestClientOptions = {}): ApiClient & AsyncDisposable {
  const { tls, connection, ...rest } = options;
  const client = new ApiClient({
    transport: createUndiciTransport({
      origin,
      tls: { caMode: 'replace', ...tls },
      connectTimeoutMs: 10_000,
      maxConnectionAgeMs: 300_000,
      monotonicMs: () => performance.now(),
      http2: false,
      ...connection,
    }),
    pathPrefix: '',
    apiKey: testApiKey,
    timeoutMs: 30_000,
    retryPolicy: defaultRetryPolicy,
    clock: systemClock,
    timers: systemTimers,
    random: () => 0.5,
    ...rest,
  });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

/** The simplest call there is, which can be repeated. */
export function getTenant(client: ApiClient, signal?: AbortSignal): Promise<unknown> {
  return client.call('getTenant', { params: { tenant: 'acme' }, signal }, ({ json }) => json);
}
