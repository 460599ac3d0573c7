import type { Change, Store } from '@keyfold/key-hierarchy';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';

/** A row's place in its table. */
export type RowKey = readonly string[];

/** An item of a book. */
export interface BookEntry<Item> {
  readonly key: RowKey;
  readonly record: Item;
}

/** What every record of a book has. */
interface Formatted {
  readonly format: 1;
}

const rowsPerPage = 100;

/** Rows that change together with a record, in the same commit. */
export type Alongside<Item> = (
  key: RowKey,
  before: Item | undefined,
  after: Item | undefined,
) => readonly Change[];

/**
 * Records that are stored one to a row, as JSON: aliases, grants, custom key stores. Changes are made one after the other, and
 * are durable before they can be seen. One book owns its table.
 */
export class RecordBook<Item extends Formatted> {
  readonly #store: Store;
  readonly #table: string;
  readonly #alongside: Alongside<Item>;
  #changed: Promise<unknown> = Promise.resolve();
  #exclusive: Promise<unknown> = Promise.resolve();

  constructor(store: Store, table: string, alongside: Alongside<Item> = () => []) {
    this.#store = store;
    this.#table = table;
    this.#alongside = alongside;
  }

  async get(key: RowKey): Promise<Item | undefined> {
    const row = await this.#store.get(this.#table, key);
    return row === undefined ? undefined : this.#decode(row.content);
  }

  /**
   * Changes a record once earlier changes are done.
   *
   * @param next - given the record as it then is; returns the same for no change, and undefined to delete it.
   */
  change(key: RowKey, next: (record: Item | undefined) => Item | undefined): Promise<void> {
    const change = this.#changed.then(async () => {
      const row = await this.#store.get(this.#table, key);
      const before = row === undefined ? undefined : this.#decode(row.content);
      const after = next(before);
      if (after === before) return;
      await this.#store.commit([
        {
          table: this.#table,
          key,
          expectedRevision: row?.revision ?? 0,
          content: after === undefined ? null : Buffer.from(JSON.stringify(after)),
        },
        ...this.#alongside(key, before, after),
      ]);
    });
    this.#changed = change.catch(() => {});
    return change;
  }

  /**
   * Runs one piece of work after the other, where what is looked for first must not be there when it is stored. The work may
   * call {@link change}.
   */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#exclusive.then(work);
    this.#exclusive = run.catch(() => {});
    return run;
  }

  /** The records under a prefix in order, beginning after `after`, until `limit`. */
  async list(prefix: RowKey, after: RowKey | undefined, limit: number): Promise<readonly BookEntry<Item>[]> {
    const rows = await this.#store.list(this.#table, {
      prefix,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    return rows.map(({ key, content }) => ({ key, record: this.#decode(content) }));
  }

  /** All records under a prefix, in order, a page of rows at a time. */
  async *all(prefix: RowKey, after?: RowKey): AsyncGenerator<BookEntry<Item>, void, undefined> {
    for (let from = after; ; ) {
      const entries = await this.list(prefix, from, rowsPerPage);
      yield* entries;
      if (entries.length < rowsPerPage) return;
      from = entries.at(-1)?.key;
    }
  }

  #decode(content: Uint8Array): Item {
    try {
      const value: unknown = JSON.parse(Buffer.from(content).toString('utf8'));
      if (typeof value === 'object' && value !== null && 'format' in value && value.format === 1)
        return value as Item;
    } catch (cause) {
      throw new KmsStateUnreadableError(`A row of ${this.#table} is not JSON.`, cause);
    }
    throw new KmsStateUnreadableError(`A row of ${this.#table} has another format than 1.`);
  }
}
