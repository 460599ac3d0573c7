import { KeyfoldError, type RowIdType } from '@keyfold/crypto-core';
import type { PlaintextKind } from './plaintext-kind.ts';

/** The codes of rows and declarations that do not fit together. Nothing was encrypted or left clear. */
export type SchemaErrorCode =
  | 'table_invalid'
  | 'row_invalid'
  | 'column_unknown'
  | 'column_missing'
  | 'column_not_nullable'
  | 'column_kind_mismatch';

/** For each code, the way out. The layer is always `config`; none is retryable. */
export const schemaErrors: Readonly<Record<SchemaErrorCode, { readonly hint: string }>> = {
  table_invalid: { hint: 'Correct the declaration: an id, at least one field, and names that occur once.' },
  row_invalid: { hint: 'Pass a row as an object with a property for each column.' },
  column_unknown: {
    hint: 'Declare every column of the row: with the builder of its kind to encrypt it, or as clear() to leave it readable.',
  },
  column_missing: {
    hint: 'Pass every declared column; null where a column is declared nullable() and has no value.',
  },
  column_not_nullable: {
    hint: 'Declare the column nullable(), such as text().nullable(), if it may be empty: that it is empty can be seen.',
  },
  column_kind_mismatch: {
    hint: 'Pass a value of the declared kind, or declare the column as what it holds.',
  },
};

/** A row and the table's declaration do not fit together, or the declaration is wrong in itself. */
export abstract class SchemaError extends KeyfoldError {
  abstract override readonly code: SchemaErrorCode;
  /** The table's name. */
  readonly table: string;
  /** The column's name, where one is at fault. */
  readonly column: string | undefined;

  constructor(code: SchemaErrorCode, message: string, table: string, column?: string) {
    super(message, { layer: 'config', ...schemaErrors[code] });
    this.table = table;
    this.column = column;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), table: this.table, column: this.column };
  }
}

/** The declaration of a table is wrong in itself. */
export class TableInvalidError extends SchemaError {
  readonly code = 'table_invalid';
  constructor(table: string, problem: string, column?: string) {
    super(
      'table_invalid',
      `The declaration of the table ${JSON.stringify(table)} is wrong: ${problem}`,
      table,
      column,
    );
  }
}

/** What was passed as a row is no object. */
export class RowInvalidError extends SchemaError {
  readonly code = 'row_invalid';
  constructor(table: string) {
    super('row_invalid', `A row of the table ${JSON.stringify(table)} must be an object.`, table);
  }
}

/** A row has a column that the table does not declare. */
export class ColumnUnknownError extends SchemaError {
  readonly code = 'column_unknown';
  constructor(table: string, column: string) {
    super('column_unknown', `${columnName(table, column)} is not declared.`, table, column);
  }
}

/** A row lacks a declared column, or has it undefined. */
export class ColumnMissingError extends SchemaError {
  readonly code = 'column_missing';
  constructor(table: string, column: string) {
    super('column_missing', `${columnName(table, column)} is missing in the row.`, table, column);
  }
}

/** A column is null and was not declared nullable. */
export class ColumnNotNullableError extends SchemaError {
  readonly code = 'column_not_nullable';
  constructor(table: string, column: string) {
    super(
      'column_not_nullable',
      `${columnName(table, column)} is null, but not declared nullable.`,
      table,
      column,
    );
  }
}

/** A column has a value of another kind than declared. */
export class ColumnKindError extends SchemaError {
  readonly code = 'column_kind_mismatch';
  constructor(table: string, column: string, expected: PlaintextKind | `${RowIdType} id`, actual: string) {
    super(
      'column_kind_mismatch',
      `${columnName(table, column)} is declared as ${expected}, but the value is ${actual}.`,
      table,
      column,
    );
  }
}

/** How messages name a column. */
export function columnName(table: string, column: string): string {
  return `The column ${JSON.stringify(column)} of the table ${JSON.stringify(table)}`;
}
