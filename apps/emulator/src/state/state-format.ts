import { type Store, StoreCorruptError, type StoredRow, StoreTooNewError } from '@keyfold/key-hierarchy';
import { checkedStore, withChecksum } from './checked-store.ts';
import { StateStore } from './state-store.ts';
import { formatTable, stateTables } from './state-tables.ts';

type Rows = readonly StoredRow[];

/**
 * For each older format of a state folder, what makes the next one of its rows. Revisions stay, since rows are authenticated with
 * them. A row's own layout has a number of its own, in the row; a change there needs none here.
 */
const migrations: ReadonlyMap<number, (rows: Rows) => Rows> = new Map([
  // 1 is what has no number: rows as they are. In 2 each has a checksum.
  [
    1,
    (rows) => rows.map((row) => ({ ...row, content: withChecksum(row.table, row.key, row.content) })),
  ] as const,
]);

/** The format that this version writes. */
export const stateFormat: number = 1 + migrations.size;

const formatKey = ['format'] as const;

async function formatOf(store: Store): Promise<number> {
  const row = await store.get(formatTable, formatKey);
  if (row === undefined) return 1;
  const format = Number(Buffer.from(row.content).toString('ascii'));
  if (Number.isSafeInteger(format) && format > 1) return format;
  throw new StoreCorruptError("The number of the emulator's state's format is damaged.");
}

/**
 * Opens the state that is kept in a store, and brings an older format to this version's in one commit: whoever is killed at it
 * has the old state or the new one.
 *
 * @param store - its owner closes it.
 * @throws {StoreTooNewError} where a newer version has written it; nothing is changed then
 * @throws {StoreCorruptError} where it is damaged
 */
export async function openKeptState(store: Store): Promise<Store> {
  const found = await formatOf(store);
  if (found > stateFormat)
    throw new StoreTooNewError(
      `The emulator's state has the format ${found}; this version knows ${stateFormat}.`,
    );
  if (found < stateFormat) await migrate(store, found);
  return checkedStore(store);
}

async function migrate(store: Store, found: number): Promise<void> {
  const state = await StateStore.open(store, [...stateTables, formatTable]);
  let rows: Rows = (await state.rows()).filter(({ table }) => table !== formatTable);
  for (let format = found; format < stateFormat; format++) rows = migrations.get(format)?.(rows) ?? rows;
  const content = Buffer.from(String(stateFormat), 'ascii');
  await state.replace([...rows, { table: formatTable, key: formatKey, revision: 1, content }]);
}
