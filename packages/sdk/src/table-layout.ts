import {
  type DataKeyHeader,
  type FieldContext,
  NotKeyfoldCiphertextError,
  type Plaintext,
  parseRecordHeader,
  prepareFieldContext,
  type RowId,
} from '@keyfold/crypto-core';
import type { KeyScope } from './key-scope.ts';
import { isOfKind, kindOf, type PlaintextKind } from './plaintext-kind.ts';
import {
  ColumnKindError,
  ColumnMissingError,
  ColumnNotNullableError,
  ColumnUnknownError,
  columnName,
  TableInvalidError,
} from './schema-errors.ts';
import { defaultHeader, type TableSchema } from './table-schema.ts';
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

/** What is to be done with one row: one step for each encrypted column that is not null. */
export interface RowPlan<Value> {
  readonly id: RowId;
  readonly steps: readonly { readonly column: SealedColumn; readonly value: Value }[];
}

/** A table's declaration, checked once, against which every row is checked before a key is touched. */
export class TableLayout {
  readonly name: string;
  readonly #idName: string;
  readonly #headerName: string;
  readonly #clear: readonly string[];
  readonly #sealed: readonly SealedColumn[];
  readonly #declared: ReadonlySet<string>;

  /** @throws {@link TableInvalidError} when the declaration is wrong in itself */
  constructor(scope: KeyScope, name: string, schema: TableSchema) {
    const headerName = schema.header ?? defaultHeader;
    checkDeclaration(name, schema, headerName);
    this.name = name;
    this.#idName = schema.id.name;
    this.#headerName = headerName;
    const columns = Object.entries(schema.fields);
    this.#clear = columns.flatMap(([field, { storage }]) => (storage === 'clear' ? [field] : []));
    this.#sealed = columns.flatMap(([field, column]) => {
      if (column.storage === 'clear') return [];
      const place = { tenant: scope.tenant, scope: scope.scope, table: name, field, idType: schema.id.type };
      return [{ ...column, name: field, context: prepareFieldContext(place) }];
    });
    this.#declared = new Set([this.#idName, ...Object.keys(schema.fields)]);
  }

  /** Most seals that one row takes. */
  get maxSeals(): number {
    return this.#sealed.length;
  }

  /**
   * What to encrypt of a plaintext row.
   *
   * @throws SchemaError when a column is missing, undeclared, null against its declaration or of another kind
   */
  planEncryption(row: AnyRow): RowPlan<Plaintext> {
    this.#refuseUndeclared(row, this.#declared);
    for (const name of this.#clear) this.#read(row, name);
    const steps: { column: SealedColumn; value: Plaintext }[] = [];
    for (const column of this.#sealed) {
      const value = this.#read(row, column.name);
      if (this.#isNull(value, column)) continue;
      if (!isPlaintextOfKind(value, column.kind)) {
        throw new ColumnKindError(this.name, column.name, column.kind, kindOf(value) ?? typeof value);
      }
      steps.push({ column, value });
    }
    return { id: this.#idOf(row), steps };
  }

  /** The row as it is stored. `sealed` are the ciphertexts of the plan's steps, in order. */
  encryptedRow(
    row: AnyRow,
    plan: RowPlan<Plaintext>,
    sealed: readonly Uint8Array[],
    header: Uint8Array,
  ): AnyRow {
    const results = new Map(plan.steps.map(({ column }, index) => [column.name, sealed[index]]));
    return Object.fromEntries([
      [this.#idName, row[this.#idName]],
      ...this.#clear.map((name) => [name, row[name]]),
      ...this.#sealed.map(({ name }) => [name, results.get(name) ?? null]),
      [this.#headerName, header],
    ]);
  }

  /**
   * The header of a stored row, and what to decrypt of it: the columns that the row has.
   *
   * @throws SchemaError as for {@link TableLayout.planEncryption}, except for columns left out
   * @throws NotKeyfoldCiphertextError and other format errors when a column does not hold what Keyfold wrote
   */
  planDecryption(row: AnyRow): RowPlan<Uint8Array> & { readonly header: DataKeyHeader } {
    this.#refuseUndeclared(row, new Set([...this.#declared, this.#headerName]));
    const header = parseRecordHeader(this.#bytes(this.#read(row, this.#headerName), this.#headerName));
    const steps: { column: SealedColumn; value: Uint8Array }[] = [];
    for (const column of this.#sealed) {
      if (!Object.hasOwn(row, column.name)) continue;
      const value = this.#read(row, column.name);
      if (!this.#isNull(value, column)) steps.push({ column, value: this.#bytes(value, column.name) });
    }
    return { id: this.#idOf(row), steps, header };
  }

  /**
   * The row in plaintext. `opened` are the plaintexts of the plan's steps, in order.
   *
   * @throws {@link PlaintextKindError} when a field holds another kind than its column declares
   */
  decryptedRow(row: AnyRow, plan: RowPlan<Uint8Array>, opened: readonly Plaintext[]): AnyRow {
    const results = new Map<string, unknown>();
    for (const [index, { column }] of plan.steps.entries()) {
      const value = opened[index];
      if (value === undefined || !isOfKind(value, column.kind)) {
        throw new PlaintextKindError(columnName(this.name, column.name), column.kind, kindOf(value));
      }
      results.set(column.name, value);
    }
    const present = (name: string) => Object.hasOwn(row, name);
    return Object.fromEntries([
      [this.#idName, row[this.#idName]],
      ...this.#clear.filter(present).map((name) => [name, row[name]]),
      ...this.#sealed
        .filter(({ name }) => present(name))
        .map(({ name }) => [name, results.get(name) ?? null]),
    ]);
  }

  #refuseUndeclared(row: AnyRow, declared: ReadonlySet<string>): void {
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
    if (isRowId(id)) return id;
    throw new ColumnMissingError(this.name, this.#idName);
  }

  #isNull(value: unknown, column: SealedColumn): boolean {
    if (value !== null) return false;
    if (!column.isNullable) throw new ColumnNotNullableError(this.name, column.name);
    return true;
  }

  #bytes(value: unknown, name: string): Uint8Array {
    if (value instanceof Uint8Array) return value;
    throw new NotKeyfoldCiphertextError(`${columnName(this.name, name)} does not hold bytes.`);
  }
}

function checkDeclaration(table: string, schema: TableSchema, headerName: string): void {
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

function isRowId(value: unknown): value is RowId {
  return ['number', 'bigint', 'string'].includes(typeof value) || value instanceof Uint8Array;
}

/** Only the kind: whether the value can be encrypted is for the crypto core to say. */
function isPlaintextOfKind(value: unknown, kind: PlaintextKind): value is Plaintext {
  return kindOf(value) === kind;
}
