import type { RowId, RowIdType } from '@keyfold/crypto-core';

/** Carries types that no value has at run time. */
declare const carried: unique symbol;

/**
 * The column that identifies a row, and how it is declared. Every field is bound to it.
 *
 * `Accepted` are the types a row may have it in, `Usual` the one it has unless said.
 */
export interface RowIdColumn<Name extends string, Accepted extends RowId, Usual extends RowId> {
  readonly name: Name;
  readonly type: RowIdType;
  readonly [carried]?: { readonly accepted: Accepted; readonly usual: Usual };
}

/** Whole numbers: 7, '7' and 7n are the same row, whatever a driver returns. @example `integerId('id')` */
export function integerId<const Name extends string>(
  name: Name,
): RowIdColumn<Name, number | bigint | string, number> {
  return { name, type: 'integer' };
}

/** Text, to the letter. @example `textId('email')` */
export function textId<const Name extends string>(name: Name): RowIdColumn<Name, string, string> {
  return { name, type: 'text' };
}

/** UUIDs, as text in either case or as 16 bytes. @example `uuidId('id')` */
export function uuidId<const Name extends string>(
  name: Name,
): RowIdColumn<Name, string | Uint8Array, string> {
  return { name, type: 'uuid' };
}

/** Bytes. @example `bytesId('digest')` */
export function bytesId<const Name extends string>(name: Name): RowIdColumn<Name, Uint8Array, Uint8Array> {
  return { name, type: 'bytes' };
}
