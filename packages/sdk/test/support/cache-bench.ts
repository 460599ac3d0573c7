import {
  type CryptoBackend,
  type DataKeyHeader,
  type DataKeyOpener,
  type DataKeySealer,
  type FreshDataKey,
  isKeyfoldError,
  prepareValueContext,
} from '@keyfold/crypto-core';
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
  const sealers: DataKeySealer[] = [];
  const openers: DataKeyOpener[] = [];
  const backend = watchKeys(sealers, openers);
  const makeCache = () =>
    new DataKeyCache({
      keyService,
      backend,
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
    /** Every sealer there ever was. */
    sealers,
    /** Every opener there ever was. */
    openers,
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

/** The Node backend, which notes what it makes. */
function watchKeys(sealers: DataKeySealer[], openers: DataKeyOpener[]): CryptoBackend {
  const createDataKey = (): FreshDataKey => {
    const dataKey = nodeBackend.createDataKey();
    return {
      secret: dataKey.secret,
      commitment: dataKey.commitment,
      wrappedAs: (wrapping) => {
        const sealer = dataKey.wrappedAs(wrapping);
        sealers.push(sealer);
        return sealer;
      },
      [Symbol.dispose]: () => dataKey[Symbol.dispose](),
    };
  };
  const openDataKey: CryptoBackend['openDataKey'] = (header, dataKey) => {
    const opener = nodeBackend.openDataKey(header, dataKey);
    openers.push(opener);
    return opener;
  };
  return Object.assign(Object.create(nodeBackend) as CryptoBackend, { createDataKey, openDataKey });
}

export function contextOf(scope: KeyScope) {
  return prepareValueContext({ tenant: scope.tenant, scope: scope.scope, context: { for: 'tests' } });
}

/** Whether the key behind a sealer is gone. */
export function isZeroised(sealer: DataKeySealer): boolean {
  return isDisposed(() => sealer.sealValue('x', contextOf(billing)));
}

/** Whether the key behind an opener is gone: otherwise it says that these zeros are no value. */
export function isOpenerZeroised(opener: DataKeyOpener): boolean {
  return isDisposed(() => opener.openValue(encodeValue(opener.header), contextOf(billing)));
}

function isDisposed(use: () => unknown): boolean {
  try {
    use();
    return false;
  } catch (error) {
    return isKeyfoldError(error) && error.code === 'secret_disposed';
  }
}

/** A value of the header with a content of zeros, which no key opens. */
function encodeValue(header: DataKeyHeader): Uint8Array {
  const value = new Uint8Array(131);
  value.set([0xf5]);
  value.set(header.bytes, 1);
  return value;
}
