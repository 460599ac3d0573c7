import { webBackend } from '@keyfold/crypto-core/web';
import type { Environment, Runtime } from '../runtime.ts';
import { requireNoProxy } from '../transport/environment-proxies.ts';
import { requireNoConnectionOptions, requireVerification } from '../transport/fetch-options.ts';
import { createFetchTransport } from '../transport/fetch-transport.ts';

/** Deno, Bun, workerd and browsers: Web Crypto and `fetch`. */
export const fetchRuntime: Runtime = {
  backend: webBackend,
  environment: runtimeEnvironment(),
  createTransport: ({ baseUrl, options, environment }) => {
    requireNoConnectionOptions(options, environment);
    requireNoProxy(baseUrl, environment, isHidden);
    return createFetchTransport({
      origin: baseUrl.origin,
      fetch: (url, init) => {
        // Again: a program can still set variables after the client was made.
        requireVerification(environment);
        requireNoProxy(baseUrl, environment, isHidden);
        return globalThis.fetch(url, init);
      },
    });
  },
};

/**
 * The environment where there is one. Deno throws at every variable that it was not told to show: what may not be seen is
 * as good as not there.
 */
function runtimeEnvironment(): Environment {
  return new Proxy<Environment>(
    {},
    {
      get: (_, name) => {
        try {
          const environment: unknown = Reflect.get(Reflect.get(globalThis, 'process') ?? {}, 'env');
          const value: unknown = Reflect.get(Object(environment), name);
          return typeof value === 'string' ? value : undefined;
        } catch {
          return undefined;
        }
      },
    },
  );
}

/** Whether Deno keeps a variable from the program, by its permissions; it obeys those about proxies all the same. */
function isHidden(variable: string): boolean {
  const { permissions }: { permissions?: unknown } = Object(Reflect.get(globalThis, 'Deno'));
  const querySync: unknown = Reflect.get(Object(permissions), 'querySync');
  if (typeof querySync !== 'function') return false;
  const { state }: { state?: unknown } = querySync.call(permissions, { name: 'env', variable });
  return state !== 'granted';
}
