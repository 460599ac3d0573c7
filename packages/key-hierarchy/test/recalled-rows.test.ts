import { SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { AuthenticatedStore, type Store, type StoredRow } from '../src/index.ts';
import { createMemoryStore } from '../src/memory-store.ts';
import { codeOf } from './fixture.ts';

/** Counts reads, and can hold the next one back after it was made. */
class CountingStore implements Store {
  readonly base: Store = createMemoryStore();
  reads = 0;
  counts = true;
  gate: Promise<void> | undefined;

  get changeCount(): number | undefined {
    return this.counts ? this.base.changeCount : undefined;
  }

  async get(table: string, key: readonly string[]): Promise<StoredRow | undefined> {
    this.reads += 1;
    const row = await this.base.get(table, key);
    await this.gate;
    return row;
  }

  list: Store['list'] = (...args) => this.base.list(...args);
  commit: Store['commit'] = (...args) => this.base.commit(...args);
  close: Store['close'] = () => this.base.close();
}

describe('a row that is recalled', () => {
  let store: CountingStore;
  let key: SecretBytes;
  let rows: AuthenticatedStore;
  beforeEach(async () => {
    store = new CountingStore();
    key = SecretBytes.random(32);
    rows = new AuthenticatedStore({ store, backend: nodeBackend, key });
    await rows.commit([{ table: 'note', key: ['a'], expectedRevision: 0, value: { text: 'one' } }]);
  });

  const textOf = async (name = 'a'): Promise<string | undefined> =>
    (await rows.recall<{ text: string }>('note', [name]))?.value.text;

  it('is read once and is at hand from then on, as long as nothing changes', async () => {
    expect(await textOf()).toBe('one');
    expect(rows.recall('note', ['a'])).not.toBeInstanceOf(Promise);
    expect(rows.recall('note', ['a'])).toEqual({ key: ['a'], value: { text: 'one' }, revision: 1 });
    expect(store.reads).toBe(1);
  });

  it('is read again after any commit, whoever made it and whatever it changed', async () => {
    const other = new AuthenticatedStore({ store: store.base, backend: nodeBackend, key });
    expect(await textOf()).toBe('one');
    await other.commit([{ table: 'note', key: ['a'], expectedRevision: 1, value: { text: 'two' } }]);
    expect(await textOf()).toBe('two');
    await other.commit([{ table: 'other', key: ['b'], expectedRevision: 0, value: {} }]);
    expect(await textOf()).toBe('two');
    await other.commit([{ table: 'note', key: ['a'], expectedRevision: 2, value: null }]);
    expect(await textOf()).toBeUndefined();
    expect(store.reads).toBe(4);
  });

  it('is refused as soon as it was changed from outside', async () => {
    expect(await textOf()).toBe('one');
    await store.base.commit([
      { table: 'note', key: ['a'], expectedRevision: 1, content: new Uint8Array(60) },
    ]);
    expect(await codeOf(textOf())).toBe('row_authentication_failed');
    expect(await codeOf(textOf())).toBe('row_authentication_failed');
  });

  it('is not kept when a commit came while it was read', async () => {
    const held = Promise.withResolvers<void>();
    store.gate = held.promise;
    const first = textOf();
    await rows.commit([{ table: 'note', key: ['a'], expectedRevision: 1, value: { text: 'two' } }]);
    held.resolve();
    expect(await first).toBe('one');
    expect(await textOf()).toBe('two');
  });

  it('is read each time from a store that does not count its changes, and from one that stopped to', async () => {
    expect(await textOf()).toBe('one');
    store.counts = false;
    expect(await textOf()).toBe('one');
    expect(await textOf()).toBe('one');
    expect(store.reads).toBe(3);
  });

  it('is refused once the store is closed, and once the key is disposed of, however well it is remembered', async () => {
    expect(await textOf()).toBe('one');
    await store.close();
    expect(await codeOf(textOf())).toBe('store_closed');

    const base = createMemoryStore();
    const other = new AuthenticatedStore({ store: base, backend: nodeBackend, key });
    await other.commit([{ table: 'note', key: ['a'], expectedRevision: 0, value: {} }]);
    await other.recall('note', ['a']);
    key.dispose();
    expect(await codeOf(Promise.resolve(other.recall('note', ['a'])))).toBe('secret_disposed');
  });

  it('that is not there is looked for each time, and keys are not mixed up with others that join alike', async () => {
    expect(await textOf('b')).toBeUndefined();
    expect(await textOf('b')).toBeUndefined();
    expect(store.reads).toBe(2);
    const alike = [['x', 'y'], ['x/y'], ['x","y'], ['x', 'y', '']];
    for (const [i, name] of alike.entries())
      await rows.commit([{ table: 'note', key: name, expectedRevision: 0, value: { text: String(i) } }]);
    for (let round = 0; round < 2; round++)
      for (const [i, name] of alike.entries())
        expect((await rows.recall<{ text: string }>('note', name))?.value.text).toBe(String(i));
  });

  it('is one of a thousand at most', async () => {
    const names = Array.from({ length: 1_001 }, (_, i) => `row-${i}`);
    await rows.commit(
      names.map((name) => ({ table: 'note', key: [name], expectedRevision: 0, value: { text: name } })),
    );
    for (const name of names) expect(await textOf(name)).toBe(name);
    const kept = names.filter((name) => !(rows.recall('note', [name]) instanceof Promise));
    expect(kept.length).toBeLessThanOrEqual(1_000);
  });
});
