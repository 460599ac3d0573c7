import type { PlaintextKind } from './plaintext-kind.ts';

/** Carries a type that no value has at run time. */
declare const carried: unique symbol;

/** A column that is encrypted, and the type it has in plaintext. */
export interface EncryptedColumn<Plain> {
  readonly storage: 'encrypted';
  readonly kind: PlaintextKind;
  readonly isNullable: boolean;
  readonly [carried]?: Plain;
  /** The same column, which may also be null. Null is stored as null: that a value is absent can be seen. */
  nullable(): EncryptedColumn<Plain | null>;
}

/** A column that stays readable, by declaration, and its type. */
export interface ClearColumn<Plain> {
  readonly storage: 'clear';
  readonly [carried]?: Plain;
}

/** How a column is stored. */
export type Column<Plain = unknown> = EncryptedColumn<Plain> | ClearColumn<Plain>;

/** The type of a column in a plaintext row. */
export type PlainOf<C> =
  C extends EncryptedColumn<infer Plain> ? Plain : C extends ClearColumn<infer Plain> ? Plain : never;

/** The type of a column in an encrypted row. */
export type StoredOf<C> =
  C extends ClearColumn<infer Plain>
    ? Plain
    : C extends EncryptedColumn<infer Plain>
      ? Uint8Array | Extract<Plain, null>
      : never;

function encrypted<Plain>(kind: PlaintextKind, isNullable = false): EncryptedColumn<Plain> {
  return { storage: 'encrypted', kind, isNullable, nullable: () => encrypted(kind, true) };
}

/** Text. @example `ssn: text()` */
export function text(): EncryptedColumn<string> {
  return encrypted('text');
}

/** A number, -0, NaN and infinities included. @example `balance: number()` */
export function number(): EncryptedColumn<number> {
  return encrypted('number');
}

/** An integer of any size. @example `views: bigint()` */
export function bigint(): EncryptedColumn<bigint> {
  return encrypted('bigint');
}

/** True or false. Its ciphertexts do not tell which. @example `consent: boolean()` */
export function boolean(): EncryptedColumn<boolean> {
  return encrypted('boolean');
}

/** A point in time, to the millisecond. @example `bornAt: date().nullable()` */
export function date(): EncryptedColumn<Date> {
  return encrypted('date');
}

/** Bytes. @example `photo: bytes()` */
export function bytes(): EncryptedColumn<Uint8Array> {
  return encrypted('bytes');
}

/** A JSON object or array; its type is taken on trust when it is read. @example `address: json<Address>()` */
export function json<Plain extends object>(): EncryptedColumn<Plain> {
  return encrypted('json');
}

/** Stays readable for queries: stored as it is, neither encrypted nor authenticated. @example `plan: clear<string>()` */
export function clear<Plain>(): ClearColumn<Plain> {
  return { storage: 'clear' };
}
