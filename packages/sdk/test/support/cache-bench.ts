import { type DataKeyHeader, type DataKeySealer, prepareValueContext } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { type CacheLimits, defaultCacheLimits } from '../../src/cache-limits.ts';
import { DataKeyCache } from '../../src/data-key-cache.ts';
import { type KeyScope, keyScope } from '../../src/key-scope.ts';
import { FakeTime } from './fake-time.ts';
import { KeyAuthority } from './key-authority.ts';
import { LocalKeyService } from './local-key-service.ts';

export const billing: KeyScope = keyScope('acme', { kind: 'service', id: 'billing' });
export const shipping: KeyScope = keyScope('acme', { kind: 'service', id: 'shipping' });
export const globex: KeyScope = keyScope('globex', { kind: 'service', id: 'billing' });

/** A cache with everything around it in the test's hands. */
export function cacheBench(limits: Partial<CacheLimits> = {}) {
  const time = new FakeTime();
  const authority = new KeyAuthority();
  const keyService = new LocalKeyService(authority, time);
  const makeCache = () =>
    new DataKeyCache({
      keyService,
      backend: nodeBackend,
      clock: time,
      timers: time,
      limits: { ...defaultCacheLimits, ...limits },
    });
  const cache = makeCache();
  return {
    time,
    authority,
    keyService,
    cache,
    /** Another process's cache on the same service. */
    makeCache,
    /** One seal; answers with the key it was made under. */
    seal: async (scope = billing, seals = 1) =>
      await cache.seal(scope, seals, (sealer) => ({ sealer, header: sealer.header })),
    /** A value sealed by another process, so that this one has to unwrap its key. */
    sealElsewhere: async (scope = billing) => {
      const elsewhere = makeCache();
      const value = await elsewhere.seal(scope, 1, (sealer) => ({
        header: sealer.header,
        bytes: sealer.sealValue('plaintext', contextOf(scope)),
      }));
      const bytes = await value.bytes;
      elsewhere.close();
      return { header: value.header, bytes };
    },
    open: async (sealed: { readonly header: DataKeyHeader; readonly bytes: Uint8Array }, scope = billing) =>
      await cache.open(scope, sealed.header, (opener) => opener.openValue(sealed.bytes, contextOf(scope))),
  };
}

export function contextOf(scope: KeyScope) {
  return prepareValueContext({ tenant: scope.tenant, scope: scope.scope, context: { for: 'tests' } });
}

/** Whether the key behind a sealer is gone. */
export function isZeroised(sealer: DataKeySealer): boolean {
  try {
    sealer.sealValue('x', contextOf(billing));
    return false;
  } catch {
    return true;
  }
}
