import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import {
  StoreCorruptError,
  StoreForeignError,
  StoreTooNewError,
  StoreUnwritableError,
} from '@keyfold/key-hierarchy';
import { sqliteCode, sqliteFailure } from './sqlite-failure.ts';

/** "KFST" in the file's header, which says whose it is. */
const applicationId = 0x4b46_5354;
/** The format of the file, in the header's user version. */
const formatVersion = 1;
/** SQLITE_NOTADB */
const notADatabase = 26;

const schema = `CREATE TABLE keyfold_row (
  table_name TEXT NOT NULL,
  row_key BLOB NOT NULL,
  revision INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (table_name, row_key)
) STRICT, WITHOUT ROWID`;

/** An open database and what it is called in messages. */
export interface SqliteDatabase {
  readonly path: string;
  readonly connection: DatabaseSync;
}

/**
 * Opens the file and makes it ours alone; see `openSqliteStore` for what it throws.
 *
 * @param path a file, or `:memory:`
 */
export function openSqliteDatabase(path: string): SqliteDatabase {
  const inMemory = path === ':memory:';
  if (!inMemory && !createFile(path)) {
    refuseForeign(path);
    makePrivate(path);
  }
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path);
    prepare(path, connection);
    return { path, connection };
  } catch (error) {
    connection?.close();
    throw sqliteCode(error) === undefined ? error : sqliteFailure(path, error);
  }
}

/**
 * @returns false when the file exists. It is not opened then: closing a descriptor would drop the locks that this process may
 * hold on the file through SQLite (POSIX advisory locks belong to the process).
 */
function createFile(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST' && isFile(path)) return false;
    throw new StoreUnwritableError(`The file ${path} cannot be made.`, { cause: error });
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Reads whose file it is through an immutable connection, which takes no lock and changes nothing. */
function refuseForeign(path: string): void {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(url, { readOnly: true });
    const isNew = statSync(path).size === 0;
    if (!isNew && number(connection, 'PRAGMA application_id') !== applicationId) {
      throw new StoreForeignError(`The file ${path} belongs to another program.`);
    }
  } catch (error) {
    if (sqliteCode(error) === notADatabase) {
      const message = `The file ${path} is not an SQLite database, or its beginning is damaged.`;
      throw new StoreForeignError(message, { cause: error });
    }
    // What else is wrong with the file is found once it is ours.
    if (sqliteCode(error) === undefined) throw error;
  } finally {
    connection?.close();
  }
}

function makePrivate(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  } catch (error) {
    throw new StoreUnwritableError(`The file ${path} cannot be made private to this user.`, { cause: error });
  }
}

function prepare(path: string, connection: DatabaseSync): void {
  // Before anything is read, so that the first lock is kept until the end.
  connection.exec('PRAGMA locking_mode = EXCLUSIVE');
  connection.exec('BEGIN EXCLUSIVE');
  // Only a new file has neither an owner nor tables: one that lost its tables must not pass for new.
  const owner = number(connection, 'PRAGMA application_id');
  if (owner === 0 && number(connection, 'SELECT count(*) FROM sqlite_schema') === 0) {
    connection.exec(
      `${schema}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`,
    );
  }
  checkFormat(path, connection);
  connection.exec('COMMIT');
  // Only now: the header that says whose file it is must be in the file itself, not in a log beside it.
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec('PRAGMA secure_delete = ON');
  refuseDamaged(path, connection);
}

function checkFormat(path: string, connection: DatabaseSync): void {
  const version = number(connection, 'PRAGMA user_version');
  if (version > formatVersion) {
    throw new StoreTooNewError(
      `The store ${path} has the format ${version}; this version knows ${formatVersion}.`,
    );
  }
  const objects = connection.prepare('SELECT sql FROM sqlite_schema').all();
  // Anything more, such as a trigger, would act on our behalf.
  if (version !== formatVersion || objects.length !== 1 || objects[0]?.['sql'] !== schema) {
    throw new StoreCorruptError(`The store ${path} does not have the tables it should have.`);
  }
}

function refuseDamaged(path: string, connection: DatabaseSync): void {
  const damage = connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (damage !== 'ok') throw new StoreCorruptError(`The store ${path} is damaged: ${damage}.`);
}

/** The one number that a statement returns. */
function number(connection: DatabaseSync, sql: string): number {
  return Number(Object.values(connection.prepare(sql).get() ?? {})[0]);
}
