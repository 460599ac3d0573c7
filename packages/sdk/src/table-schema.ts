import type { RowId } from '@keyfold/crypto-core';
import type { Column, PlainOf, StoredOf } from './columns.ts';
import type { RowIdColumn } from './row-id-column.ts';

/** The declaration of a table: every column it has, none encrypted or left clear by accident. */
export interface TableSchema {
  /** The column that identifies a row; it stays readable. */
  readonly id: RowIdColumn<string, RowId, RowId>;
  /** All other columns by name. A field is bound to its column's name: renaming a column needs re-encryption. */
  readonly fields: Readonly<Record<string, Column>>;
  /** The column that holds the record's header, 102 bytes. Default: `keyfold`. */
  readonly header?: string;
}

/** The name of the header's column unless declared otherwise. */
export const defaultHeader = 'keyfold';

type Flat<T> = { [K in keyof T]: T[K] };

/** The name of a table's id column. */
type IdNameOf<S extends TableSchema> = S['id']['name'];

/** The types that a table's ids may have. */
export type AcceptedIdOf<S extends TableSchema> =
  S['id'] extends RowIdColumn<string, infer Accepted, RowId> ? Accepted : never;

/** The type that a table's ids have unless said. */
type UsualIdOf<S extends TableSchema> =
  S['id'] extends RowIdColumn<string, RowId, infer Usual> ? Usual : never;

/** The name of a table's header column. */
type HeaderNameOf<S extends TableSchema> = S extends { readonly header: infer Name extends string }
  ? Name
  : typeof defaultHeader;

type PlainFields<S extends TableSchema> = { [K in keyof S['fields']]: PlainOf<S['fields'][K]> };
type StoredFields<S extends TableSchema> = { [K in keyof S['fields']]: StoredOf<S['fields'][K]> };

/** `7` is inferred as `7`; a row's id is a number. */
type Widened<Id> = Id extends number ? number : Id extends bigint ? bigint : Id extends string ? string : Id;

/** A row of the table in plaintext. */
export type PlainRowOf<S extends TableSchema, Id = UsualIdOf<S>> = Flat<
  { [K in IdNameOf<S>]: Widened<Id> } & { -readonly [K in keyof PlainFields<S>]: PlainFields<S>[K] }
>;

/** A row of the table as it is stored: encrypted columns are bytes, clear ones as they were, and the header. */
export type EncryptedRowOf<S extends TableSchema, Id = UsualIdOf<S>> = Flat<
  { [K in IdNameOf<S>]: Widened<Id> } & { -readonly [K in keyof StoredFields<S>]: StoredFields<S>[K] } & {
    [K in HeaderNameOf<S>]: Uint8Array;
  }
>;

/** What can be decrypted: id and header, and any of the columns. */
export type SelectedRowOf<S extends TableSchema> = { readonly [K in IdNameOf<S>]: AcceptedIdOf<S> } & {
  readonly [K in HeaderNameOf<S>]: Uint8Array;
} & { readonly [K in keyof StoredFields<S>]?: StoredFields<S>[K] };

/** What the compiler names where a row has a column that the table does not declare; no value has this type. */
export interface ColumnIsNotDeclared<Name> {
  readonly [notDeclared]: Name;
}
declare const notDeclared: unique symbol;

/** Names of a row that the table does not declare; none may be there. */
export type Undeclared<S extends TableSchema, Row> = {
  readonly [K in Exclude<
    keyof Row,
    IdNameOf<S> | HeaderNameOf<S> | keyof S['fields']
  >]: ColumnIsNotDeclared<K>;
};

/** What a selection of columns decrypts to. */
export type DecryptedRowOf<S extends TableSchema, Row> = {
  -readonly [K in keyof Row as K extends IdNameOf<S> | keyof S['fields']
    ? K
    : never]: K extends keyof S['fields'] ? PlainOf<S['fields'][K]> : Row[K];
};
