import type { Store } from '@keyfold/key-hierarchy';
import { openSqliteDatabase } from './sqlite-database.ts';
import { SqliteStore } from './sqlite-store.ts';

/** Where an SQLite store is kept. */
export interface SqliteStoreOptions {
  /** The database file, made if it does not exist, in a folder that does; or `:memory:`. */
  readonly path: string;
}

/**
 * Opens a store in one SQLite file (the runtime's own `node:sqlite`).
 *
 * What a commit acknowledged has been flushed to the disk. One process owns the file at a time, and others are refused. The file
 * is readable by its owner only (mode 0600). What is deleted is overwritten, and at closing everything is in the one file.
 *
 * After a failure of the disk the store refuses everything until it is opened again: what the disk holds then is what counts.
 *
 * @throws {@link StoreUnwritableError} when the file cannot be made or written
 * @throws {@link StoreInUseError} when it is open already, in this process or another
 * @throws {@link StoreForeignError} when it is another program's file, which is left as it is
 * @throws {@link StoreTooNewError} when a newer version of Keyfold wrote it
 * @throws {@link StoreCorruptError} when it is damaged
 * @example
 * ```ts
 * const store = await openSqliteStore({ path: '/var/lib/keyfold/keys.db' });
 * ```
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  return new SqliteStore(openSqliteDatabase(options.path));
}
