import { systemClock } from '@keyfold/crypto-core';
import { ApiClient, type ApiClientOptions } from '../../src/api-client.ts';
import { defaultRetryPolicy } from '../../src/retry-policy.ts';
import { systemTimers } from '../../src/timers.ts';
import type { TlsConfig } from '../../src/tls-settings.ts';
import { createUndiciTransport } from '../../src/undici-transport.ts';

export const testApiKey = 'kf_application_test-key-of-the-sdk';

export interface TestClientOptions extends Partial<Omit<ApiClientOptions, 'transport'>> {
  readonly tls?: Partial<TlsConfig>;
}

/** A client on a real transport whose time and chance are the test's. */
export function clientOf(origin: string, options: TestClientOptions = {}): ApiClient & AsyncDisposable {
  const { tls, ...rest } = options;
  const client = new ApiClient({
    transport: createUndiciTransport({
      origin,
      tls: { caMode: 'replace', ...tls },
      connectTimeoutMs: 10_000,
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
