import {
  type Change,
  type ListOptions,
  type Store,
  StoreClosedError,
  StoreCorruptError,
  type StoredRow,
} from '@keyfold/key-hierarchy';
import { revisionTable, stateTables } from './state-tables.ts';

const rowsPerPage = 500;
/** The store counts up to eight parts in a key. */
const nameOf = (table: string, key: readonly string[]): string => JSON.stringify([table, ...key]);

/**
 * The emulator's state on a store: rows that can be read as a whole and put back as a whole, in one commit, with the revisions
 * that they had. (Rows are authenticated with their revisions, and a store counts its own: what differs is kept beside them.)
 *
 * It is used through views, one for each world. Once a view is retired nothing gets through it any more, so that what was begun
 * before a reset cannot reach the state after it.
 */
export class StateStore {
  readonly #store: Store;
  readonly #tables: ReadonlySet<string>;
  readonly #ahead = new Map<string, number>();
  readonly #commits = new Set<Promise<unknown>>();
  #exclusive: Promise<unknown> | undefined;

  private constructor(store: Store, tables: readonly string[]) {
    this.#store = store;
    this.#tables = new Set(tables);
  }

  /**
   * @param store - its owner closes it; nobody else may write to it.
   * @param tables - what a snapshot holds. Other tables are refused.
   */
  static async open(store: Store, tables: readonly string[] = stateTables): Promise<StateStore> {
    const state = new StateStore(store, tables);
    for (const { key, content } of await readTable(store, revisionTable)) {
      const distance = Number(Buffer.from(content).toString('ascii'));
      if (!Number.isSafeInteger(distance))
        throw new StoreCorruptError("A revision in the emulator's state is damaged.");
      state.#ahead.set(key[0] ?? '', distance);
    }
    return state;
  }

  /** A store for one world. */
  view(): StateView {
    return new StateView({
      changeCount: () => this.#store.changeCount,
      get: async (table, key) => this.#shown(await this.#store.get(table, key)),
      list: async (table, options) => (await this.#store.list(table, options)).map((row) => this.#shown(row)),
      commit: (changes, isRetired) => this.#commit(changes, isRetired),
    });
  }

  /** All rows, as they were between two commits. Their contents are the caller's own copies. */
  rows(): Promise<readonly StoredRow[]> {
    return this.#alone(() => this.#read());
  }

  /** Puts other rows in place of all that are there, all or nothing and durably. To be called while no view is in use. */
  replace(rows: readonly StoredRow[]): Promise<void> {
    return this.#alone(async () => {
      const current = new Map<string, StoredRow>();
      for (const table of [...this.#tables, revisionTable])
        for (const row of await readTable(this.#store, table)) current.set(nameOf(table, row.key), row);
      const changes: Change[] = [];
      const ahead = new Map<string, number>();
      const put = (table: string, key: readonly string[], content: Uint8Array): number => {
        const name = nameOf(table, key);
        const expectedRevision = current.get(name)?.revision ?? 0;
        current.delete(name);
        changes.push({ table, key, expectedRevision, content });
        return expectedRevision + 1;
      };
      for (const { table, key, revision, content } of rows) {
        const name = nameOf(table, key);
        const before = current.get(name);
        if (before !== undefined && isSame(this.#shown(before), revision, content)) {
          // What has not changed is not written.
          current.delete(name);
          const distance = this.#ahead.get(name);
          if (distance !== undefined) ahead.set(name, distance);
          continue;
        }
        const distance = revision - put(table, key, content);
        if (distance !== 0) ahead.set(name, distance);
      }
      for (const [name, distance] of ahead)
        put(revisionTable, [name], Buffer.from(String(distance), 'ascii'));
      for (const { table, key, revision } of current.values())
        changes.push({ table, key, expectedRevision: revision, content: null });
      if (changes.length > 0) await this.#store.commit(changes);
      this.#ahead.clear();
      for (const [name, distance] of ahead) this.#ahead.set(name, distance);
    });
  }

  async #read(): Promise<readonly StoredRow[]> {
    const rows: StoredRow[] = [];
    for (const table of this.#tables)
      for (const row of await readTable(this.#store, table)) rows.push(this.#shown(row));
    return rows;
  }

  async #commit(changes: readonly Change[], isRetired: () => boolean): Promise<void> {
    while (this.#exclusive !== undefined) await this.#exclusive;
    // While it waited, the state may have been put back.
    if (isRetired()) return refused();
    const strange = changes.find(({ table }) => !this.#tables.has(table));
    if (strange !== undefined)
      throw new TypeError(`The table ${strange.table} is missing from the emulator's list of tables.`);
    const commit = this.#ahead.size === 0 ? this.#store.commit(changes) : this.#translated(changes);
    const settled: Promise<unknown> = commit.catch(() => {}).then(() => this.#commits.delete(settled));
    this.#commits.add(settled);
    await commit;
  }

  /** With the store's own revisions; a row that is deleted begins anew. */
  async #translated(changes: readonly Change[]): Promise<void> {
    const forgotten: string[] = [];
    const translated = changes.map((change) => {
      const name = nameOf(change.table, change.key);
      const ahead = this.#ahead.get(name) ?? 0;
      if (ahead !== 0 && change.content === null) forgotten.push(name);
      // That the row must not exist means the same on both sides.
      const expectedRevision = change.expectedRevision === 0 ? 0 : change.expectedRevision - ahead;
      // A row of this revision was never there: the store says so for a revision that no row has.
      return {
        ...change,
        expectedRevision: expectedRevision < 0 ? Number.MAX_SAFE_INTEGER : expectedRevision,
      };
    });
    const cleared: Change[] = [];
    for (const name of forgotten) {
      const row = await this.#store.get(revisionTable, [name]);
      if (row !== undefined)
        cleared.push({
          table: revisionTable,
          key: [name],
          expectedRevision: row.revision,
          content: null,
        });
    }
    await this.#store.commit([...translated, ...cleared]);
    for (const name of forgotten) this.#ahead.delete(name);
  }

  #shown<Row extends StoredRow | undefined>(row: Row): Row {
    if (row === undefined || this.#ahead.size === 0) return row;
    const ahead = this.#ahead.get(nameOf(row.table, row.key)) ?? 0;
    return ahead === 0 ? row : { ...row, revision: row.revision + ahead };
  }

  /** Waits for the commits that were begun; those that come wait for the work. */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#exclusive !== undefined) await this.#exclusive;
    const done = Promise.withResolvers<void>();
    this.#exclusive = done.promise;
    try {
      await Promise.all(this.#commits);
      return await work();
    } finally {
      this.#exclusive = undefined;
      done.resolve();
    }
  }
}

/** What a view gets through to. */
interface ViewTarget extends Pick<Store, 'get' | 'list'> {
  changeCount(): number | undefined;
  commit(changes: readonly Change[], isRetired: () => boolean): Promise<void>;
}

/** A world's store. */
export class StateView implements Store {
  readonly #target: ViewTarget;
  #retired = false;

  constructor(target: ViewTarget) {
    this.#target = target;
  }

  get changeCount(): number | undefined {
    return this.#retired ? undefined : this.#target.changeCount();
  }

  get(table: string, key: readonly string[]): Promise<StoredRow | undefined> {
    return this.#retired ? refused() : this.#target.get(table, key);
  }

  list(table: string, options: ListOptions): Promise<readonly StoredRow[]> {
    return this.#retired ? refused() : this.#target.list(table, options);
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.#retired ? refused() : this.#target.commit(changes, () => this.#retired);
  }

  /** Lets nothing through any more. What the store is at work on is done before the state changes. */
  retire(): void {
    this.#retired = true;
  }

  async close(): Promise<void> {
    this.retire();
  }
}

async function refused(): Promise<never> {
  throw new StoreClosedError('The state was put back while the request was under way.');
}

function isSame(before: StoredRow, revision: number, content: Uint8Array): boolean {
  return before.revision === revision && Buffer.compare(before.content, content) === 0;
}

async function readTable(store: Store, table: string): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = [];
  for (let after: readonly string[] | undefined; ; ) {
    const page = await store.list(table, {
      limit: rowsPerPage,
      ...(after === undefined ? {} : { after }),
    });
    rows.push(...page);
    if (page.length < rowsPerPage) return rows;
    after = page.at(-1)?.key;
  }
}
