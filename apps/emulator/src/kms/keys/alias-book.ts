import type { Change, Store } from '@keyfold/key-hierarchy';
import { AliasIndex, aliasTable, indexRow } from './alias-index.ts';
import type { KeyAddress, Place } from './key-address.ts';
import { type BookEntry, RecordBook, type RowKey } from './record-book.ts';

/** What is kept of an alias; its name is in the row's key. */
export interface AliasRecord {
  readonly format: 1;
  readonly targetKeyId: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** An alias of a place. */
export interface Alias {
  /** The whole name, with its prefix. */
  readonly name: string;
  readonly record: AliasRecord;
}

/** Which aliases to list. */
export interface AliasListOptions {
  /** Of one key only. */
  readonly keyId?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The aliases of all accounts and regions, and, in the same commits, which of them each key has. */
export class AliasBook {
  readonly #book: RecordBook<AliasRecord>;
  readonly #index: AliasIndex;

  constructor(store: Store) {
    this.#book = new RecordBook(store, aliasTable, indexChanges);
    this.#index = new AliasIndex(store, (place) => this.#allOf(place));
  }

  get(place: Place, name: string): Promise<AliasRecord | undefined> {
    return this.#book.get(rowKey(place, name));
  }

  /** @param next - see {@link RecordBook.change} */
  async change(
    place: Place,
    name: string,
    next: (record: AliasRecord | undefined) => AliasRecord | undefined,
  ): Promise<void> {
    await this.#index.complete(place);
    await this.#book.change(rowKey(place, name), next);
  }

  /** At most `limit` aliases in order of name, beginning after `after`; of one key where `keyId` is given. */
  async list(place: Place, { keyId, after, limit }: AliasListOptions): Promise<readonly Alias[]> {
    const found: Alias[] = [];
    const aliases =
      keyId === undefined ? this.#allOf(place, after) : this.#allOfKey({ ...place, keyId }, after);
    for await (const alias of aliases) {
      found.push(alias);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Deletes every alias of a key that is gone. */
  async deleteOf(address: KeyAddress): Promise<void> {
    for (const { name } of await this.list(address, {
      keyId: address.keyId,
      limit: Number.POSITIVE_INFINITY,
    }))
      await this.change(address, name, (record) =>
        record?.targetKeyId === address.keyId ? undefined : record,
      );
  }

  async *#allOf(place: Place, after?: string): AsyncGenerator<Alias, void, undefined> {
    const from = after === undefined ? undefined : rowKey(place, after);
    for await (const entry of this.#book.all([place.accountId, place.region], from)) yield aliasOf(entry);
  }

  async *#allOfKey(address: KeyAddress, after?: string): AsyncGenerator<Alias, void, undefined> {
    for await (const name of this.#index.namesOf(address, after)) {
      const record = await this.get(address, name);
      if (record?.targetKeyId === address.keyId) yield { name, record };
    }
  }
}

function aliasOf({ key, record }: BookEntry<AliasRecord>): Alias {
  return { name: key[2] ?? '', record };
}

function rowKey({ accountId, region }: Place, name: string): RowKey {
  return [accountId, region, name];
}

/** What becomes of the index when an alias is made, deleted, or given to another key. */
function indexChanges(
  [accountId = '', region = '', name = '']: RowKey,
  before: AliasRecord | undefined,
  after: AliasRecord | undefined,
): readonly Change[] {
  if (before?.targetKeyId === after?.targetKeyId) return [];
  const place = { accountId, region };
  return [
    ...(before === undefined ? [] : [indexRow({ ...place, keyId: before.targetKeyId }, name, 'delete')]),
    ...(after === undefined ? [] : [indexRow({ ...place, keyId: after.targetKeyId }, name, 'add')]),
  ];
}
