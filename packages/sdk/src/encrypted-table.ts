import type { Awaitable, DataKeyOpener, DataKeySealer, Plaintext } from '@keyfold/crypto-core';
import { type BeforeWait, whenAll } from './awaitables.ts';
import { atIndexLater, inTurns, oneByOne, prepareBatch } from './batches.ts';
import { type WaitOptions, waitOptionNames } from './calls/call-options.ts';
import { untilAborted, waitingFor } from './calls/until-aborted.ts';
import type { DataKeyCache } from './data-key-cache.ts';
import type { KeyScope } from './key-scope.ts';
import { type AnyRow, type DecryptionPlan, ownPlan, type RowPlan, TableLayout } from './table-layout.ts';
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
  async encrypt<Id extends AcceptedIdOf<S>>(
    row: PlainRowOf<S, Id>,
    options: WaitOptions = {},
  ): Promise<EncryptedRowOf<S, Id>> {
    const waiting = waitingFor('wrapDataKeys', options, waitOptionNames);
    let plan = this.#layout.planEncryption(row);
    const encrypted = this.#keys.seal(
      this.#scope,
      plan.steps.length,
      (sealer) => this.#encrypt(plan, sealer),
      () => {
        plan = ownPlan(plan);
      },
    );
    const result = encrypted instanceof Promise ? await untilAborted(encrypted, waiting) : encrypted;
    return result as EncryptedRowOf<S, Id>;
  }

  /**
   * Encrypts rows, many under one data key, in order.
   *
   * @throws BatchItemError for the first row that cannot be encrypted; CallError when no data key can be had
   */
  async encryptMany<Id extends AcceptedIdOf<S>>(
    rows: readonly PlainRowOf<S, Id>[],
    options: WaitOptions = {},
  ): Promise<EncryptedRowOf<S, Id>[]> {
    const waiting = waitingFor('wrapDataKeys', options, waitOptionNames);
    const items = prepareBatch<AnyRow, RowItem<RowPlan<Plaintext>>>(rows, (row, position) => ({
      position,
      plan: this.#layout.planEncryption(row),
    }));
    const encrypted = await inTurns(items, {
      waiting,
      detach,
      run: (part, beforeWait) => this.#encryptPart(part, beforeWait),
    });
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
    options: WaitOptions = {},
  ): Promise<DecryptedRowOf<S, Row>> {
    const waiting = waitingFor('unwrapDataKeys', options, waitOptionNames);
    let plan = this.#layout.planDecryption(row);
    const decrypted = this.#keys.open(
      this.#scope,
      plan.header,
      (opener) => this.#decrypt(plan, opener),
      () => {
        plan = ownPlan(plan);
      },
    );
    const result = decrypted instanceof Promise ? await untilAborted(decrypted, waiting) : decrypted;
    return result as DecryptedRowOf<S, Row>;
  }

  /**
   * Decrypts rows in order. Data keys that are not at hand are asked for together.
   *
   * @throws BatchItemError for the first row that cannot be decrypted; CallError when no data key can be had
   */
  async decryptMany<const Row extends SelectedRowOf<S>>(
    rows: readonly (Row & Undeclared<S, Row>)[],
    options: WaitOptions = {},
  ): Promise<DecryptedRowOf<S, Row>[]> {
    const waiting = waitingFor('unwrapDataKeys', options, waitOptionNames);
    const items = prepareBatch<AnyRow, RowItem<DecryptionPlan>>(rows, (row, position) => ({
      position,
      plan: this.#layout.planDecryption(row),
    }));
    const decrypted = await inTurns(items, {
      waiting,
      detach,
      run: (part, beforeWait) => this.#decryptPart(part, beforeWait),
    });
    return decrypted as DecryptedRowOf<S, Row>[];
  }

  #encrypt(plan: RowPlan<Plaintext>, sealer: DataKeySealer): Awaitable<AnyRow> {
    return whenAll(
      // All begun in one tick, while the key is known to be good.
      plan.steps.map(({ column, value }) => sealer.sealField(value, column.context, plan.id)),
      (sealed) => this.#layout.encryptedRow(plan, sealed, sealer),
    );
  }

  async #encryptPart(
    part: readonly RowItem<RowPlan<Plaintext>>[],
    beforeWait: BeforeWait,
  ): Promise<readonly AnyRow[]> {
    return await oneByOne(part, beforeWait, (item) =>
      this.#keys.seal(
        this.#scope,
        item.plan.steps.length,
        (sealer) => atIndexLater(item.position, () => this.#encrypt(item.plan, sealer)),
        beforeWait,
      ),
    );
  }

  async #decryptPart(
    part: readonly RowItem<DecryptionPlan>[],
    beforeWait: BeforeWait,
  ): Promise<readonly AnyRow[]> {
    return await this.#keys.openAll(
      this.#scope,
      part.map((item) => ({ item, header: item.plan.header })),
      ({ item }, key) =>
        atIndexLater(item.position, () => key.use((opener) => this.#decrypt(item.plan, opener))),
      beforeWait,
    );
  }

  #decrypt(plan: RowPlan<Uint8Array>, opener: DataKeyOpener): Awaitable<AnyRow> {
    return whenAll(
      plan.steps.map(({ column, value }) => opener.openField(value, column.context, plan.id)),
      (opened) => this.#layout.decryptedRow(plan, opened),
    );
  }
}

/** A row of a batch. */
interface RowItem<Plan> {
  readonly position: number;
  plan: Plan;
}

function detach(item: RowItem<RowPlan<unknown>>): void {
  item.plan = ownPlan(item.plan);
}

/** The plaintext row of a table: `type Person = PlainRow<typeof people>`. */
export type PlainRow<Table> = Table extends EncryptedTable<infer S> ? PlainRowOf<S> : never;

/** The stored row of a table: `db.get(…) as EncryptedRow<typeof people>`. */
export type EncryptedRow<Table> = Table extends EncryptedTable<infer S> ? EncryptedRowOf<S> : never;
