import { encodeRowKey, rowKeyRange } from './row-key.ts';
import type { Change, ListOptions, Store, StoredRow } from './store.ts';
import { checkChanges, describeRow } from './store-changes.ts';
import { StoreClosedError, StoreConflictError } from './store-errors.ts';

/** Rows of one table: by ordered key, and the ordered keys in their order. */
interface MemoryTable {
  readonly rows: Map<string, StoredRow>;
  readonly order: string[];
}

/**
 * A store that forgets: for tests and throw-away processes. Nothing in it survives the process, so it is no place for the keys
 * of data that does.
 *
 * @example
 * ```ts
 * const store = createMemoryStore();
 * await store.commit([{ table: 'note', key: ['1'], expectedRevision: 0, content: new Uint8Array([1]) }]);
 * ```
 */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #tables = new Map<string, MemoryTable>();
  #changes = 0;
  #closed = false;

  get changeCount(): number | undefined {
    return this.#closed ? undefined : this.#changes;
  }

  async get(table: string, key: readonly string[]): Promise<StoredRow | undefined> {
    this.#refuseIfClosed();
    const ordered = orderedText(encodeRowKey(key));
    const row = this.#tables.get(table)?.rows.get(ordered);
    return row === undefined ? undefined : copyOf(row);
  }

  async list(table: string, options: ListOptions): Promise<readonly StoredRow[]> {
    this.#refuseIfClosed();
    const range = rowKeyRange(options.prefix ?? []);
    const from = orderedText(range.from);
    const to = range.to === undefined ? undefined : orderedText(range.to);
    const after = options.after === undefined ? undefined : orderedText(encodeRowKey(options.after));
    const found: StoredRow[] = [];
    const { rows, order } = this.#tables.get(table) ?? { rows: new Map<string, StoredRow>(), order: [] };
    for (
      let at = position(order, after !== undefined && after > from ? after : from);
      at < order.length;
      at++
    ) {
      const key = order[at] ?? '';
      if (found.length === options.limit || (to !== undefined && key >= to)) break;
      const row = rows.get(key);
      if (row !== undefined && key !== after) found.push(copyOf(row));
    }
    return found;
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#refuseIfClosed();
    checkChanges(changes);
    for (const { table, key, expectedRevision } of changes) {
      const revision = this.#tables.get(table)?.rows.get(orderedText(encodeRowKey(key)))?.revision ?? 0;
      if (revision !== expectedRevision) {
        throw new StoreConflictError(
          `The row ${describeRow(table, key)} is not at revision ${expectedRevision}.`,
        );
      }
    }
    if (changes.length > 0) this.#changes += 1;
    for (const change of changes) this.#apply(change);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#tables.clear();
  }

  #apply({ table: name, key, expectedRevision, content }: Change): void {
    const table = this.#tables.get(name) ?? { rows: new Map<string, StoredRow>(), order: [] };
    this.#tables.set(name, table);
    const ordered = orderedText(encodeRowKey(key));
    const known = table.rows.has(ordered);
    if (content === null) {
      if (known) table.order.splice(position(table.order, ordered), 1);
      table.rows.delete(ordered);
    } else {
      if (!known) table.order.splice(position(table.order, ordered), 0, ordered);
      table.rows.set(ordered, copyOf({ table: name, key, revision: expectedRevision + 1, content }));
    }
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new StoreClosedError('The store is closed.');
  }
}

/** Neither side may see later changes of the other's memory. (A Buffer's `slice` would share it.) */
function copyOf(row: StoredRow): StoredRow {
  return { ...row, key: [...row.key], content: Uint8Array.from(row.content) };
}

/** One character a byte: JavaScript then compares such strings in the order of the bytes. */
function orderedText(encoded: Uint8Array): string {
  return String.fromCharCode(...encoded);
}

/** Where `key` is or belongs in a sorted list. */
function position(order: readonly string[], key: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
