import { nodeBackend } from '@keyfold/crypto-core/node';
import type { CacheLimits } from '../../src/cache-limits.ts';
import type { KeyScope } from '../../src/key-scope.ts';
import { ServiceKeys } from '../../src/service-keys.ts';
import { billing, cacheBench } from './cache-bench.ts';

/** Service keys over a key service in this process. */
export function serviceBench(limits: Partial<CacheLimits> = {}) {
  const bench = cacheBench(limits);
  const serviceKeys = (scope: KeyScope = billing) =>
    new ServiceKeys({ keys: bench.cache, scope, backend: nodeBackend });
  return {
    ...bench,
    serviceKeys,
    /** The same service with nothing cached. */
    elsewhere: (scope: KeyScope = billing) =>
      new ServiceKeys({ keys: bench.makeCache(), scope, backend: nodeBackend }),
  };
}
