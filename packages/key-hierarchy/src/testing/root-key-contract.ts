import assert from 'node:assert/strict';
import { SecretBytes } from '@keyfold/crypto-core';
import type { RootKey } from '../root-key.ts';

/** One promise of the `RootKey` port, as a test. */
export interface RootKeyContractCase {
  /** States the promise. */
  readonly name: string;
  /** @param make makes a root key that is enabled */
  run(make: () => Promise<RootKey>): Promise<void>;
}

const context = { purpose: 'keyfold:test', tenant: 'Zm9v', version: '1' };
const failsWith = (code: string) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === code;

async function withWrapped(
  root: RootKey,
  test: (wrapped: Uint8Array, key: SecretBytes) => Promise<void>,
): Promise<void> {
  using key = SecretBytes.random(32);
  await test(await root.wrap(key, context), key);
}

const cases: Readonly<Record<string, (root: RootKey) => Promise<void>>> = {
  'unwraps what it wrapped': (root) =>
    withWrapped(root, async (wrapped, key) => {
      using unwrapped = await root.unwrap(wrapped, context);
      assert.deepEqual([...unwrapped.reveal()], [...key.reveal()]);
    }),

  'unwraps any number of times': (root) =>
    withWrapped(root, async (wrapped, key) => {
      for (let i = 0; i < 3; i++) {
        using unwrapped = await root.unwrap(wrapped, context);
        assert.deepEqual([...unwrapped.reveal()], [...key.reveal()]);
      }
    }),

  'leaves the key it wraps to its owner, unchanged': (root) =>
    withWrapped(root, async (_wrapped, key) => {
      assert.equal(key.disposed, false);
      assert.ok(key.reveal().some((byte) => byte !== 0));
    }),

  'leaves the wrapped bytes unchanged': (root) =>
    withWrapped(root, async (wrapped) => {
      const before = [...wrapped];
      (await root.unwrap(wrapped, context)).dispose();
      assert.deepEqual([...wrapped], before);
    }),

  'does not show the key in what it returns': (root) =>
    withWrapped(root, async (wrapped, key) => {
      const secret = key.reveal();
      for (let at = 0; at + 8 <= wrapped.byteLength; at++) {
        const window = wrapped.subarray(at, at + 8);
        assert.ok(!window.every((byte, i) => byte === secret[i]));
      }
    }),

  'wraps the same key differently each time': (root) =>
    withWrapped(root, async (wrapped, key) => {
      assert.notDeepEqual([...(await root.wrap(key, context))], [...wrapped]);
    }),

  'does not care for the order of the context': (root) =>
    withWrapped(root, async (wrapped, key) => {
      const reordered = Object.fromEntries(Object.entries(context).reverse());
      using unwrapped = await root.unwrap(wrapped, reordered);
      assert.deepEqual([...unwrapped.reveal()], [...key.reveal()]);
    }),

  'does not unwrap under another context': (root) =>
    withWrapped(root, async (wrapped) => {
      const { version: _, ...shorter } = context;
      const others = [
        {},
        shorter,
        { ...context, tenant: 'YmFy' },
        { ...context, purpose: 'keyfold:tes', tenant: 'tZm9v' },
        { ...context, more: '' },
        { ...context, Version: '1' },
      ];
      for (const other of others) {
        await assert.rejects(root.unwrap(wrapped, other), failsWith('root_key_invalid'));
      }
    }),

  'does not unwrap bytes that were changed': (root) =>
    withWrapped(root, async (wrapped) => {
      const step = Math.max(1, Math.floor(wrapped.byteLength / 16));
      for (let at = 0; at < wrapped.byteLength; at += step) {
        const changed = wrapped.slice();
        changed[at] = (changed[at] ?? 0) ^ 1;
        await assert.rejects(root.unwrap(changed, context), failsWith('root_key_invalid'));
      }
    }),

  'does not unwrap bytes that were cut or extended': (root) =>
    withWrapped(root, async (wrapped) => {
      const extended = new Uint8Array(wrapped.byteLength + 1);
      extended.set(wrapped);
      for (const other of [wrapped.slice(0, -1), wrapped.slice(1), wrapped.slice(0, 1), extended]) {
        await assert.rejects(root.unwrap(other, context), failsWith('root_key_invalid'));
      }
      await assert.rejects(root.unwrap(new Uint8Array(0), context), failsWith('root_key_invalid'));
    }),

  'gives a call up when it is asked to': (root) =>
    withWrapped(root, async (wrapped, key) => {
      const signal = AbortSignal.abort();
      await assert.rejects(root.unwrap(wrapped, context, { signal }), failsWith('root_key_unavailable'));
      await assert.rejects(root.wrap(key, context, { signal }), failsWith('root_key_unavailable'));
    }),

  'names itself by provider and key, and says that it is enabled': async (root) => {
    assert.match(root.reference.provider, /^[a-z0-9-]+$/);
    assert.ok(root.reference.keyId.length > 0);
    assert.equal((await root.describe()).enabled, true);
  },
};

/**
 * What every `RootKey` promises, as data: run each case against each implementation. Which of a provider's errors are denied,
 * unavailable, throttled or invalid is each adapter's own table and test.
 *
 * @example
 * ```ts
 * describe.each(rootKeyContract)('static root', ({ name, run }) => {
 *   it(name, () => run(async () => staticRootKey({ keyId: 'dev', key: SecretBytes.random(32), backend: nodeBackend })));
 * });
 * ```
 */
export const rootKeyContract: readonly RootKeyContractCase[] = Object.entries(cases).map(([name, test]) => ({
  name,
  run: async (make) => test(await make()),
}));
