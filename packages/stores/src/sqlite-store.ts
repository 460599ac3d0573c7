import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Change,
  checkChanges,
  decodeRowKey,
  describeRow,
  encodeRowKey,
  type ListOptions,
  rowKeyRange,
  type Store,
  StoreClosedError,
  StoreConflictError,
  type StoredRow,
} from '@keyfold/key-hierarchy';
import type { SqliteDatabase } from './sqlite-database.ts';
import { sqliteFailure } from './sqlite-failure.ts';

/** A change in the form in which it is stored; a copy of the caller's. */
interface EncodedChange {
  readonly table: string;
  readonly rowKey: Uint8Array;
  readonly row: string;
  readonly expectedRevision: number;
  readonly content: Uint8Array | null;
}

/** A commit that waits for its group. */
interface WaitingCommit {
  readonly changes: readonly EncodedChange[];
  readonly done: PromiseWithResolvers<void>;
}

/** No encoded key begins with this byte, which never occurs in UTF-8: it comes after all of them. */
const afterAllKeys = Uint8Array.of(0xff);

/** The `Store` over one connection. Commits that arrive in the same turn of the event loop share a transaction and its flush. */
export class SqliteStore implements Store {
  readonly #path: string;
  readonly #connection: DatabaseSync;
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  #waiting: WaitingCommit[] = [];
  #changes = 0;
  #failure: Error | undefined;
  #closed = false;

  constructor({ path, connection }: SqliteDatabase) {
    this.#path = path;
    this.#connection = connection;
    const row = 'table_name = ? AND row_key = ?';
    this.#get = connection.prepare(`SELECT revision, content FROM keyfold_row WHERE ${row}`);
    this.#list = connection.prepare(
      `SELECT row_key, revision, content FROM keyfold_row
       WHERE table_name = ? AND row_key >= ? AND row_key < ? ORDER BY row_key LIMIT ?`,
    );
    this.#put = connection.prepare(
      `INSERT INTO keyfold_row (table_name, row_key, revision, content) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision, content = excluded.content`,
    );
    this.#delete = connection.prepare(`DELETE FROM keyfold_row WHERE ${row}`);
  }

  /** One process owns the file, and writes to it through this object alone. */
  get changeCount(): number | undefined {
    return this.#closed || this.#failure !== undefined ? undefined : this.#changes;
  }

  async get(table: string, key: readonly string[]): Promise<StoredRow | undefined> {
    this.#refuseIfUnusable();
    const rowKey = encodeRowKey(key);
    return this.#run(() => {
      const row = this.#get.get(table, rowKey);
      return row === undefined ? undefined : storedRow(table, [...key], row);
    });
  }

  async list(table: string, options: ListOptions): Promise<readonly StoredRow[]> {
    this.#refuseIfUnusable();
    const { from, to } = rowKeyRange(options.prefix ?? []);
    const after = options.after === undefined ? undefined : justAfter(encodeRowKey(options.after));
    const low = after !== undefined && Buffer.compare(after, from) > 0 ? after : from;
    return this.#run(() =>
      this.#list
        .all(table, low, to ?? afterAllKeys, options.limit)
        .map((row) => storedRow(table, decodeRowKey(bytes(row['row_key'])), row)),
    );
  }

  async tables(): Promise<readonly string[]> {
    this.#refuseIfUnusable();
    return this.#run(() =>
      this.#connection
        .prepare('SELECT DISTINCT table_name FROM keyfold_row')
        .all()
        .map((row) => String(row['table_name'])),
    );
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#refuseIfUnusable();
    checkChanges(changes);
    const done = Promise.withResolvers<void>();
    if (this.#waiting.length === 0) setImmediate(() => this.#commitWaiting());
    this.#waiting.push({ changes: changes.map(encodedChange), done });
    await done.promise;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#commitWaiting();
    try {
      // Deleted rows stay readable in the log until it is emptied.
      if (this.#failure === undefined)
        this.#run(() => this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    } finally {
      this.#connection.close();
    }
  }

  /** One transaction, one flush to the disk, for all that wait. Synchronous, so that no read sees it half done. */
  #commitWaiting(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    // Before anything is written, and whatever comes of it: who keeps what he read must look again.
    this.#changes += 1;
    try {
      const conflicts = this.#run(() => {
        this.#connection.exec('BEGIN IMMEDIATE');
        const found = group.map(({ changes }) => this.#apply(changes));
        this.#connection.exec('COMMIT');
        return found;
      });
      // Only now, conflicts too: they may be due to a commit of the same group.
      for (const [i, { done }] of group.entries()) {
        const conflict = conflicts[i];
        if (conflict === undefined) done.resolve();
        else done.reject(conflict);
      }
    } catch (error) {
      for (const { done } of group) done.reject(error);
    }
  }

  /** Applies all changes, or none when a row is not at the expected revision. */
  #apply(changes: readonly EncodedChange[]): StoreConflictError | undefined {
    for (const { table, rowKey, row, expectedRevision } of changes) {
      if ((this.#get.get(table, rowKey)?.['revision'] ?? 0) !== expectedRevision) {
        return new StoreConflictError(`The row ${row} is not at revision ${expectedRevision}.`);
      }
    }
    for (const { table, rowKey, expectedRevision, content } of changes) {
      if (content === null) this.#delete.run(table, rowKey);
      else this.#put.run(table, rowKey, expectedRevision + 1, content);
    }
    return undefined;
  }

  /**
   * A failure of SQLite is final: after a failed flush nobody knows what the disk holds until the file is opened again. A
   * transaction that was begun is rolled back by closing.
   */
  #run<T>(work: () => T): T {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return work();
    } catch (error) {
      this.#failure = sqliteFailure(this.#path, error);
      throw this.#failure;
    }
  }

  #refuseIfUnusable(): void {
    if (this.#closed) throw new StoreClosedError(`The SQLite store ${this.#path} is closed.`);
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function encodedChange({ table, key, expectedRevision, content }: Change): EncodedChange {
  const row = describeRow(table, key);
  // A Buffer's `slice` would share the caller's memory, and he may zeroise it before the batch is written.
  const copy = content === null ? null : Uint8Array.from(content);
  return { table, rowKey: encodeRowKey(key), row, expectedRevision, content: copy };
}

function storedRow(table: string, key: readonly string[], row: Record<string, unknown>): StoredRow {
  return { table, key, revision: Number(row['revision']), content: bytes(row['content']) };
}

function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('A column of a STRICT table holds another type.');
  return value;
}

/** The first key that comes after this one. */
function justAfter(rowKey: Uint8Array): Uint8Array {
  const next = new Uint8Array(rowKey.byteLength + 1);
  next.set(rowKey);
  return next;
}
