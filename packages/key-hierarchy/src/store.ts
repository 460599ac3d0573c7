/** One row as it is stored. What `content` holds is the business of who wrote it. */
export interface StoredRow {
  readonly table: string;
  /** The primary key: one to eight parts. */
  readonly key: readonly string[];
  /** 1 when the row was made, one more with each change. */
  readonly revision: number;
  readonly content: Uint8Array;
}

/** One row's part of a batch. */
export interface Change {
  readonly table: string;
  readonly key: readonly string[];
  /** The revision that the row must have now; 0 means that it must not exist. */
  readonly expectedRevision: number;
  /** The new content, stored as revision `expectedRevision + 1`; null deletes the row. */
  readonly content: Uint8Array | null;
}

/** Which rows to list. */
export interface ListOptions {
  /** The parts with which the keys must begin; all rows if left out. */
  readonly prefix?: readonly string[];
  /** List only what comes after this whole key. It need not exist. */
  readonly after?: readonly string[];
  /** The largest number of rows to return, at least 1. */
  readonly limit: number;
}

/**
 * Where wrapped keys and what belongs to them are kept: rows of bytes, changed by atomic, conditional batches.
 *
 * There are no interactive transactions: a writer reads what it needs, then commits all of its changes under the condition that
 * nothing it relies on has changed since. That works alike in memory, on SQLite and on PostgreSQL, and lets a store group
 * commits of many callers. An implementation is tried by the contract suite of `@keyfold/key-hierarchy/testing`.
 *
 * A store is trusted with nothing: what it holds is wrapped or authenticated above it. It must keep the bytes, though: a lost
 * row is a lost key.
 *
 * Implementers: throw {@link StoreClosedError} from every method once `close` was called, and {@link InvalidArgumentError} for
 * keys that {@link encodeRowKey} refuses. Never share `content` memory with the caller in either direction.
 */
export interface Store {
  /**
   * Grows with every commit that changes a row, whoever made it, before anyone can see the change: as long as it stands still,
   * what was read is what is stored. Undefined where that cannot be known, because others may write without this object's
   * knowledge or the store does not work any more: then nothing that was read may be kept.
   */
  readonly changeCount?: number | undefined;

  /** The row, or undefined if there is none. Sees every commit that was acknowledged before the call. */
  get(table: string, key: readonly string[]): Promise<StoredRow | undefined>;

  /** Rows in the order of {@link encodeRowKey}: part by part, each by its UTF-8 bytes. */
  list(table: string, options: ListOptions): Promise<readonly StoredRow[]>;

  /**
   * The names of all tables that have rows, for who knows which there can be: a row under any other name is in nobody's way and
   * in nobody's list. Left out by stores that are never damaged in silence.
   */
  tables?(): Promise<readonly string[]>;

  /**
   * Applies all of the changes or none. When it resolves they survive a crash of the process and of the machine; when it
   * rejects with anything but a conflict, they may have been applied or not, and the caller reads to find out.
   *
   * @throws {@link StoreConflictError} when a row's revision is not the expected one; nothing was changed
   * @throws {@link InvalidArgumentError} when two changes name the same row
   */
  commit(changes: readonly Change[]): Promise<void>;

  /** Finishes the commits that were begun, then lets go of everything. May be called again. */
  close(): Promise<void>;
}
