import * as crypto from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/* Importing an entry defines things, and does nothing else: what is not used costs nothing and asks nothing. */

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  const spied = Object.entries(actual).map(([name, value]) => [
    name,
    typeof value === 'function' ? vi.fn(value as () => unknown) : value,
  ]);
  return Object.fromEntries(spied);
});

const entries = ['index.ts', 'node/index.ts', 'web/index.ts'] as const;
const importEntry: Readonly<Record<(typeof entries)[number], () => Promise<object>>> = {
  'index.ts': () => import('../src/index.ts'),
  'node/index.ts': () => import('../src/node/index.ts'),
  'web/index.ts': () => import('../src/web/index.ts'),
};

/** Above the tables of letters and labels, below any pool or scratch. */
const largeBytes = 1024;

beforeEach(() => {
  vi.resetModules();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Names of functions of node:crypto that were called. */
function calledOfNodeCrypto(): readonly string[] {
  return Object.entries(crypto)
    .filter(([, value]) => vi.isMockFunction(value) && value.mock.calls.length > 0)
    .map(([name]) => name);
}

/** The lengths of large buffers that are made while the returned function is awaited. */
function watchAllocations(): number[] {
  const large: number[] = [];
  for (const name of ['ArrayBuffer', 'Uint8Array'] as const) {
    const watched = new Proxy(globalThis[name], {
      construct(target, args: [unknown], newTarget) {
        const [length] = args;
        if (typeof length === 'number' && length > largeBytes) large.push(length);
        return Reflect.construct(target, args, newTarget);
      },
    });
    vi.stubGlobal(name, watched);
  }
  return large;
}

describe.each(entries)('importing %s', (entry) => {
  it('calls no function of node:crypto, and reads no Web Crypto, clock or timer', async () => {
    vi.clearAllMocks();
    const webCrypto = vi.spyOn(globalThis, 'crypto', 'get');
    const intervals = vi.spyOn(globalThis, 'setInterval');
    const immediates = vi.spyOn(globalThis, 'setImmediate');
    expect(Object.keys(await importEntry[entry]())).not.toHaveLength(0);
    expect(calledOfNodeCrypto()).toEqual([]);
    expect(webCrypto).not.toHaveBeenCalled();
    expect(intervals).not.toHaveBeenCalled();
    expect(immediates).not.toHaveBeenCalled();
  });

  it('sets no global, listens to nothing, and leaves no handle that keeps a process alive', async () => {
    const before = {
      globals: Reflect.ownKeys(globalThis),
      listeners: process.eventNames().map((name) => process.listenerCount(name)),
      prototypes: [Object.prototype, Uint8Array.prototype, Promise.prototype].map(Reflect.ownKeys),
    };
    await importEntry[entry]();
    const after = {
      globals: Reflect.ownKeys(globalThis),
      listeners: process.eventNames().map((name) => process.listenerCount(name)),
      prototypes: [Object.prototype, Uint8Array.prototype, Promise.prototype].map(Reflect.ownKeys),
    };
    expect(after).toEqual(before);
  });

  it('allocates no pool and no scratch', async () => {
    const large = watchAllocations();
    await importEntry[entry]();
    expect(large).toEqual([]);
  });
});

describe('the watch over imports', () => {
  it('sees the pool and the scratch that the first seal makes', async () => {
    const large = watchAllocations();
    vi.clearAllMocks();
    const { nodeBackend } = await import('../src/node/index.ts');
    const { prepareValueContext } = await import('../src/index.ts');
    const context = prepareValueContext({ tenant: 'acme', scope: { kind: 'tenant' }, context: {} });
    const fresh = nodeBackend.createDataKey();
    const sealer = fresh.wrappedAs({ keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) });
    const opener = nodeBackend.openDataKey(sealer.header, fresh.secret);
    // The first one finds no scratch, the second does: both come back.
    for (const text of ['', 'first', 'second', 'x'.repeat(10_000)]) {
      const token = nodeBackend.encodeText(sealer.sealValue(text, context));
      expect(opener.openValue(nodeBackend.decodeText(token), context)).toBe(text);
    }
    expect(large).toEqual(expect.arrayContaining([12_288, 8192]));
    expect(calledOfNodeCrypto()).toContain('createCipheriv');
  });
});
