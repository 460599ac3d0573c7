import { crc32 } from 'node:zlib';
import { type Change, type Store, StoreCorruptError, type StoredRow } from '@keyfold/key-hierarchy';
import { formatTable, revisionTable } from './state-tables.ts';

/** Bytes of a checksum, before what the row holds. */
const checksumBytes = 4;
/** They are written on another level than the rows that they tell of. */
const unchecked: readonly string[] = [formatTable, revisionTable];

/** CRC-32 over the row's place and what it holds: it finds what a disk or an editor did, and keeps nobody out. */
function checksumOf(table: string, key: readonly string[], content: Uint8Array): number {
  return crc32(content, crc32(JSON.stringify([table, ...key])));
}

/** What is stored of a row: a copy. */
export function withChecksum(table: string, key: readonly string[], content: Uint8Array): Uint8Array {
  const stored = new Uint8Array(checksumBytes + content.byteLength);
  new DataView(stored.buffer).setUint32(0, checksumOf(table, key, content));
  stored.set(content, checksumBytes);
  return stored;
}

/** @throws {StoreCorruptError} where it is not what was written */
function withoutChecksum({ table, key, revision, content }: StoredRow): StoredRow {
  const held = content.subarray(checksumBytes);
  const { buffer, byteOffset, byteLength } = content;
  if (
    byteLength < checksumBytes ||
    new DataView(buffer, byteOffset).getUint32(0) !== checksumOf(table, key, held)
  )
    throw new StoreCorruptError(`A row of ${table} in the emulator's state is damaged.`);
  return { table, key, revision, content: held };
}

/**
 * A store on a disk whose rows are known to be those that were written. SQLite finds pages that are damaged, not a bit of a key
 * that has changed: without this, the emulator would go on with another key and answer that ciphertexts are invalid.
 */
export function checkedStore(store: Store): Store {
  const shown = (row: StoredRow): StoredRow => (unchecked.includes(row.table) ? row : withoutChecksum(row));
  const stored = (change: Change): Change => {
    const { table, key, content } = change;
    return content === null || unchecked.includes(table)
      ? change
      : { ...change, content: withChecksum(table, key, content) };
  };
  return {
    get changeCount() {
      return store.changeCount;
    },
    get: async (table, key) => {
      const row = await store.get(table, key);
      return row === undefined ? undefined : shown(row);
    },
    list: async (table, options) => (await store.list(table, options)).map(shown),
    commit: (changes) => store.commit(changes.map(stored)),
    close: () => store.close(),
  };
}
