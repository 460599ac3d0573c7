import { type Change, type Store, StoreConflictError } from '@keyfold/key-hierarchy';
import type { Alias } from './alias-book.ts';
import type { KeyAddress, Place } from './key-address.ts';
import type { RowKey } from './record-book.ts';

/** Has both the aliases, by account, Region and name, and the index. */
export const aliasTable = 'kms_aliases';
/** What the keys of the index's rows begin with: no account's id, so that no list of aliases has them. */
const indexPrefix = 'of-key';
const rowsPerPage = 100;
const maxAttempts = 3;

/**
 * Which aliases each key has, in rows beside the aliases themselves: they change in the same commits, whoever makes those, so that
 * nothing in memory can lag behind. An alias that was stored before there was an index is added when its place is first asked for.
 */
export class AliasIndex {
  readonly #store: Store;
  readonly #aliasesOf: (place: Place) => AsyncIterable<Alias>;
  /** By place: settles when each of its aliases has its row. */
  readonly #complete = new Map<string, Promise<void>>();

  /** @param aliasesOf - all aliases of a place. */
  constructor(store: Store, aliasesOf: (place: Place) => AsyncIterable<Alias>) {
    this.#store = store;
    this.#aliasesOf = aliasesOf;
  }

  /** Makes sure that every alias of a place is in the index. To be called before the first change there. */
  complete(place: Place): Promise<void> {
    const name = `${place.accountId}/${place.region}`;
    const completed = this.#complete.get(name) ?? this.#addMissing(place);
    this.#complete.set(name, completed);
    completed.catch(() => this.#complete.delete(name));
    return completed;
  }

  /** The names of a key's aliases in order, beginning after a name. The alias itself says whether it is still the key's. */
  async *namesOf(address: KeyAddress, afterName?: string): AsyncGenerator<string, void, undefined> {
    await this.complete(address);
    for await (const key of this.#rowsUnder(keyPrefix(address), afterName)) yield key.at(-1) ?? '';
  }

  async *#rowsUnder(prefix: RowKey, afterName?: string): AsyncGenerator<RowKey, void, undefined> {
    for (let after = afterName === undefined ? undefined : [...prefix, afterName]; ; ) {
      const rows = await this.#store.list(aliasTable, {
        prefix,
        limit: rowsPerPage,
        ...(after === undefined ? {} : { after }),
      });
      for (const { key } of rows) yield key;
      if (rows.length < rowsPerPage) return;
      after = [...(rows.at(-1)?.key ?? [])];
    }
  }

  async #addMissing(place: Place): Promise<void> {
    for (let attempt = 1; ; attempt++)
      try {
        const known = new Set<string>();
        for await (const key of this.#rowsUnder(placePrefix(place))) known.add(JSON.stringify(key));
        const missing: Change[] = [];
        for await (const { name, record } of this.#aliasesOf(place)) {
          const row = indexRow({ ...place, keyId: record.targetKeyId }, name, 'add');
          if (!known.has(JSON.stringify(row.key))) missing.push(row);
        }
        if (missing.length > 0) await this.#store.commit(missing);
        return;
      } catch (error) {
        // A seed brought the alias, and its row, between the two looks.
        if (!(error instanceof StoreConflictError) || attempt === maxAttempts) throw error;
      }
  }
}

/** The change of a row of the index. It is written once, and says all in its key. */
export function indexRow(address: KeyAddress, name: string, change: 'add' | 'delete'): Change {
  return {
    table: aliasTable,
    key: [...keyPrefix(address), name],
    expectedRevision: change === 'add' ? 0 : 1,
    content: change === 'add' ? Uint8Array.of(1) : null,
  };
}

function keyPrefix(address: KeyAddress): RowKey {
  return [...placePrefix(address), address.keyId];
}

function placePrefix({ accountId, region }: Place): RowKey {
  return [indexPrefix, accountId, region];
}
