import {
  type DataKeyHeader,
  type DataKeySealer,
  type FieldContext,
  NotKeyfoldCiphertextError,
  type Plaintext,
  prepareFieldContext,
  type RowId,
  type RowIdType,
} from '@keyfold/crypto-core';
import { isObject } from './arguments.ts';
import { copyOf } from './copy-of.ts';
import type { KeyScope } from './key-scope.ts';
import { isOfKind, kindOf, type PlaintextKind } from './plaintext-kind.ts';
import { RecordHeaders } from './record-headers.ts';
import {
  ColumnKindError,
  ColumnMissingError,
  ColumnNotNullableError,
  ColumnUnknownError,
  columnName,
  RowInvalidError,
  TableInvalidError,
} from './schema-errors.ts';
import { defaultHeader, type TableSchema } from './table-schema.ts';
import { isUint8Array } from './type-checks.ts';
import { PlaintextKindError } from './value-errors.ts';

/** A row before it is known to fit: own enumerable columns by name. */
export type AnyRow = Readonly<Record<string, unknown>>;

/** An encrypted column of a table, ready for use with any row. */
export interface SealedColumn {
  readonly name: string;
  readonly kind: PlaintextKind;
  readonly isNullable: boolean;
  readonly context: FieldContext;
}

/** What is to be done with one row, and all that is needed of it: nobody looks at the row again. */
export interface RowPlan<Value> {
  /** A copy already, as the clear columns are: they become part of the result, which is not the caller's row. */
  readonly id: RowId;
  /** The clear columns that the row has. */
  readonly clear: readonly { readonly name: string; readonly value: unknown }[];
  /** The encrypted columns that the row has, null or not. */
  readonly sealed: readonly SealedColumn[];
  /** One step for each of `sealed` that is not null, in its order. */
  readonly steps: readonly { readonly column: SealedColumn; readonly value: Value }[];
}

/** What to decrypt of a row. */
export interface DecryptionPlan extends RowPlan<Uint8Array> {
  /** A copy already. */
  readonly header: DataKeyHeader;
}

/** The same plan with nothing in it that is the caller's. */
export function ownPlan<Plan extends RowPlan<unknown>>(plan: Plan): Plan {
  return { ...plan, steps: plan.steps.map(({ column, value }) => ({ column, value: copyOf(value) })) };
}

/** A table's declaration, checked once, against which every row is checked before a key is touched. */
export class TableLayout {
  readonly name: string;
  readonly #idName: string;
  readonly #idType: RowIdType;
  readonly #headerName: string;
  readonly #clear: readonly string[];
  readonly #sealed: readonly SealedColumn[];
  readonly #declared: ReadonlySet<string>;
  /** The declared columns and the header's. */
  readonly #stored: ReadonlySet<string>;
  readonly #headers = new RecordHeaders();

  /** @throws {@link TableInvalidError} when the declaration is wrong in itself */
  constructor(scope: KeyScope, name: string, schema: TableSchema) {
    checkDeclaration(name, schema);
    const headerName = headerOf(schema);
    this.name = name;
    this.#idName = schema.id.name;
    this.#idType = schema.id.type;
    this.#headerName = headerName;
    const columns = Object.entries(schema.fields);
    this.#clear = columns.flatMap(([field, { storage }]) => (storage === 'clear' ? [field] : []));
    this.#sealed = columns.flatMap(([field, column]) => {
      if (column.storage === 'clear') return [];
      const place = { tenant: scope.tenant, scope: scope.scope, table: name, field, idType: schema.id.type };
      return [{ ...column, name: field, context: prepareFieldContext(place) }];
    });
    this.#declared = new Set([this.#idName, ...Object.keys(schema.fields)]);
    this.#stored = new Set([...this.#declared, headerName]);
  }

  /**
   * What to encrypt of a plaintext row.
   *
   * @throws SchemaError when a column is missing, undeclared, null against its declaration or of another kind
   */
  planEncryption(row: AnyRow): RowPlan<Plaintext> {
    this.#refuseUndeclared(row, this.#declared);
    const clear = this.#clear.map((name) => ({ name, value: copyOf(this.#read(row, name)) }));
    const steps: { column: SealedColumn; value: Plaintext }[] = [];
    for (const column of this.#sealed) {
      const value = this.#read(row, column.name);
      if (this.#isNull(value, column)) continue;
      if (!isPlaintextOfKind(value, column.kind)) {
        throw new ColumnKindError(this.name, column.name, column.kind, kindOf(value) ?? typeof value);
      }
      steps.push({ column, value });
    }
    return { id: this.#idOf(row), clear, sealed: this.#sealed, steps };
  }

  /** The row as it is stored. `sealed` are the ciphertexts of the plan's steps, in order, all by one sealer. */
  encryptedRow(plan: RowPlan<Plaintext>, sealed: readonly Uint8Array[], sealer: DataKeySealer): AnyRow {
    const row = this.#rowOf(plan, sealed);
    row[this.#headerName] = this.#headers.writtenBy(sealer);
    return row;
  }

  /**
   * The header of a stored row, and what to decrypt of it: the columns that the row has.
   *
   * @throws SchemaError as for {@link TableLayout.planEncryption}, except for columns left out
   * @throws NotKeyfoldCiphertextError and other format errors when a column does not hold what Keyfold wrote
   */
  planDecryption(row: AnyRow): DecryptionPlan {
    this.#refuseUndeclared(row, this.#stored);
    const header = this.#headers.of(this.#bytes(this.#read(row, this.#headerName), this.#headerName));
    const clear = this.#clear
      .filter((name) => Object.hasOwn(row, name))
      .map((name) => ({ name, value: copyOf(row[name]) }));
    const sealed = this.#sealed.filter(({ name }) => Object.hasOwn(row, name));
    const steps: { column: SealedColumn; value: Uint8Array }[] = [];
    for (const column of sealed) {
      const value = this.#read(row, column.name);
      if (!this.#isNull(value, column)) steps.push({ column, value: this.#bytes(value, column.name) });
    }
    return { id: this.#idOf(row), clear, sealed, steps, header };
  }

  /**
   * The row in plaintext. `opened` are the plaintexts of the plan's steps, in order.
   *
   * @throws {@link PlaintextKindError} when a field holds another kind than its column declares
   */
  decryptedRow(plan: RowPlan<Uint8Array>, opened: readonly Plaintext[]): AnyRow {
    let step = 0;
    for (const { column } of plan.steps) {
      const value = opened[step++];
      if (value === undefined || !isOfKind(value, column.kind)) {
        throw new PlaintextKindError(columnName(this.name, column.name), column.kind, kindOf(value));
      }
    }
    return this.#rowOf(plan, opened);
  }

  /** Id, clear columns, then encrypted ones with what became of them. */
  #rowOf<Value>(plan: RowPlan<Value>, results: readonly unknown[]): Record<string, unknown> {
    const row: Record<string, unknown> = { [this.#idName]: plan.id };
    for (const { name, value } of plan.clear) row[name] = value;
    let step = 0;
    for (const column of plan.sealed) {
      row[column.name] = plan.steps[step]?.column === column ? results[step++] : null;
    }
    return row;
  }

  #refuseUndeclared(row: AnyRow, declared: ReadonlySet<string>): void {
    if (!isObject(row)) throw new RowInvalidError(this.name);
    for (const name of Object.keys(row)) {
      if (!declared.has(name)) throw new ColumnUnknownError(this.name, name);
    }
  }

  /** A column's value; undefined counts as missing, or a typing error would store nothing in silence. */
  #read(row: AnyRow, name: string): unknown {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (value === undefined) throw new ColumnMissingError(this.name, name);
    return value;
  }

  #idOf(row: AnyRow): RowId {
    const id = this.#read(row, this.#idName);
    if (isRowId(id)) return copyOf(id);
    const actual = id === null ? 'null' : typeof id;
    throw new ColumnKindError(this.name, this.#idName, `${this.#idType} id`, actual);
  }

  #isNull(value: unknown, column: SealedColumn): boolean {
    if (value !== null) return false;
    if (!column.isNullable) throw new ColumnNotNullableError(this.name, column.name);
    return true;
  }

  #bytes(value: unknown, name: string): Uint8Array {
    if (isUint8Array(value)) return value;
    throw new NotKeyfoldCiphertextError(`${columnName(this.name, name)} does not hold bytes.`);
  }
}

function headerOf(schema: TableSchema): string {
  return schema.header ?? defaultHeader;
}

/** Everything is looked at as if no compiler had: a declaration may come from plain JavaScript. */
function checkDeclaration(table: string, schema: TableSchema): void {
  if (typeof table !== 'string' || table === '') {
    throw new TableInvalidError(String(table), 'the table has no name.');
  }
  if (!isObject(schema) || !isObject(schema.id) || !isObject(schema.fields)) {
    throw new TableInvalidError(table, 'it needs an id and fields.');
  }
  for (const [field, column] of Object.entries(schema.fields)) {
    if (isObject(column) && storages.includes(column.storage)) continue;
    throw new TableInvalidError(
      table,
      'a column is not made by a builder, such as text() or clear().',
      field,
    );
  }
  const headerName = headerOf(schema);
  if (typeof schema.id.name !== 'string' || typeof headerName !== 'string') {
    throw new TableInvalidError(table, 'the names of id and header must be text.');
  }
  const names = [schema.id.name, headerName, ...Object.keys(schema.fields)];
  const [repeated] = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new TableInvalidError(table, 'a column is declared twice.', repeated);
  if (names.includes('')) throw new TableInvalidError(table, 'a column has no name.');
  // Row objects are made from these names.
  if (names.includes('__proto__'))
    throw new TableInvalidError(table, 'no column can have this name.', '__proto__');
  if (!Object.values(schema.fields).some(({ storage }) => storage === 'encrypted')) {
    throw new TableInvalidError(table, 'no column is encrypted.');
  }
}

const storages: readonly string[] = ['encrypted', 'clear'];

function isRowId(value: unknown): value is RowId {
  return ['number', 'bigint', 'string'].includes(typeof value) || isUint8Array(value);
}

/** Only the kind: whether the value can be encrypted is for the crypto core to say. */
function isPlaintextOfKind(value: unknown, kind: PlaintextKind): value is Plaintext {
  return kindOf(value) === kind;
}
