import { describe } from 'vitest';
import { createUndiciTransport } from '../../src/transport/undici-transport.ts';
import { transportContract } from './support/contract.ts';

describe.each([false, true])('the transport over undici (HTTP/2 offered: %s)', (http2) => {
  transportContract((origin) =>
    createUndiciTransport({
      origin,
      tls: { caMode: 'replace' },
      http2,
      connectTimeoutMs: 10_000,
      maxConnectionAgeMs: 300_000,
      monotonicMs: () => performance.now(),
    }),
  );
});
