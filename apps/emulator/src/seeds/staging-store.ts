import {
  type Change,
  checkChanges,
  encodeRowKey,
  type ListOptions,
  rowKeyRange,
  type Store,
  StoreClosedError,
  StoreConflictError,
  type StoredRow,
} from '@keyfold/key-hierarchy';

/** A row that was changed, and what the base has. */
interface StagedRow {
  readonly table: string;
  readonly key: readonly string[];
  /** Orders the rows of a table. */
  readonly order: string;
  readonly baseRevision: number;
  /** As reads show it; 0 for a row that is gone. */
  readonly revision: number;
  readonly content: Uint8Array | null;
}

/**
 * A store on top of another: what is committed to it is kept in memory, seen by its own reads, and can be committed to the base
 * as one change. So the same code that serves requests can prepare a whole document, and either all of it is stored or nothing.
 *
 * For rows that say nothing of their revision: the base may count fewer.
 */
export class StagingStore implements Store {
  readonly #base: Store;
  readonly #rows = new Map<string, StagedRow>();
  /** The same, in the order of their keys. */
  readonly #tables = new Map<string, StagedRow[]>();
  /** Settles when the commits that were begun are done: they come one after the other. */
  #committed: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(base: Store) {
    this.#base = base;
  }

  async get(table: string, key: readonly string[]): Promise<StoredRow | undefined> {
    this.#refuseIfClosed();
    const staged = this.#rows.get(nameOf(table, key));
    return staged === undefined ? this.#base.get(table, key) : shown(staged);
  }

  async list(table: string, options: ListOptions): Promise<readonly StoredRow[]> {
    this.#refuseIfClosed();
    const staged = this.#listStaged(table, options);
    const below = await this.#listBelow(table, options);
    return [...below, ...staged]
      .map((row) => ({ row, order: orderOf(row.key) }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .slice(0, options.limit)
      .map(({ row }) => row);
  }

  #listStaged(table: string, { prefix = [], after, limit }: ListOptions): readonly StoredRow[] {
    const rows = this.#tables.get(table) ?? [];
    const { from, to } = rowKeyRange(prefix);
    const last = after === undefined ? '' : orderOf(after);
    const [first, end] = [textOf(from), to === undefined ? undefined : textOf(to)];
    const found: StoredRow[] = [];
    for (let at = position(rows, last > first ? last : first); at < rows.length; at++) {
      const row = rows[at];
      if (row === undefined || found.length === limit || (end !== undefined && row.order >= end)) break;
      const visible = row.order === last ? undefined : shown(row);
      if (visible !== undefined) found.push(visible);
    }
    return found;
  }

  /** Rows of the base that nothing staged covers. */
  async #listBelow(table: string, options: ListOptions): Promise<readonly StoredRow[]> {
    const found: StoredRow[] = [];
    for (let { after } = options; ; ) {
      const page = await this.#base.list(table, { ...options, ...(after === undefined ? {} : { after }) });
      found.push(...page.filter(({ key }) => !this.#rows.has(nameOf(table, key))));
      if (page.length < options.limit || found.length >= options.limit) return found.slice(0, options.limit);
      after = page.at(-1)?.key;
    }
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#refuseIfClosed();
    checkChanges(changes);
    // The caller may do what he likes with his arrays from here on.
    const taken = changes.map((change) => ({
      ...change,
      key: [...change.key],
      content: change.content === null ? null : new Uint8Array(change.content),
    }));
    const commit = this.#committed.then(() => this.#stage(taken));
    this.#committed = commit.catch(() => {});
    await commit;
  }

  async #stage(changes: readonly Change[]): Promise<void> {
    const next: StagedRow[] = [];
    for (const { table, key, expectedRevision, content } of changes) {
      const staged = this.#rows.get(nameOf(table, key));
      const revision = staged?.revision ?? (await this.#base.get(table, key))?.revision ?? 0;
      if (revision !== expectedRevision) throw new StoreConflictError('A staged row was changed meanwhile.');
      next.push({
        table,
        key,
        order: orderOf(key),
        baseRevision: staged?.baseRevision ?? revision,
        revision: content === null ? 0 : revision + 1,
        content,
      });
    }
    for (const row of next) {
      const name = nameOf(row.table, row.key);
      const before = this.#rows.get(name);
      before?.content?.fill(0);
      this.#rows.set(name, row);
      const rows = this.#tables.get(row.table) ?? [];
      this.#tables.set(row.table, rows);
      rows.splice(position(rows, row.order), before === undefined ? 0 : 1, row);
    }
  }

  /** Commits everything to the base, all or nothing. */
  async flush(): Promise<void> {
    const changes = [...this.#rows.values()]
      .filter(({ baseRevision, content }) => baseRevision !== 0 || content !== null)
      .map(({ table, key, baseRevision, content }) => ({
        table,
        key,
        expectedRevision: baseRevision,
        content,
      }));
    if (changes.length > 0) await this.#base.commit(changes);
  }

  /** Zeroises what was staged. The base stays open: it belongs to who opened it. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#committed;
    for (const { content } of this.#rows.values()) content?.fill(0);
    this.#rows.clear();
    this.#tables.clear();
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new StoreClosedError('What was staged was given up.');
  }
}

function nameOf(table: string, key: readonly string[]): string {
  return JSON.stringify([table, ...key]);
}

function orderOf(key: readonly string[]): string {
  return textOf(encodeRowKey(key));
}

/** One character a byte, so that texts compare as their bytes do. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Where the first row is that does not come before. */
function position(rows: readonly StagedRow[], order: string): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.order ?? '') < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shown({ table, key, revision, content }: StagedRow): StoredRow | undefined {
  return content === null ? undefined : { table, key: [...key], revision, content: new Uint8Array(content) };
}
