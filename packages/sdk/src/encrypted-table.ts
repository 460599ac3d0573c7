import type { Awaitable, DataKeyOpener, DataKeySealer, Plaintext } from '@keyfold/crypto-core';
import { whenAll } from './awaitables.ts';
import { atIndex, atIndexLater, inTurns } from './batches.ts';
import type { DataKeyCache } from './data-key-cache.ts';
import type { KeyScope } from './key-scope.ts';
import { type AnyRow, type RowPlan, TableLayout } from './table-layout.ts';
import type {
  AcceptedIdOf,
  DecryptedRowOf,
  EncryptedRowOf,
  PlainRowOf,
  SelectedRowOf,
  TableSchema,
  Undeclared,
} from './table-schema.ts';

/** What a table is made of. */
export interface EncryptedTableOptions<S extends TableSchema> {
  readonly keys: DataKeyCache;
  readonly scope: KeyScope;
  readonly name: string;
  readonly schema: S;
}

/**
 * A table whose declared columns are encrypted field by field, each bound to tenant, service, table, column and row.
 *
 * Null stays null where the column is declared nullable. A row to encrypt has every declared column; a row to decrypt
 * may be a selection of them. A column that is not declared is an error, before anything is encrypted or decrypted.
 */
export class EncryptedTable<S extends TableSchema> {
  readonly #keys: DataKeyCache;
  readonly #scope: KeyScope;
  readonly #layout: TableLayout;

  /** @throws TableInvalidError when the declaration is wrong in itself */
  constructor({ keys, scope, name, schema }: EncryptedTableOptions<S>) {
    this.#keys = keys;
    this.#scope = scope;
    this.#layout = new TableLayout(scope, name, schema);
  }

  /** The table's name; fields are bound to it. */
  get name(): string {
    return this.#layout.name;
  }

  /**
   * Encrypts a row; the argument is left as it is.
   *
   * @throws SchemaError for a row that does not fit the declaration; CallError when no data key can be had
   * @example
   * ```ts
   * const row = await people.encrypt({ id: 7, ssn: '078-05-1120', plan: 'pro' });
   * ```
   */
  async encrypt<Id extends AcceptedIdOf<S>>(row: PlainRowOf<S, Id>): Promise<EncryptedRowOf<S, Id>> {
    const plan = this.#layout.planEncryption(row);
    const encrypted = await this.#keys.seal(this.#scope, plan.steps.length, (sealer) =>
      this.#encrypt(row, plan, sealer),
    );
    return encrypted as EncryptedRowOf<S, Id>;
  }

  /**
   * Encrypts rows, many under one data key, in order.
   *
   * @throws BatchItemError for the first row that cannot be encrypted; CallError when no data key can be had
   */
  async encryptMany<Id extends AcceptedIdOf<S>>(
    rows: readonly PlainRowOf<S, Id>[],
  ): Promise<EncryptedRowOf<S, Id>[]> {
    const encrypted = await inTurns<AnyRow, AnyRow>(rows, (part, start) => this.#encryptPart(part, start));
    return encrypted as EncryptedRowOf<S, Id>[];
  }

  /**
   * Decrypts a row, or a selection of its columns with id and header.
   *
   * @throws IntegrityCheckFailedError for a field that was changed or belongs elsewhere; SchemaError; CallError
   * @example
   * ```ts
   * const { ssn } = await people.decrypt({ id: 7, ssn: stored.ssn, keyfold: stored.keyfold });
   * ```
   */
  async decrypt<const Row extends SelectedRowOf<S>>(
    row: Row & Undeclared<S, Row>,
  ): Promise<DecryptedRowOf<S, Row>> {
    const plan = this.#layout.planDecryption(row);
    const decrypted = await this.#keys.open(this.#scope, plan.header, (opener) =>
      this.#decrypt(row, plan, opener),
    );
    return decrypted as DecryptedRowOf<S, Row>;
  }

  /**
   * Decrypts rows in order. Data keys that are not at hand are asked for together.
   *
   * @throws BatchItemError for the first row that cannot be decrypted; CallError when no data key can be had
   */
  async decryptMany<const Row extends SelectedRowOf<S>>(
    rows: readonly (Row & Undeclared<S, Row>)[],
  ): Promise<DecryptedRowOf<S, Row>[]> {
    const decrypted = await inTurns<AnyRow, AnyRow>(rows, (part, start) => this.#decryptPart(part, start));
    return decrypted as DecryptedRowOf<S, Row>[];
  }

  #encrypt(row: AnyRow, plan: RowPlan<Plaintext>, sealer: DataKeySealer): Awaitable<AnyRow> {
    return whenAll(
      // All begun in one tick, while the key is known to be good.
      plan.steps.map(({ column, value }) => sealer.sealField(value, column.context, plan.id)),
      (sealed) => this.#layout.encryptedRow(row, plan, sealed, sealer.recordHeader()),
    );
  }

  async #encryptPart(part: readonly AnyRow[], start: number): Promise<readonly AnyRow[]> {
    const plans = part.map((row, index) => {
      const position = start + index;
      return { row, position, plan: atIndex(position, () => this.#layout.planEncryption(row)) };
    });
    const encrypted: AnyRow[] = [];
    for (const { row, position, plan } of plans) {
      const result = this.#keys.seal(this.#scope, plan.steps.length, (sealer) =>
        atIndexLater(position, () => this.#encrypt(row, plan, sealer)),
      );
      encrypted.push(await result);
    }
    return encrypted;
  }

  async #decryptPart(part: readonly AnyRow[], start: number): Promise<readonly AnyRow[]> {
    const items = part.map((row, index) => {
      const position = start + index;
      const plan = atIndex(position, () => this.#layout.planDecryption(row));
      return { row, position, plan, header: plan.header };
    });
    return await this.#keys.openAll(this.#scope, items, ({ row, position, plan }, key) =>
      atIndexLater(position, () => key.use((opener) => this.#decrypt(row, plan, opener))),
    );
  }

  #decrypt(row: AnyRow, plan: RowPlan<Uint8Array>, opener: DataKeyOpener): Awaitable<AnyRow> {
    return whenAll(
      plan.steps.map(({ column, value }) => opener.openField(value, column.context, plan.id)),
      (opened) => this.#layout.decryptedRow(row, plan, opened),
    );
  }
}

/** The plaintext row of a table: `type Person = PlainRow<typeof people>`. */
export type PlainRow<Table> = Table extends EncryptedTable<infer S> ? PlainRowOf<S> : never;

/** The stored row of a table: `db.get(…) as EncryptedRow<typeof people>`. */
export type EncryptedRow<Table> = Table extends EncryptedTable<infer S> ? EncryptedRowOf<S> : never;
