import assert from 'node:assert/strict';
import type { Change, Store } from '../store.ts';

/** One promise of the `Store` port, as a test. */
export interface StoreContractCase {
  /** States the promise. */
  readonly name: string;
  /** @param make makes an empty store; the case closes what it makes */
  run(make: () => Promise<Store>): Promise<void>;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const put = (key: readonly string[], content: Uint8Array, expectedRevision = 0): Change => ({
  table: 'thing',
  key,
  expectedRevision,
  content,
});
const failsWith = (code: string) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === code;

const cases: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  'returns undefined for a row that does not exist': async (store) => {
    assert.equal(await store.get('thing', ['a']), undefined);
    assert.deepEqual(await store.list('thing', { limit: 10 }), []);
  },

  'returns what was committed, byte for byte, at revision 1': async (store) => {
    const content = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store.commit([put(['a', 'b'], content)]);
    const row = await store.get('thing', ['a', 'b']);
    assert.equal(row?.table, 'thing');
    assert.deepEqual(row?.key, ['a', 'b']);
    assert.equal(row?.revision, 1);
    assert.deepEqual([...(row?.content ?? [])], [...content]);
  },

  'stores empty content': async (store) => {
    await store.commit([put(['a'], bytes())]);
    assert.equal((await store.get('thing', ['a']))?.content.byteLength, 0);
  },

  'counts the revision up with each change': async (store) => {
    await store.commit([put(['a'], bytes(1))]);
    await store.commit([put(['a'], bytes(2), 1)]);
    await store.commit([put(['a'], bytes(3), 2)]);
    const row = await store.get('thing', ['a']);
    assert.equal(row?.revision, 3);
    assert.deepEqual([...(row?.content ?? [])], [3]);
  },

  'refuses to make a row that exists': async (store) => {
    await store.commit([put(['a'], bytes(1))]);
    await assert.rejects(store.commit([put(['a'], bytes(2))]), failsWith('store_conflict'));
    assert.deepEqual([...((await store.get('thing', ['a']))?.content ?? [])], [1]);
  },

  'refuses to change a row that is at another revision, or does not exist': async (store) => {
    await store.commit([put(['a'], bytes(1))]);
    await assert.rejects(store.commit([put(['a'], bytes(2), 2)]), failsWith('store_conflict'));
    await assert.rejects(store.commit([put(['b'], bytes(2), 1)]), failsWith('store_conflict'));
    assert.deepEqual([...((await store.get('thing', ['a']))?.content ?? [])], [1]);
    assert.equal(await store.get('thing', ['b']), undefined);
  },

  'deletes a row at its revision only, and makes it anew at revision 1': async (store) => {
    await store.commit([put(['a'], bytes(1))]);
    const remove = (expectedRevision: number): Change => ({
      table: 'thing',
      key: ['a'],
      expectedRevision,
      content: null,
    });
    await assert.rejects(store.commit([remove(2)]), failsWith('store_conflict'));
    await store.commit([remove(1)]);
    assert.equal(await store.get('thing', ['a']), undefined);
    await assert.rejects(store.commit([remove(1)]), failsWith('store_conflict'));
    await store.commit([put(['a'], bytes(2))]);
    assert.equal((await store.get('thing', ['a']))?.revision, 1);
  },

  'applies all changes of a batch or none': async (store) => {
    await store.commit([put(['taken'], bytes(1))]);
    const batch = [put(['new'], bytes(1)), put(['taken'], bytes(2)), put(['newer'], bytes(1))];
    await assert.rejects(store.commit(batch), failsWith('store_conflict'));
    assert.equal(await store.get('thing', ['new']), undefined);
    assert.equal(await store.get('thing', ['newer']), undefined);
    assert.equal((await store.get('thing', ['taken']))?.revision, 1);
  },

  'refuses a batch that names a row twice': async (store) => {
    await assert.rejects(
      store.commit([put(['a'], bytes(1)), put(['a'], bytes(2))]),
      failsWith('invalid_argument'),
    );
    assert.equal(await store.get('thing', ['a']), undefined);
  },

  'accepts an empty batch': async (store) => {
    await store.commit([]);
  },

  'lets exactly one of many concurrent writers of a row win': async (store) => {
    const writers = Array.from({ length: 20 }, (_, i) => store.commit([put(['a'], bytes(i))]));
    const results = await Promise.allSettled(writers);
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(failsWith('store_conflict')(result.reason));
    }
    const won = results.findIndex((result) => result.status === 'fulfilled');
    assert.deepEqual([...((await store.get('thing', ['a']))?.content ?? [])], [won]);
  },

  'commits many concurrent writers of different rows, whatever happens to one of them': async (store) => {
    await store.commit([put(['taken'], bytes(1))]);
    const keys = Array.from({ length: 30 }, (_, i) => (i === 13 ? 'taken' : `row-${i}`));
    const results = await Promise.allSettled(keys.map((key) => store.commit([put([key], bytes(7))])));
    assert.deepEqual(
      results.map((result) => result.status),
      keys.map((key) => (key === 'taken' ? 'rejected' : 'fulfilled')),
    );
    assert.equal((await store.list('thing', { limit: 100 })).length, 30);
  },

  'sees an acknowledged commit in the very next read': async (store) => {
    for (let i = 0; i < 20; i++) {
      await store.commit([put([String(i)], bytes(i))]);
      assert.equal((await store.get('thing', [String(i)]))?.revision, 1);
    }
  },

  'counts its changes, where it counts them, before anyone hears of one': async (store) => {
    const counted = store.changeCount !== undefined;
    let before = store.changeCount ?? 0;
    const grown = (): boolean => {
      const now = store.changeCount ?? 0;
      const grew = now > before;
      before = now;
      return grew;
    };
    const steps = [
      [put(['a'], bytes(1))],
      [put(['a'], bytes(2), 1)],
      [{ ...put(['a'], bytes(), 2), content: null }],
    ];
    for (const changes of steps) {
      await store.commit(changes);
      assert.equal(grown(), counted);
      await store.get('thing', ['a']);
      await store.list('thing', { limit: 10 });
      assert.equal(grown(), false);
    }
    await store.close();
    assert.equal(store.changeCount, undefined);
  },

  'keeps tables apart': async (store) => {
    await store.commit([put(['a'], bytes(1)), { ...put(['a'], bytes(2)), table: 'other' }]);
    assert.deepEqual([...((await store.get('other', ['a']))?.content ?? [])], [2]);
    assert.equal((await store.list('thing', { limit: 10 })).length, 1);
  },

  'names the tables that have rows, where it names any': async (store) => {
    if (store.tables === undefined) return;
    assert.deepEqual(await store.tables(), []);
    await store.commit([
      put(['a'], bytes(1)),
      put(['b'], bytes(1)),
      { ...put(['a'], bytes(2)), table: 'other' },
    ]);
    assert.deepEqual([...(await store.tables())].sort(), ['other', 'thing']);
    await store.commit([{ ...put(['a'], bytes(), 1), table: 'other', content: null }]);
    assert.deepEqual(await store.tables(), ['thing']);
    await store.close();
    await assert.rejects(store.tables(), failsWith('store_closed'));
  },

  'keeps keys apart that join to the same text': async (store) => {
    const keys = [['a', 'b'], ['ab'], ['a\u0000b'], ['a', '', 'b'], ['', 'ab'], ['a/b']];
    await store.commit(keys.map((key, i) => put(key, bytes(i))));
    for (const [i, key] of keys.entries()) {
      assert.deepEqual([...((await store.get('thing', key))?.content ?? [])], [i]);
    }
  },

  'refuses keys without parts and keys with lone surrogates': async (store) => {
    await assert.rejects(store.get('thing', []), failsWith('invalid_argument'));
    await assert.rejects(store.commit([put(['\ud800'], bytes(1))]), failsWith('invalid_argument'));
  },

  "lists in the order of the key parts' UTF-8 bytes": async (store) => {
    // U+FF5E sorts before U+1F600 by bytes, but after it by JavaScript's own comparison of strings.
    const ordered = [['a'], ['a', ''], ['a', 'x'], ['a\u0000'], ['ab'], ['b'], ['é'], ['～'], ['😀']];
    await store.commit([...ordered].reverse().map((key) => put(key, bytes(1))));
    const rows = await store.list('thing', { limit: 100 });
    assert.deepEqual(
      rows.map((row) => row.key),
      ordered,
    );
  },

  'lists by whole leading parts': async (store) => {
    await store.commit(
      [['a', '1'], ['a', '2'], ['ab', '1'], ['b', '1'], ['a']].map((key) => put(key, bytes(1))),
    );
    const rows = await store.list('thing', { prefix: ['a'], limit: 100 });
    assert.deepEqual(
      rows.map((row) => row.key),
      [['a'], ['a', '1'], ['a', '2']],
    );
  },

  'lists page by page without loss or repetition': async (store) => {
    const keys = Array.from({ length: 25 }, (_, i) => ['t', String(i).padStart(2, '0')]);
    await store.commit(keys.map((key) => put(key, bytes(1))));
    await store.commit([put(['u', '00'], bytes(1))]);
    const seen: (readonly string[])[] = [];
    let after: readonly string[] | undefined;
    do {
      const page = await store.list('thing', { prefix: ['t'], limit: 10, ...(after ? { after } : {}) });
      assert.ok(page.length <= 10);
      seen.push(...page.map((row) => row.key));
      after = page.at(-1)?.key;
    } while (after !== undefined);
    assert.deepEqual(seen, keys);
  },

  'lists what comes after a key that is not there': async (store) => {
    await store.commit([put(['a'], bytes(1)), put(['c'], bytes(1))]);
    const rows = await store.list('thing', { after: ['b'], limit: 10 });
    assert.deepEqual(
      rows.map((row) => row.key),
      [['c']],
    );
  },

  'keeps what it was handed in a Buffer, whatever becomes of the Buffer': async (store) => {
    const content = globalThis.Buffer.from([1, 2, 3]);
    const committed = store.commit([put(['a'], content)]);
    content.fill(0);
    await committed;
    assert.deepEqual([...((await store.get('thing', ['a']))?.content ?? [])], [1, 2, 3]);
  },

  'shares no memory with its caller': async (store) => {
    const content = bytes(1, 2, 3);
    const key = ['a'];
    const committed = store.commit([put(key, content)]);
    content.fill(9);
    key[0] = 'z';
    await committed;
    const first = await store.get('thing', ['a']);
    assert.deepEqual([...(first?.content ?? [])], [1, 2, 3]);
    first?.content.fill(9);
    assert.deepEqual([...((await store.get('thing', ['a']))?.content ?? [])], [1, 2, 3]);
  },

  'refuses everything once closed, and may be closed again': async (store) => {
    await store.commit([put(['a'], bytes(1))]);
    await store.close();
    await assert.rejects(store.get('thing', ['a']), failsWith('store_closed'));
    await assert.rejects(store.list('thing', { limit: 1 }), failsWith('store_closed'));
    await assert.rejects(store.commit([put(['b'], bytes(1))]), failsWith('store_closed'));
    await store.close();
  },

  'finishes at closing what was begun before': async (store) => {
    const begun = Array.from({ length: 5 }, (_, i) => store.commit([put([String(i)], bytes(1))]));
    const closed = store.close();
    await Promise.all([...begun, closed]);
  },
};

/**
 * What every `Store` promises, as data: run each case against each implementation.
 *
 * @example
 * ```ts
 * describe.each(storeContract)('memory store', ({ name, run }) => {
 *   it(name, () => run(async () => createMemoryStore()));
 * });
 * ```
 */
export const storeContract: readonly StoreContractCase[] = Object.entries(cases).map(([name, test]) => ({
  name,
  run: async (make) => {
    const store = await make();
    try {
      await test(store);
    } finally {
      await store.close();
    }
  },
}));
