import type { Store } from '@keyfold/key-hierarchy';
import type { KeyAddress, Place } from './key-address.ts';
import { type BookEntry, RecordBook } from './record-book.ts';

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

/** The aliases of all accounts and regions. */
export class AliasBook {
  readonly #book: RecordBook<AliasRecord>;

  constructor(store: Store) {
    this.#book = new RecordBook(store, 'kms_aliases');
  }

  get(place: Place, name: string): Promise<AliasRecord | undefined> {
    return this.#book.get(rowKey(place, name));
  }

  /** @param next - see {@link RecordBook.change} */
  change(
    place: Place,
    name: string,
    next: (record: AliasRecord | undefined) => AliasRecord | undefined,
  ): Promise<void> {
    return this.#book.change(rowKey(place, name), next);
  }

  /** At most `limit` aliases in order of name, beginning after `after`; of one key where `keyId` is given. */
  async list(
    place: Place,
    {
      keyId,
      after,
      limit,
    }: { readonly keyId?: string | undefined; readonly after?: string | undefined; readonly limit: number },
  ): Promise<readonly Alias[]> {
    const prefix = [place.accountId, place.region];
    const found: Alias[] = [];
    for await (const entry of this.#book.all(
      prefix,
      after === undefined ? undefined : rowKey(place, after),
    )) {
      if (keyId !== undefined && entry.record.targetKeyId !== keyId) continue;
      found.push(aliasOf(entry));
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
}

function aliasOf({ key, record }: BookEntry<AliasRecord>): Alias {
  return { name: key[2] ?? '', record };
}

function rowKey({ accountId, region }: Place, name: string): readonly string[] {
  return [accountId, region, name];
}
