import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { storeContract } from '@keyfold/key-hierarchy/testing';
import { openSqliteStore } from '@keyfold/stores/sqlite';
import { describe, expect, it } from 'vitest';
import { StateStore } from '../src/state/state-store.ts';
import { revisionTable, stateTables } from '../src/state/state-tables.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (content: Uint8Array | undefined): string => new TextDecoder().decode(content);
const table = 'kms_keys';

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ['a memory store', async () => createMemoryStore()],
  ['an SQLite store', () => openSqliteStore({ path: ':memory:' })],
];

/** A row that has been written so many times. */
async function write(store: Store, key: string, times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    const revision = (await store.get(table, [key]))?.revision ?? 0;
    await store.commit([
      { table, key: [key], expectedRevision: revision, content: bytes(`${key} ${revision + 1}`) },
    ]);
  }
}

async function shown(store: Store): Promise<readonly (readonly [string, number, string])[]> {
  const rows = await store.list(table, { limit: 100 });
  return rows.map(({ key, revision, content }) => [key.join('/'), revision, textOf(content)]);
}

describe('the list of tables', () => {
  it('names each table once, and not the one that is kept beside them', () => {
    expect(new Set(stateTables).size).toBe(stateTables.length);
    expect(stateTables).not.toContain(revisionTable);
  });
});

for (const [name, makeStore] of stores)
  describe(`the state on ${name}`, () => {
    for (const { name: promise, run } of storeContract)
      it(`is a store to its worlds: ${promise}`, () =>
        run(async () => (await StateStore.open(await makeStore(), ['thing', 'other'])).view()));

    it('puts rows back with the revisions that they had, whatever became of them', async () => {
      const base = await makeStore();
      const state = await StateStore.open(base);
      const view = state.view();
      await write(view, 'gone', 3);
      await write(view, 'less', 5);
      await write(view, 'same', 2);
      const before = await shown(view);
      const rows = await state.rows();
      const row = await view.get(table, ['gone']);
      await view.commit([{ table, key: ['gone'], expectedRevision: row?.revision ?? 0, content: null }]);
      await write(view, 'less', 4);
      await write(view, 'new', 2);
      view.retire();

      await state.replace(rows);

      const next = state.view();
      expect(await shown(next)).toEqual(before);
      // The revisions go on from there, also after a restart.
      await write(next, 'gone', 1);
      await write((await StateStore.open(base)).view(), 'less', 1);
      expect(await shown((await StateStore.open(base)).view())).toEqual([
        ['gone', 4, 'gone 4'],
        ['less', 6, 'less 6'],
        ['same', 2, 'same 2'],
      ]);
      await base.close();
    });

    it('keeps conditions after rows were put back: a wrong revision is a conflict', async () => {
      const base = await makeStore();
      const state = await StateStore.open(base);
      await write(state.view(), 'a', 3);
      const rows = await state.rows();
      await write(state.view(), 'a', 3);
      await state.replace(rows);
      const view = state.view();
      for (const expectedRevision of [0, 1, 2, 4, 6, 7])
        await expect(
          view.commit([{ table, key: ['a'], expectedRevision, content: bytes('x') }]),
          String(expectedRevision),
        ).rejects.toMatchObject({ code: 'store_conflict' });
      await view.commit([{ table, key: ['a'], expectedRevision: 3, content: null }]);
      await view.commit([{ table, key: ['a'], expectedRevision: 0, content: bytes('anew') }]);
      expect(await shown((await StateStore.open(base)).view())).toEqual([['a', 1, 'anew']]);
      await base.close();
    });

    it('lets nothing of a retired view through, not even what waits', async () => {
      const base = await makeStore();
      const state = await StateStore.open(base);
      const view = state.view();
      await write(view, 'a', 1);
      const rows = await state.rows();
      const replacing = state.replace(rows);
      const late = view.commit([{ table, key: ['late'], expectedRevision: 0, content: bytes('x') }]);
      view.retire();
      await expect(late).rejects.toMatchObject({ code: 'store_closed' });
      await replacing;
      await expect(view.get(table, ['a'])).rejects.toMatchObject({ code: 'store_closed' });
      await expect(view.list(table, { limit: 1 })).rejects.toMatchObject({ code: 'store_closed' });
      expect(await shown(state.view())).toEqual([['a', 1, 'a 1']]);
      await base.close();
    });

    it('refuses tables that a snapshot would not hold', async () => {
      const base = await makeStore();
      const view = (await StateStore.open(base)).view();
      await expect(
        view.commit([{ table: 'unheard-of', key: ['a'], expectedRevision: 0, content: bytes('x') }]),
      ).rejects.toThrow('unheard-of');
      await base.close();
    });

    it('reads a state of many pages whole, and puts it back', async () => {
      const base = await makeStore();
      const state = await StateStore.open(base);
      const keys = Array.from({ length: 1_203 }, (_, index) => `key-${String(index).padStart(5, '0')}`);
      await state
        .view()
        .commit(keys.map((key) => ({ table, key: [key], expectedRevision: 0, content: bytes(key) })));
      const rows = await state.rows();
      expect(rows.map(({ key }) => key[0])).toEqual(keys);
      await state.replace([]);
      expect(await state.rows()).toEqual([]);
      await state.replace(rows);
      expect(await state.rows()).toEqual(rows);
      await base.close();
    });
  });
