import type { Awaitable, CryptoBackend, SecretBytes } from '@keyfold/crypto-core';
import { encodeRowKey } from './row-key.ts';
import type { ListOptions, Store, StoredRow } from './store.ts';
import { describeRow } from './store-changes.ts';
import { RowAuthenticationFailedError } from './store-errors.ts';

/** A row that was written by the holder of the master key, and by nobody else. */
export interface AuthenticatedRow<T> {
  readonly key: readonly string[];
  readonly value: T;
  readonly revision: number;
}

/** One row's part of a batch; as `Change` of the store, with a value in place of bytes. */
export interface AuthenticatedChange {
  readonly table: string;
  readonly key: readonly string[];
  /** The revision that the row must have now; 0 means that it must not exist. */
  readonly expectedRevision: number;
  /** What JSON can hold, and no secret; null deletes the row. */
  readonly value: object | null;
}

/** How many rows are remembered; when there are more, all of them are forgotten. */
const maxRemembered = 1_000;

/** First byte of a row's content: format 1 ‖ code 32 ‖ JSON. */
const rowFormat = 1;
/** Where the JSON begins, in bytes. */
const jsonAt = 1 + 32;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Rows of JSON in a store that is trusted with nothing: each carries an HMAC-SHA256 over its table, primary key, revision and
 * content under a key below the root, checked whenever it is read. Who can write the store, but does not hold the key, can
 * neither make a row nor change one nor move one to another place. (He can remove rows or put back older ones.)
 *
 * @example
 * ```ts
 * await rows.commit([{ table: 'note', key: ['1'], expectedRevision: 0, value: { text: 'hello' } }]);
 * const row = await rows.get<{ text: string }>('note', ['1']);
 * ```
 */
export class AuthenticatedStore {
  readonly #store: Store;
  readonly #backend: CryptoBackend;
  readonly #key: SecretBytes;
  readonly #remembered = new Map<string, AuthenticatedRow<object>>();
  #rememberedAt: number | undefined;

  /** @param options.key 32 bytes; stays with its owner, who disposes of it to make this object useless */
  constructor(options: {
    readonly store: Store;
    readonly backend: CryptoBackend;
    readonly key: SecretBytes;
  }) {
    this.#store = options.store;
    this.#backend = options.backend;
    this.#key = options.key;
  }

  /**
   * The row, or undefined if there is none. `T` is the type it was written with: what is authentic was written by this code.
   *
   * @throws {@link RowAuthenticationFailedError} when it was changed from outside
   */
  async get<T extends object>(
    table: string,
    key: readonly string[],
  ): Promise<AuthenticatedRow<T> | undefined> {
    const row = await this.#store.get(table, key);
    return row === undefined ? undefined : await this.#open<T>(table, key, row);
  }

  /**
   * As `get`, for rows that are read again and again: at once where the store says that nothing has been changed in it since the
   * row was read and found authentic. So a change is seen by whoever reads after it. Rows that are not there are not remembered.
   *
   * @returns a value that others may have been given, too: nobody changes it
   * @throws {@link RowAuthenticationFailedError} when it was changed from outside
   */
  recall<T extends object>(
    table: string,
    key: readonly string[],
  ): Awaitable<AuthenticatedRow<T> | undefined> {
    const count = this.#store.changeCount;
    if (count === undefined || this.#key.disposed) return this.get<T>(table, key);
    if (count !== this.#rememberedAt) {
      this.#remembered.clear();
      this.#rememberedAt = count;
    }
    const name = JSON.stringify([table, ...key]);
    const known = this.#remembered.get(name);
    // Written by this code as a T, and found to be so: as in `get`.
    return known === undefined ? this.#remember<T>(table, key, name, count) : (known as AuthenticatedRow<T>);
  }

  async #remember<T extends object>(
    table: string,
    key: readonly string[],
    name: string,
    count: number,
  ): Promise<AuthenticatedRow<T> | undefined> {
    const row = await this.get<T>(table, key);
    // What was committed while the row was read may be what it does not say yet.
    if (row !== undefined && this.#store.changeCount === count && this.#rememberedAt === count) {
      if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
      this.#remembered.set(name, row);
    }
    return row;
  }

  /**
   * Rows in the order of their keys; see `Store.list`.
   *
   * @throws {@link RowAuthenticationFailedError} when one of them was changed from outside
   */
  async list<T extends object>(table: string, options: ListOptions): Promise<readonly AuthenticatedRow<T>[]> {
    const opened: AuthenticatedRow<T>[] = [];
    for (const row of await this.#store.list(table, options))
      opened.push(await this.#open<T>(table, row.key, row));
    return opened;
  }

  /**
   * Applies all of the changes or none; durable when it resolves. See `Store.commit`.
   *
   * @throws {@link StoreConflictError} when a row's revision is not the expected one; nothing was changed
   */
  async commit(changes: readonly AuthenticatedChange[]): Promise<void> {
    const sealed = [];
    for (const { value, ...place } of changes) {
      const content =
        value === null ? null : await this.#seal(place.table, place.key, place.expectedRevision + 1, value);
      sealed.push({ ...place, content });
    }
    await this.#store.commit(sealed);
  }

  async #seal(table: string, key: readonly string[], revision: number, value: object): Promise<Uint8Array> {
    const json = encoder.encode(JSON.stringify(value));
    const content = new Uint8Array(jsonAt + json.byteLength);
    content[0] = rowFormat;
    content.set(await this.#code(table, key, revision, json), 1);
    content.set(json, jsonAt);
    return content;
  }

  async #open<T>(table: string, key: readonly string[], row: StoredRow): Promise<AuthenticatedRow<T>> {
    const json = row.content.subarray(jsonAt);
    const code = await this.#code(table, key, row.revision, json);
    if (
      row.content[0] !== rowFormat ||
      !this.#backend.constantTimeEqual(row.content.subarray(1, jsonAt), code)
    ) {
      throw new RowAuthenticationFailedError(
        `The row ${describeRow(table, key)} does not carry its authentication code.`,
      );
    }
    const value: T = JSON.parse(decoder.decode(json));
    return { key: [...key], value, revision: row.revision };
  }

  /** HMAC over format ‖ u32 length of table and key ‖ u64 revision ‖ table and key ‖ JSON: no two rows give the same input. */
  async #code(
    table: string,
    key: readonly string[],
    revision: number,
    json: Uint8Array,
  ): Promise<Uint8Array> {
    const place = joinBytes([encodeRowKey([table]), encodeRowKey(key)]);
    const head = new DataView(new ArrayBuffer(1 + 4 + 8));
    head.setUint8(0, rowFormat);
    head.setUint32(1, place.byteLength);
    head.setBigUint64(5, BigInt(revision));
    return await this.#backend.hmacSha256(this.#key, joinBytes([new Uint8Array(head.buffer), place, json]));
  }
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
