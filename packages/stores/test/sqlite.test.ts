import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { Change, Store } from '@keyfold/key-hierarchy';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../src/sqlite.ts';
import { openSqliteDatabase } from '../src/sqlite-database.ts';
import { SqliteStore } from '../src/sqlite-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

const put = (key: string, content: Uint8Array | string, expectedRevision = 0): Change => ({
  table: 'thing',
  key: [key],
  expectedRevision,
  content: typeof content === 'string' ? Buffer.from(content) : content,
});

async function textOf(store: Store, key: string): Promise<string | undefined> {
  const row = await store.get('thing', [key]);
  return row === undefined ? undefined : Buffer.from(row.content).toString();
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => 'nothing: the call succeeded',
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || !('code' in error)) return error;
  expect(error).toMatchObject({ hint: expect.stringMatching(/.{20}/), layer: 'store' });
  return error.code;
}

const shortened = (code: unknown): unknown => (String(code).startsWith('nothing') ? 'done' : code);

/** A closed store with so many rows. */
async function madeStore(path: string, rows = 1): Promise<void> {
  const store = await openSqliteStore({ path });
  await store.commit(Array.from({ length: rows }, (_, i) => put(`row-${i}`, `content ${i} `.repeat(20))));
  await store.close();
}

/** What another process says when it opens the store. */
function openedByAnother(path: string): string {
  const script = fileURLToPath(new URL('open-once.ts', import.meta.url));
  return execFileSync(process.execPath, ['--conditions=@keyfold/source', script, path], { encoding: 'utf8' });
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.byteLength, at);
  closeSync(file);
}

describe('the file of an SQLite store', () => {
  it('keeps what was committed when it is closed and opened again', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    const first = await openSqliteStore({ path });
    await first.commit([put('a', 'one')]);
    await first.commit([put('a', 'two', 1)]);
    await first.close();
    const second = await openSqliteStore({ path });
    expect(await second.get('thing', ['a'])).toMatchObject({ revision: 2 });
    expect(await textOf(second, 'a')).toBe('two');
    await second.close();
  });

  it('belongs to its owner only, and so do the files beside it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'keys.db');
    const store = await openSqliteStore({ path });
    await store.commit([put('a', 'one')]);
    const files = readdirSync(folder);
    expect(files).toContain('keys.db');
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('is made private again when its mode was opened up', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    await madeStore(path);
    chmodSync(path, 0o644);
    await (await openSqliteStore({ path })).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is the only one once the store is closed', async () => {
    const folder = temporaryFolder();
    await madeStore(join(folder, 'keys.db'));
    expect(readdirSync(folder)).toEqual(['keys.db']);
  });

  it('holds nothing any more of what was deleted or replaced', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'keys.db');
    const store = await openSqliteStore({ path });
    await store.commit([put('a', 'canary-deleted'), put('b', 'canary-replaced'), put('c', 'canary-kept')]);
    await store.commit([{ ...put('a', ''), expectedRevision: 1, content: null }, put('b', 'other', 1)]);
    await store.close();
    const left = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    const all = Buffer.concat(left);
    expect(all.includes('canary-kept')).toBe(true);
    expect(all.includes('canary-deleted')).toBe(false);
    expect(all.includes('canary-replaced')).toBe(false);
  });

  it('is flushed to the disk with every commit, through a write-ahead log', async () => {
    const { connection } = openSqliteDatabase(join(temporaryFolder(), 'keys.db'));
    expect(connection.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    // 2 is FULL (sqlite.org/pragma.html#pragma_synchronous).
    expect(connection.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    connection.close();
  });

  it('may be one that was made but never written', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    writeFileSync(path, '');
    const store = await openSqliteStore({ path });
    await store.commit([put('a', 'one')]);
    await store.close();
  });
});

describe('opening an SQLite store', () => {
  it('is refused while another has it open, in this process or another, however often it is tried', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    const owner = await openSqliteStore({ path });
    expect(openedByAnother(path)).toBe('store_in_use');
    // Closing any descriptor of the file would drop the owner's locks: the other process must still be refused after this.
    for (let i = 0; i < 3; i++) expect(await codeOf(openSqliteStore({ path }))).toBe('store_in_use');
    await owner.commit([put('a', 'one')]);
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_in_use');
    expect(openedByAnother(path)).toBe('store_in_use');
    await owner.close();
    expect(openedByAnother(path)).toBe('opened');
    const next = await openSqliteStore({ path });
    expect(await textOf(next, 'a')).toBe('one');
    await next.close();
  });

  it('is refused where no file can be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    for (const path of ['missing/keys.db', 'file/keys.db', 'folder', 'dangling', `${'x'.repeat(300)}.db`]) {
      expect(await codeOf(openSqliteStore({ path: join(folder, path) })), path).toBe('store_unwritable');
    }
  });

  it("is refused for another program's database, which is left as it is", async () => {
    const path = join(temporaryFolder(), 'foreign.db');
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES (1)');
    foreign.close();
    chmodSync(path, 0o644);
    const before = readFileSync(path);
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_foreign');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it('is refused for an empty database that another program has marked as its own', async () => {
    const path = join(temporaryFolder(), 'foreign.db');
    const foreign = new DatabaseSync(path);
    foreign.exec('PRAGMA application_id = 42');
    foreign.close();
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_foreign');
  });

  it('is refused for a file that is no database, which is left as it is', async () => {
    const path = join(temporaryFolder(), 'notes.txt');
    for (const text of ['x', 'shopping list\n'.repeat(100)]) {
      writeFileSync(path, text);
      expect(await codeOf(openSqliteStore({ path }))).toBe('store_foreign');
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  it('is refused for a format that a newer version wrote, and does not change it', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    await madeStore(path);
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 2');
    newer.close();
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_too_new');
    const again = new DatabaseSync(path);
    expect(again.prepare('SELECT count(*) AS n FROM keyfold_row').get()).toEqual({ n: 1 });
    again.close();
  });

  it.each([
    ['has one more table', 'CREATE TABLE more (x)'],
    ['has a trigger', 'CREATE TRIGGER t AFTER INSERT ON keyfold_row BEGIN DELETE FROM keyfold_row; END'],
    ['lacks its table', 'DROP TABLE keyfold_row'],
    ['has no format', 'PRAGMA user_version = 0'],
  ])('is refused for a store that %s', async (_what, sql) => {
    const path = join(temporaryFolder(), 'keys.db');
    await madeStore(path);
    const changed = new DatabaseSync(path);
    changed.exec(sql);
    changed.close();
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_corrupt');
  });

  it('is refused for a store that was cut short', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    await madeStore(path, 500);
    truncateSync(path, Math.floor(statSync(path).size / 2));
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_corrupt');
  });

  it('is refused for a store whose pages were overwritten', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    await madeStore(path, 500);
    overwrite(path, 3 * 4096, new Uint8Array(4096).fill(0xa5));
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_corrupt');
  });

  it('that failed leaves nothing open: the file can be put right and opened', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    await madeStore(path, 500);
    const good = readFileSync(path);
    overwrite(path, 3 * 4096, new Uint8Array(4096).fill(0xa5));
    expect(await codeOf(openSqliteStore({ path }))).toBe('store_corrupt');
    writeFileSync(path, good);
    const store = await openSqliteStore({ path });
    expect(await store.list('thing', { limit: 1_000 })).toHaveLength(500);
    await store.close();
  });

  it('in memory leaves no file', async () => {
    const before = existsSync(':memory:');
    const store = await openSqliteStore({ path: ':memory:' });
    await store.commit([put('a', 'one')]);
    expect(existsSync(':memory:')).toBe(before);
    await store.close();
  });
});

describe('commits that arrive together', () => {
  /** A store that records the statements of its transactions. */
  async function recordedStore(): Promise<{ store: Store; statements: string[] }> {
    const path = join(temporaryFolder(), 'keys.db');
    await (await openSqliteStore({ path })).close();
    const connection = new DatabaseSync(path);
    const statements: string[] = [];
    const exec = connection.exec.bind(connection);
    connection.exec = (sql) => {
      statements.push(sql);
      exec(sql);
    };
    return { store: new SqliteStore({ path, connection }), statements };
  }

  it('share one transaction, and so one flush to the disk', async () => {
    const { store, statements } = await recordedStore();
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.commit([put(`row-${i}`, 'x')])));
    expect(statements).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    await store.commit([put('later', 'x')]);
    expect(statements).toHaveLength(4);
    await store.close();
  });

  it('are applied in the order in which they came, each upon the one before, and refused one by one', async () => {
    const { store, statements } = await recordedStore();
    const commits = Array.from({ length: 20 }, (_, i) => store.commit([put('chain', `link ${i}`, i)]));
    const late = codeOf(store.commit([put('chain', 'too late', 3)]));
    const last = store.commit([put('chain', 'last', 20)]);
    await Promise.all([...commits, last]);
    expect(await late).toBe('store_conflict');
    expect(statements).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(await textOf(store, 'chain')).toBe('last');
    await store.close();
  });

  it('are acknowledged when they are on the disk, and not before: whatever fails later leaves them there', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    await (await openSqliteStore({ path })).close();
    const connection = new DatabaseSync(path);
    const exec = connection.exec.bind(connection);
    let commitsLeft = 3;
    connection.exec = (sql) => {
      if (sql === 'COMMIT' && commitsLeft-- === 0)
        throw Object.assign(new Error('disk I/O error'), { errcode: 1034 });
      exec(sql);
    };
    const failing = new SqliteStore({ path, connection });
    const outcomes: unknown[] = [];
    for (let group = 0; group < 5; group++) {
      const commits = ['a', 'b'].map((name) => failing.commit([put(`${name}-${group}`, 'x')]));
      outcomes.push(...(await Promise.all(commits.map((commit) => codeOf(commit).then(shortened)))));
    }
    const failed: unknown[] = new Array(4).fill('store_failed');
    expect(outcomes).toEqual([...new Array(6).fill('done'), ...failed]);
    await failing.close();
    const again = await openSqliteStore({ path });
    const kept = (await again.list('thing', { limit: 99 })).map((row) => row.key[0]);
    expect(kept).toEqual(['a-0', 'a-1', 'a-2', 'b-0', 'b-1', 'b-2']);
    await again.close();
  });

  it('are all refused when the flush fails, and so is everything after that', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    await madeStore(path);
    const connection = new DatabaseSync(path);
    const exec = connection.exec.bind(connection);
    connection.exec = (sql) => {
      if (sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { errcode: 1034 });
      exec(sql);
    };
    const failing = new SqliteStore({ path, connection });
    const commits = [put('a', 'one'), put('row-0', 'conflict'), put('b', 'two')].map((change) =>
      failing.commit([change]),
    );
    expect(await Promise.all(commits.map(codeOf))).toEqual(['store_failed', 'store_failed', 'store_failed']);
    expect(await codeOf(failing.get('thing', ['row-0']))).toBe('store_failed');
    expect(await codeOf(failing.list('thing', { limit: 1 }))).toBe('store_failed');
    expect(await codeOf(failing.commit([put('c', 'three')]))).toBe('store_failed');
    // So that nobody goes on with what he read before.
    expect(failing.changeCount).toBeUndefined();
    await failing.close();
    const again = await openSqliteStore({ path });
    expect(await textOf(again, 'a')).toBeUndefined();
    await again.close();
  });
});
