import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeRowKey } from '@keyfold/key-hierarchy';
import { openSqliteStore } from '@keyfold/stores/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmulator } from '../src/index.ts';
import { openKeptState } from '../src/state/state-format.ts';
import { StateStore } from '../src/state/state-store.ts';
import { base64, callAws, createKey } from './aws-call.ts';

describe('a state folder that was damaged', () => {
  let parent: string;
  let folder: string;
  let database: string;
  beforeEach(async () => {
    parent = mkdtempSync(join(tmpdir(), 'keyfold-damage-'));
    folder = join(parent, 'state');
    database = join(folder, 'state.sqlite');
    const emulator = await createEmulator({ stateFolder: folder });
    const KeyId = await createKey(emulator);
    await callAws(emulator, 'CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    await callAws(emulator, 'CreateGrant', {
      KeyId,
      GranteePrincipal: 'arn:aws:iam::000000000000:user/a',
      Operations: ['Encrypt'],
    });
    await callAws(
      emulator,
      'CreateSecret',
      { Name: 's', SecretString: 'x', ClientRequestToken: '01234567-89ab-cdef-0123-456789abcdef' },
      {},
      'secretsmanager',
    );
    await emulator.close();
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  /** It does not start, names the file or the state, and says what can be done. */
  async function expectRefused(what: string): Promise<void> {
    const error: unknown = await createEmulator({ stateFolder: folder }).then(
      (emulator) => emulator.close().then(() => undefined),
      (reason: unknown) => reason,
    );
    expect(error, what).toMatchObject({
      code: expect.stringMatching(/^(store_(corrupt|foreign|failed|too_new)|state_unusable)$/),
      message: expect.stringMatching(/state/),
      hint: expect.stringMatching(/restore|another path|start anew|disk/i),
    });
  }

  it('is refused for a bit of any row, whichever service wrote it', async () => {
    const good = readFileSync(database);
    const connection = new DatabaseSync(database);
    const rows = connection.prepare('SELECT table_name, row_key, content FROM keyfold_row').all();
    connection.close();
    const tables = new Set(rows.map((row) => String(row['table_name'])));
    for (const table of ['kms_keys', 'kms_key_materials', 'kms_aliases', 'kms_grants', 'tenant', 'api-keys'])
      expect(tables).toContain(table);
    expect([...tables].some((table) => table.startsWith('secretsmanager_'))).toBe(true);
    for (const row of rows) {
      const content = Buffer.from(row['content'] as Uint8Array);
      const at = content.byteLength - 1;
      content[at] = (content[at] ?? 0) ^ 1;
      const changed = new DatabaseSync(database);
      changed
        .prepare('UPDATE keyfold_row SET content = ? WHERE table_name = ? AND row_key = ?')
        .run(content, row['table_name'] as string, row['row_key'] as Uint8Array);
      changed.close();
      await expectRefused(String(row['table_name']));
      writeFileSync(database, good);
    }
    await (await createEmulator({ stateFolder: folder })).close();
  });

  it("is refused for a bit of the name of any row's table, in the file or by a client of the database", async () => {
    const good = readFileSync(database);
    const connection = new DatabaseSync(database);
    const rows = connection.prepare('SELECT table_name, row_key FROM keyfold_row').all();
    connection.close();
    const refused = async (what: string): Promise<void> => {
      const attempt = async (): Promise<void> => {
        const store = await openSqliteStore({ path: database });
        try {
          await (await StateStore.open(await openKeptState(store))).rows();
        } finally {
          await store.close();
        }
      };
      await expect(attempt(), what).rejects.toMatchObject({ code: 'store_corrupt' });
    };
    for (const table of new Set(rows.map((row) => String(row['table_name'])))) {
      const key = rows.find((row) => row['table_name'] === table)?.['row_key'] as Uint8Array;
      const at = good.indexOf(Buffer.concat([Buffer.from(table), key]));
      expect(at, table).toBeGreaterThan(0);
      for (let bit = 0; bit < table.length * 8; bit++) {
        const bad = Buffer.from(good);
        const place = at + (bit >> 3);
        bad[place] = (bad[place] ?? 0) ^ (1 << (bit & 7));
        writeFileSync(database, bad);
        await refused(`${table}, bit ${bit}`);
      }
      writeFileSync(database, good);
      // The row is then where it belongs by its new name.
      const client = new DatabaseSync(database);
      client
        .prepare('UPDATE keyfold_row SET table_name = ? WHERE table_name = ? AND row_key = ?')
        .run(`${table.slice(0, -1)}~`, table, key);
      client.close();
      await refused(`${table}, renamed`);
      await expectRefused(`${table}, renamed`);
      writeFileSync(database, good);
    }
  });

  for (const [table, lacking] of [
    ['kms_key_materials', 'the material of a KMS key'],
    ['kms_keys', 'a KMS key whose material is there'],
  ] as const)
    it(`is refused where any row of ${table} is gone, and says that it lacks ${lacking}`, async () => {
      const good = readFileSync(database);
      const client = new DatabaseSync(database);
      const rows = client.prepare('SELECT row_key FROM keyfold_row WHERE table_name = ?').all(table);
      client.close();
      expect(rows.length).toBeGreaterThan(1);
      for (const row of rows) {
        const changed = new DatabaseSync(database);
        changed
          .prepare('DELETE FROM keyfold_row WHERE table_name = ? AND row_key = ?')
          .run(table, row['row_key'] as Uint8Array);
        changed.close();
        await expect(createEmulator({ stateFolder: folder })).rejects.toMatchObject({
          code: 'store_corrupt',
          message: `The emulator's state lacks ${lacking}.`,
        });
        await expectRefused(table);
        writeFileSync(database, good);
      }
      await (await createEmulator({ stateFolder: folder })).close();
    });

  it("is refused, and not taken for an old one, where the key of its format's number is damaged", async () => {
    const client = new DatabaseSync(database);
    const { changes } = client
      .prepare('UPDATE keyfold_row SET row_key = ? WHERE table_name = ?')
      .run(encodeRowKey(['gormat']), 'emulator_format');
    client.close();
    expect(changes).toBe(1);
    const before = readFileSync(database);
    await expectRefused('the key of the number');
    expect(readFileSync(database).equals(before)).toBe(true);
  });

  it('never starts with a key that has changed, wherever in the file a byte was overwritten', async () => {
    const emulator = await createEmulator({ stateFolder: folder });
    const sealed = await callAws(emulator, 'Encrypt', { KeyId: 'alias/a', Plaintext: base64('a') });
    await emulator.close();
    const good = readFileSync(database);
    let refused = 0;
    for (let at = 101; at < good.byteLength; at += 211) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 0x55;
      writeFileSync(database, bad);
      const started = await createEmulator({ stateFolder: folder }).catch((error: unknown) => error);
      if (started instanceof Error) {
        expect(started, String(at)).toHaveProperty('hint');
        refused += 1;
        continue;
      }
      const survivor = started as typeof emulator;
      const opened = await callAws(survivor, 'Decrypt', { CiphertextBlob: sealed.output['CiphertextBlob'] });
      await survivor.close();
      expect([at, opened.output['Plaintext']]).toEqual([at, base64('a')]);
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('is refused for a database that was cut short, emptied, or is another file', async () => {
    const good = readFileSync(database);
    for (const bytes of [0, 50, 4_096, good.byteLength >> 1, good.byteLength - 4_096]) {
      truncateSync(database, bytes);
      await expectRefused(`${bytes} bytes`);
      writeFileSync(database, good);
    }
    writeFileSync(database, 'a shopping list\n'.repeat(600));
    await expectRefused('a text');
    expect(readFileSync(database, 'utf8')).toMatch(/^a shopping list/);
    rmSync(database);
    const foreign = new DatabaseSync(database);
    foreign.exec('CREATE TABLE customers (name TEXT)');
    foreign.close();
    await expectRefused("another program's database");
  });

  it('is refused for the database of another emulator, and for a log that is gone while all was in it', async () => {
    const other = join(parent, 'other');
    const emulator = await createEmulator({ stateFolder: other });
    // As a machine that loses power leaves it.
    const copy = join(parent, 'copy');
    cpSync(other, copy, { recursive: true, mode: 0 });
    await emulator.close();
    cpSync(join(other, 'state.sqlite'), database);
    await expect(createEmulator({ stateFolder: folder })).rejects.toMatchObject({ code: 'root_key_invalid' });
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
    expect(readdirSync(folder)).toContain('state.sqlite-wal');
    rmSync(join(folder, 'state.sqlite-wal'));
    await expectRefused('without its log');
  });

  it('is refused where the database is gone, and no other one is made', async () => {
    rmSync(database);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expectRefused('without its database');
      expect(readdirSync(folder)).not.toContain('state.sqlite');
    }
  });
});

describe('who begins on a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-begin-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('while another one does writes nothing there: the key would be replaced under which the other one writes', async () => {
    const owner = await openSqliteStore({ path: join(folder, 'state.sqlite') });
    await expect(createEmulator({ stateFolder: folder })).rejects.toMatchObject({ code: 'store_in_use' });
    expect(readdirSync(folder).filter((name) => !name.startsWith('state.sqlite'))).toEqual([]);
    await owner.close();
    await (await createEmulator({ stateFolder: folder })).close();
  });

  it('after one who was killed before the first key was written goes on, and removes what was half written', async () => {
    await (await openSqliteStore({ path: join(folder, 'state.sqlite') })).close();
    const drafts = ['platform-root.key.4711.new', 'ca-key.pem.4711.new', 'development.json.4711.new'];
    for (const name of [...drafts, 'notes.4711.new'])
      writeFileSync(join(folder, name), 'half', { mode: 0o600 });
    await (await createEmulator({ stateFolder: folder })).close();
    const files = readdirSync(folder);
    expect(files.filter((name) => name.endsWith('.new'))).toEqual(['notes.4711.new']);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
    await (await createEmulator({ stateFolder: folder })).close();
  });
});
