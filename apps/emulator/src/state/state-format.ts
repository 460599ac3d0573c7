import { type Store, StoreCorruptError, type StoredRow, StoreTooNewError } from '@keyfold/key-hierarchy';
import { checkedStore, withChecksum } from './checked-store.ts';
import { StateStore } from './state-store.ts';
import { formatTable, revisionTable, stateTables } from './state-tables.ts';

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
  const [row, ...others] = await store.list(formatTable, { limit: 2 });
  // Only the first emulator wrote none. A row under another key is one that was damaged, and must not make the state look old.
  if (row === undefined) return 1;
  const format = Number(Buffer.from(row.content).toString('ascii'));
  const isWhole = others.length === 0 && row.key.length === 1 && row.key[0] === formatKey[0];
  if (isWhole && Number.isSafeInteger(format) && format > 1) return format;
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
  await refuseStrayRows(store);
  if (found < stateFormat) await migrate(store, found);
  return checkedStore(store);
}

/**
 * A row whose table's name was damaged is in none of the tables that are read, and would be missed by nobody. (One that fell into
 * another table, or under another key, does not have the checksum for it.)
 */
async function refuseStrayRows(store: Store): Promise<void> {
  const names = (await store.tables?.()) ?? [];
  const known: readonly string[] = [...stateTables, revisionTable, formatTable];
  if (names.some((name) => !known.includes(name)))
    throw new StoreCorruptError(
      "A row in the emulator's state is in a table that there is not: it is damaged.",
    );
}

async function migrate(store: Store, found: number): Promise<void> {
  const state = await StateStore.open(store, [...stateTables, formatTable]);
  let rows: Rows = (await state.rows()).filter(({ table }) => table !== formatTable);
  for (let format = found; format < stateFormat; format++) rows = migrations.get(format)?.(rows) ?? rows;
  const content = Buffer.from(String(stateFormat), 'ascii');
  await state.replace([...rows, { table: formatTable, key: formatKey, revision: 1, content }]);
}
