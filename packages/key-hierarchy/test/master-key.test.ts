import { nodeBackend } from '@keyfold/crypto-core/node';
import { describe, expect, it } from 'vitest';
import { openMaster, type Store } from '../src/index.ts';
import { createMemoryStore } from '../src/memory-store.ts';
import { FaultyStore, TestRoot } from '../src/testing/index.ts';
import { codeOf, RecordingRoot, start } from './fixture.ts';

const backend = nodeBackend;

async function canShareRows(store: Store, root: TestRoot): Promise<void> {
  using first = await openMaster({ store, root, backend });
  using second = await openMaster({ store, root, backend });
  await first.rows.commit([
    { table: 'note', key: ['shared'], expectedRevision: 0, value: { text: 'hello' } },
  ]);
  expect((await second.rows.get('note', ['shared']))?.value).toEqual({ text: 'hello' });
}

describe('the master key', () => {
  it('is made once and then opened', async () => {
    const root = new TestRoot();
    await canShareRows(createMemoryStore(), root);
    expect(root.count('wrap')).toBe(1);
    expect(root.count('unwrap')).toBe(2);
  });

  it('is the same for callers that make it at the same time', async () => {
    const store = createMemoryStore();
    const root = new TestRoot();
    const masters = await Promise.all([1, 2, 3].map(() => openMaster({ store, root, backend })));
    const [first, , third] = masters;
    await first?.rows.commit([{ table: 'note', key: ['a'], expectedRevision: 0, value: { text: 'hello' } }]);
    expect((await third?.rows.get('note', ['a']))?.value).toEqual({ text: 'hello' });
  });

  it('is made anew by the next call when making it failed anywhere', async () => {
    for (const moment of ['before', 'after'] as const) {
      for (let nth = 1; nth <= 3; nth++) {
        const store = new FaultyStore(createMemoryStore());
        const root = new TestRoot();
        store.failAt(nth, moment);
        expect(await codeOf(openMaster({ store, root, backend }))).toBe('store_failed');
        await canShareRows(store, root);
      }
    }
  });

  it('does not open under another root', async () => {
    const store = createMemoryStore();
    (await openMaster({ store, root: new TestRoot(), backend })).dispose();
    expect(await codeOf(openMaster({ store, root: new TestRoot(), backend }))).toBe('root_key_invalid');
  });

  it.each([
    ['denied', 'root_key_denied'],
    ['unavailable', 'root_key_unavailable'],
    ['throttled', 'root_key_throttled'],
  ] as const)('does not open, and is not made anew, when the root answers %s', async (answer, code) => {
    const store = createMemoryStore();
    const root = new TestRoot();
    (await openMaster({ store, root, backend })).dispose();
    root.answer = answer;
    expect(await codeOf(openMaster({ store, root, backend }))).toBe(code);
    root.answer = 'ok';
    await canShareRows(store, root);
  });

  it('is not made anew in a store that has tenants', async () => {
    const { store, hierarchy, root } = await start();
    await hierarchy.createTenant({ id: 'acme', root: root.reference });
    const row = await store.get('master_key', ['1']);
    await store.commit([
      { table: 'master_key', key: ['1'], expectedRevision: row?.revision ?? 0, content: null },
    ]);
    expect(await codeOf(openMaster({ store, root, backend }))).toBe('store_corrupt');
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['another JSON', '[]'],
    ['an incomplete row', '{"installation":"x"}'],
    ['another version', '{"installation":"x","version":2,"wrapped":"AA"}'],
    ['no base64url', '{"installation":"x","version":1,"wrapped":"A A="}'],
    ['padded base64url', '{"installation":"x","version":1,"wrapped":"AA=="}'],
    ['a second spelling of base64url', '{"installation":"x","version":1,"wrapped":"AB"}'],
  ])('is not opened from a row that holds %s', async (_what, text) => {
    const store = createMemoryStore();
    await store.commit([
      { table: 'master_key', key: ['1'], expectedRevision: 0, content: Buffer.from(text) },
    ]);
    expect(await codeOf(openMaster({ store, root: new TestRoot(), backend }))).toBe('store_corrupt');
  });

  it('tells the root nothing but opaque identifiers and its purpose', async () => {
    const root = new TestRoot();
    (await openMaster({ store: createMemoryStore(), root, backend })).dispose();
    const [wrap, unwrap] = root.calls;
    expect(wrap?.context).toEqual({
      purpose: 'keyfold:master-key',
      installation: expect.stringMatching(/^[\w-]{22}$/),
      version: '1',
    });
    expect(unwrap?.context).toEqual(wrap?.context);
  });

  it('is zeroised as soon as the key of the rows is derived, and that one when it is disposed of', async () => {
    const root = new RecordingRoot();
    const master = await openMaster({ store: createMemoryStore(), root, backend });
    expect([...root.received, ...root.given].map((key) => key.disposed)).toEqual([true, true]);
    master.dispose();
    master.dispose();
    expect(
      await codeOf(master.rows.commit([{ table: 'n', key: ['a'], expectedRevision: 0, value: {} }])),
    ).toBe('secret_disposed');
  });
});
