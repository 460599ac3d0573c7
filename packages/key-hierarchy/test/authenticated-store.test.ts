import { SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { describe, expect, it } from 'vitest';
import { AuthenticatedStore, type Store } from '../src/index.ts';
import { createMemoryStore } from '../src/memory-store.ts';
import { codeOf } from './fixture.ts';

function open(store: Store = createMemoryStore(), key: SecretBytes = SecretBytes.random(32)) {
  return { store, key, rows: new AuthenticatedStore({ store, backend: nodeBackend, key }) };
}

/** Writes a row behind the back of the authenticated store, as whoever holds the database can. */
async function overwrite(
  store: Store,
  table: string,
  key: readonly string[],
  content: Uint8Array,
): Promise<void> {
  const revision = (await store.get(table, key))?.revision ?? 0;
  await store.commit([{ table, key, expectedRevision: revision, content }]);
}

describe('authenticated rows', () => {
  it('come back with their value, key and revision', async () => {
    const { rows } = open();
    const value = { text: 'żółw 😀', list: [1, null, { deep: true }], ['__proto__']: 'data' };
    await rows.commit([{ table: 'note', key: ['a', '1'], expectedRevision: 0, value }]);
    expect(await rows.get('note', ['a', '1'])).toEqual({ key: ['a', '1'], value, revision: 1 });
    await rows.commit([{ table: 'note', key: ['a', '1'], expectedRevision: 1, value: { text: 'b' } }]);
    expect(await rows.list('note', { limit: 5 })).toEqual([
      { key: ['a', '1'], value: { text: 'b' }, revision: 2 },
    ]);
    await rows.commit([{ table: 'note', key: ['a', '1'], expectedRevision: 2, value: null }]);
    expect(await rows.get('note', ['a', '1'])).toBeUndefined();
  });

  it('are refused after any single byte was changed', async () => {
    const { store, key, rows } = open();
    await rows.commit([{ table: 'note', key: ['a'], expectedRevision: 0, value: { role: 'application' } }]);
    const content = (await store.get('note', ['a']))?.content ?? new Uint8Array();
    for (let at = 0; at < content.byteLength; at++) {
      const changed = content.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const other = createMemoryStore();
      await other.commit([{ table: 'note', key: ['a'], expectedRevision: 0, content: changed }]);
      expect(await codeOf(open(other, key).rows.get('note', ['a']))).toBe('row_authentication_failed');
    }
  });

  it.each([
    ['to another key', 'note', ['b']],
    ['to another table', 'grant', ['a']],
    ['into a longer key', 'note', ['a', '']],
  ] as const)('are refused when moved %s', async (_where, table, key) => {
    const { store, rows } = open();
    await rows.commit([{ table: 'note', key: ['a'], expectedRevision: 0, value: { role: 'admin' } }]);
    await overwrite(store, table, key, (await store.get('note', ['a']))?.content ?? new Uint8Array());
    expect(await codeOf(rows.get(table, key))).toBe('row_authentication_failed');
    expect(await codeOf(rows.list(table, { prefix: key, limit: 5 }))).toBe('row_authentication_failed');
  });

  it('are refused at another revision', async () => {
    const { store, rows } = open();
    await rows.commit([{ table: 'note', key: ['a'], expectedRevision: 0, value: { revoked: false } }]);
    const old = (await store.get('note', ['a']))?.content ?? new Uint8Array();
    await rows.commit([{ table: 'note', key: ['a'], expectedRevision: 1, value: { revoked: true } }]);
    await overwrite(store, 'note', ['a'], old);
    expect(await codeOf(rows.get('note', ['a']))).toBe('row_authentication_failed');
  });

  it('are refused when cut short, empty, or made by someone else', async () => {
    const { store, rows } = open();
    for (const content of [new Uint8Array(), new Uint8Array(10), Buffer.from('{"role":"admin"}')]) {
      await overwrite(store, 'note', ['a'], content);
      expect(await codeOf(rows.get('note', ['a']))).toBe('row_authentication_failed');
    }
    const stranger = open();
    await stranger.rows.commit([{ table: 'note', key: ['x'], expectedRevision: 0, value: {} }]);
    await overwrite(
      store,
      'note',
      ['x'],
      (await stranger.store.get('note', ['x']))?.content ?? new Uint8Array(),
    );
    expect(await codeOf(rows.get('note', ['x']))).toBe('row_authentication_failed');
  });

  it('can no longer be read or written once the key is disposed of', async () => {
    const { rows, key } = open();
    await rows.commit([{ table: 'note', key: ['a'], expectedRevision: 0, value: {} }]);
    key.dispose();
    expect(await codeOf(rows.get('note', ['a']))).toBe('secret_disposed');
    expect(await codeOf(rows.commit([{ table: 'note', key: ['b'], expectedRevision: 0, value: {} }]))).toBe(
      'secret_disposed',
    );
  });
});
