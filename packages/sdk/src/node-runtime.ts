import { nodeBackend } from '@keyfold/crypto-core/node';
import { requireBoolean, requireInteger } from './arguments.ts';
import type { Runtime } from './runtime.ts';
import { resolveProxy } from './transport/proxy-options.ts';
import { requireNothingOfTls, resolveTls } from './transport/tls-options.ts';
import { createUndiciTransport, defaultMaxConnections } from './transport/undici-transport.ts';

/** A connection's age after which it takes no new requests, in milliseconds. */
const maxConnectionAgeMs = 300_000;

/** Node.js: its own cryptography, and undici with everything that can be asked of TLS. */
export const nodeRuntime: Runtime = {
  backend: nodeBackend,
  environment: process.env,
  createTransport: ({ baseUrl, options, environment, connectTimeoutMs }) => {
    const { tls = {}, proxy, http2 = false, maxConnections = defaultMaxConnections } = options;
    const tlsConfig = resolveTls(tls, environment);
    if (!baseUrl.secure) requireNothingOfTls(tls);
    return createUndiciTransport({
      origin: baseUrl.origin,
      tls: tlsConfig,
      proxy: resolveProxy(proxy, environment, baseUrl),
      http2: requireBoolean('http2', http2),
      maxConnections: requireInteger('maxConnections', maxConnections, 1_024),
      connectTimeoutMs,
      maxConnectionAgeMs,
      monotonicMs: () => performance.now(),
    });
  },
};
