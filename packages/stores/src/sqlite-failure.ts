import {
  StoreCorruptError,
  StoreFailedError,
  StoreInUseError,
  StoreUnwritableError,
} from '@keyfold/key-hierarchy';

type StoreFailure = new (message: string, options?: ErrorOptions) => Error;

/** For SQLite's primary result codes (sqlite.org/rescode.html), what they mean for the store; all others: failed. */
const failures: ReadonlyMap<number, StoreFailure> = new Map<number, StoreFailure>([
  [3, StoreUnwritableError], // SQLITE_PERM
  [5, StoreInUseError], // SQLITE_BUSY
  [6, StoreInUseError], // SQLITE_LOCKED
  [8, StoreUnwritableError], // SQLITE_READONLY
  [11, StoreCorruptError], // SQLITE_CORRUPT
  [14, StoreUnwritableError], // SQLITE_CANTOPEN
  [23, StoreUnwritableError], // SQLITE_AUTH
  [26, StoreCorruptError], // SQLITE_NOTADB
]);

/** Which of the store's errors an error of SQLite is. */
export function sqliteFailure(path: string, error: unknown): Error {
  const Failure = failures.get(sqliteCode(error) ?? 0) ?? StoreFailedError;
  const message = error instanceof Error ? error.message : 'unknown';
  return new Failure(`The SQLite store ${path} failed: ${message}.`, { cause: error });
}

/** The primary result code, which is the low byte of an extended one. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}
