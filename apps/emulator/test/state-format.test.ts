import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { storeContract } from '@keyfold/key-hierarchy/testing';
import { Keyfold } from '@keyfold/sdk';
import { openSqliteStore } from '@keyfold/stores/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator } from '../src/index.ts';
import { checkedStore } from '../src/state/checked-store.ts';
import { openKeptState, stateFormat } from '../src/state/state-format.ts';
import { StateStore } from '../src/state/state-store.ts';
import { formatTable } from '../src/state/state-tables.ts';
import { base64, callAws, createKey, keyIds, text } from './aws-call.ts';

/** A state folder as the first emulator left it, with what was encrypted under its keys. */
interface OldState {
  readonly keyId: string;
  readonly ciphertext: string;
  readonly sealed: string;
  /** base64 */
  readonly files: Readonly<Record<string, string>>;
}
const old: OldState = JSON.parse(
  readFileSync(new URL('fixtures/state-format-1.json', import.meta.url), 'utf8'),
);

const formatRow = async (store: Store): Promise<string | undefined> => {
  const row = await store.get(formatTable, ['format']);
  return row === undefined ? undefined : Buffer.from(row.content).toString();
};

describe('the format of a state folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'keyfold-format-'));
    folder = join(parent, 'state');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const openStore = (): Promise<Store> => openSqliteStore({ path: join(folder, 'state.sqlite') });
  function putOldState(): void {
    mkdirSync(folder, { mode: 0o700 });
    for (const [name, content] of Object.entries(old.files))
      writeFileSync(join(folder, name), Buffer.from(content, 'base64'), { mode: 0o600 });
  }
  async function setFormat(content: string): Promise<void> {
    const store = await openStore();
    const row = await store.get(formatTable, ['format']);
    await store.commit([
      {
        table: formatTable,
        key: ['format'],
        expectedRevision: row?.revision ?? 0,
        content: Buffer.from(content),
      },
    ]);
    await store.close();
  }
  async function expectAllThere(emulator: Emulator): Promise<void> {
    expect(await keyIds(emulator)).toContain(old.keyId);
    const opened = await callAws(emulator, 'Decrypt', {
      CiphertextBlob: old.ciphertext,
      EncryptionContext: { a: 'b' },
    });
    expect(text(opened, 'Plaintext')).toBe(base64('kept'));
    const keyfold = new Keyfold({
      apiKey: emulator.access.apiKey,
      baseUrl: emulator.httpsUrl,
      tls: { ca: emulator.ca },
    });
    const keys = keyfold.tenant('demo').service('app');
    expect(await keys.decrypt(old.sealed, { context: { a: 'b' } })).toBe('sealed');
    expect(
      await keys.decrypt(await keys.encrypt('new', { context: { a: 'b' } }), { context: { a: 'b' } }),
    ).toBe('new');
    await keyfold.close();
  }

  it('is told in the store from the first start on', async () => {
    await (await createEmulator({ stateFolder: folder })).close();
    const store = await openStore();
    expect(await formatRow(store)).toBe(String(stateFormat));
    await store.close();
  });

  it("is brought to this version's where the first emulator wrote it, with all that was encrypted under its keys", async () => {
    putOldState();
    const before = await openStore();
    expect(await formatRow(before)).toBeUndefined();
    await before.close();
    let made = '';
    for (let start = 1; start <= 3; start++) {
      const emulator = await createEmulator({ stateFolder: folder });
      await expectAllThere(emulator);
      if (start === 1) made = await createKey(emulator);
      expect((await callAws(emulator, 'DescribeKey', { KeyId: made })).status).toBe(200);
      await emulator.close();
    }
    const after = await openStore();
    expect(await formatRow(after)).toBe(String(stateFormat));
    await after.close();
  });

  it('lets an old state be reset, exported and imported like any other', async () => {
    putOldState();
    await using emulator = await createEmulator({ stateFolder: folder });
    await createKey(emulator);
    await emulator.reset();
    await expectAllThere(emulator);
    await using other = await createEmulator();
    await other.import(await emulator.export());
    await expectAllThere(other);
  });

  it('is changed in one commit: where that fails the old state is there, and the next start goes on', async () => {
    putOldState();
    const store = await openStore();
    const rows = await (await StateStore.open(store)).rows();
    const full: Store = {
      get: (table, key) => store.get(table, key),
      list: (table, options) => store.list(table, options),
      commit: () => Promise.reject(new Error('The disk is full.')),
      close: () => store.close(),
    };
    await expect(openKeptState(full)).rejects.toThrow('The disk is full.');
    expect(await (await StateStore.open(store)).rows()).toEqual(rows);
    await store.close();
    const emulator = await createEmulator({ stateFolder: folder });
    await expectAllThere(emulator);
    await emulator.close();
  });

  it('is refused where a newer version wrote it, with what to do, and left as it is', async () => {
    await (await createEmulator({ stateFolder: folder })).close();
    await setFormat(String(stateFormat + 1));
    const before = readFileSync(join(folder, 'state.sqlite'));
    const attempt = createEmulator({ stateFolder: folder });
    await expect(attempt).rejects.toMatchObject({
      code: 'store_too_new',
      message: `The emulator's state has the format ${stateFormat + 1}; this version knows ${stateFormat}.`,
      hint: expect.stringContaining('update Keyfold'),
    });
    expect(readFileSync(join(folder, 'state.sqlite')).equals(before)).toBe(true);
  });

  for (const content of ['', 'x', '0', '1', '-2', '1.5'])
    it(`is refused where its number is ${JSON.stringify(content)}`, async () => {
      await (await createEmulator({ stateFolder: folder })).close();
      await setFormat(content);
      await expect(createEmulator({ stateFolder: folder })).rejects.toMatchObject({ code: 'store_corrupt' });
    });
});

describe('a store with checksums', () => {
  for (const { name: promise, run } of storeContract)
    it(`is a store: ${promise}`, () => run(async () => checkedStore(createMemoryStore())));

  it('finds a row that was changed, cut short, moved or exchanged', async () => {
    const base = createMemoryStore();
    const store = checkedStore(base);
    const put = (at: Store, key: string, content: Uint8Array, expectedRevision = 0) =>
      at.commit([{ table: 'thing', key: [key], expectedRevision, content }]);
    await put(store, 'a', Buffer.from('what is kept'));
    const kept = (await base.get('thing', ['a']))?.content ?? new Uint8Array();
    const damages: Uint8Array[] = [kept.subarray(0, -1), kept.subarray(0, 3), new Uint8Array()];
    for (let bit = 0; bit < kept.byteLength * 8; bit++) {
      const changed = Uint8Array.from(kept);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      damages.push(changed);
    }
    let revision = 1;
    for (const damage of damages) {
      await put(base, 'a', damage, revision++);
      await expect(store.get('thing', ['a'])).rejects.toMatchObject({ code: 'store_corrupt' });
      await expect(store.list('thing', { limit: 9 })).rejects.toMatchObject({ code: 'store_corrupt' });
    }
    await put(base, 'b', kept);
    await expect(store.get('thing', ['b'])).rejects.toMatchObject({ code: 'store_corrupt' });
    await put(base, 'a', kept, revision);
    expect(Buffer.from((await store.get('thing', ['a']))?.content ?? []).toString()).toBe('what is kept');
  });
});
