import { webBackend } from '@keyfold/crypto-core/web';
import type { Environment, Runtime } from '../runtime.ts';
import { requireNoConnectionOptions, requireVerification } from '../transport/fetch-options.ts';
import { createFetchTransport } from '../transport/fetch-transport.ts';

/** Deno, Bun, workerd and browsers: Web Crypto and `fetch`. */
export const fetchRuntime: Runtime = {
  backend: webBackend,
  environment: runtimeEnvironment(),
  createTransport: ({ baseUrl, options, environment }) => {
    requireNoConnectionOptions(options, environment);
    return createFetchTransport({
      origin: baseUrl.origin,
      fetch: (url, init) => {
        requireVerification(environment); // a program can still set it after the client was made
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
