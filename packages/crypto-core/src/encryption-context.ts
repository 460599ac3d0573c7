import { CanonicalBytes } from './canonical-bytes.ts';
import { InvalidEncryptionContextError } from './crypto-errors.ts';
import { formByte, purposeByte, suiteAes256GcmHkdfSha256 } from './format.ts';
import { maxRowIdBytes, type RowId, type RowIdType, rowIdTypes, writeRowId } from './row-id.ts';
import { type Scope, writeTenantAndScope } from './scope.ts';
import { isNameIn, isObject, isPlainObject } from './type-checks.ts';

/**
 * Names and values that are bound to a ciphertext: authenticated, not secret. Opening needs the same ones;
 * their order does not matter. At most 64 entries, at most 8 KiB encoded; any string without lone surrogates,
 * also empty.
 */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Most entries of an encryption context. */
export const maxContextEntries = 64;
/** Longest encoded encryption context in bytes. */
export const maxContextBytes = 8192;

/** What a value is bound to. */
export interface ValueContextOptions {
  /** The tenant's id, 1 to 255 bytes of UTF-8; empty for the scope `platform`. */
  readonly tenant: string;
  /** Whose key encrypts. */
  readonly scope: Scope;
  /** What else the value belongs to. */
  readonly context: EncryptionContext;
}

/** What a field of a record is bound to, besides its row id. */
export interface FieldContextOptions {
  /** The tenant's id, 1 to 255 bytes of UTF-8; empty for the scope `platform`. */
  readonly tenant: string;
  /** Whose key encrypts. */
  readonly scope: Scope;
  /** The table's name, 1 to 255 bytes of UTF-8. */
  readonly table: string;
  /** The field's name, 1 to 255 bytes of UTF-8. */
  readonly field: string;
  /** How the table's row ids are declared. */
  readonly idType: RowIdType;
  /** What else the field belongs to. */
  readonly context?: EncryptionContext;
}

/**
 * What a value is bound to, encoded once and reused for any number of calls. Made by {@link
 * prepareValueContext}; the package exports only the type.
 */
export class ValueContext {
  readonly #aad: Uint8Array;

  constructor(aad: Uint8Array) {
    this.#aad = aad;
  }

  /** The AAD, for the backends; not to be changed. */
  static aadOf(context: ValueContext): Uint8Array {
    if (!isObject(context) || !(#aad in context)) {
      throw new InvalidEncryptionContextError('Expected what prepareValueContext returned.');
    }
    return context.#aad;
  }
}

/**
 * What the fields of one column are bound to, encoded once; the row id is put in at each call. Made by
 * {@link prepareFieldContext}; the package exports only the type.
 */
export class FieldContext {
  readonly #idType: RowIdType;
  /**
   * beforeRowId ‖ u16 ‖ room for a row id and what comes after it; reused, since a new one costs a tenth of a
   * seal.
   */
  readonly #aad: Uint8Array;
  readonly #lengthAt: number;
  readonly #rowId: Uint8Array;
  readonly #afterRowId: Uint8Array;
  /** The view that was last given out: rows with ids of the same length use it again. */
  #view: Uint8Array;

  constructor(beforeRowId: Uint8Array, idType: RowIdType, afterRowId: Uint8Array) {
    this.#idType = idType;
    this.#lengthAt = beforeRowId.byteLength;
    this.#aad = new Uint8Array(this.#lengthAt + 2 + maxRowIdBytes + afterRowId.byteLength);
    this.#aad.set(beforeRowId);
    this.#rowId = this.#aad.subarray(this.#lengthAt + 2);
    this.#afterRowId = afterRowId;
    this.#view = this.#aad;
  }

  /**
   * The AAD of the column's field in the row `rowId`, for the backends: valid until the next call for this
   * context, so it is used or copied before anything is awaited.
   *
   * @throws {@link InvalidEncryptionContextError} for a row id that the declared type does not have
   */
  static aadOf(context: FieldContext, rowId: RowId): Uint8Array {
    if (!isObject(context) || !(#aad in context)) {
      throw new InvalidEncryptionContextError('Expected what prepareFieldContext returned.');
    }
    const aad = context.#aad;
    const lengthAt = context.#lengthAt;
    const byteLength = writeRowId(context.#idType, rowId, context.#rowId);
    aad[lengthAt] = byteLength >>> 8;
    aad[lengthAt + 1] = byteLength;
    const after = context.#afterRowId;
    const { length } = after;
    const end = lengthAt + 2 + byteLength;
    // Mostly two bytes, an empty context: a loop is quicker than `set`.
    for (let i = 0; i < length; i++) aad[end + i] = after[i] ?? 0;
    const aadByteLength = end + length;
    if (context.#view.length !== aadByteLength) context.#view = aad.subarray(0, aadByteLength);
    return context.#view;
  }
}

/**
 * Encodes what a value is bound to: format ‖ suite ‖ purpose ‖ lp16(tenant) ‖ scope kind ‖ lp16(scope id) ‖
 * context (docs/formats/aad.md). The encoding is injective: no two different contexts share it.
 *
 * @throws {@link InvalidEncryptionContextError} when a part is missing, too long, not a string or has lone
 *   surrogates
 * @example
 * ```ts
 * const context = prepareValueContext({
 *   tenant: 'acme',
 *   scope: { kind: 'service', id: 'billing' },
 *   context: { card: '42' },
 * });
 * ```
 */
export function prepareValueContext(options: ValueContextOptions): ValueContext {
  requireContextOptions(options);
  const out = new CanonicalBytes();
  out.u8(formByte.value);
  out.u8(suiteAes256GcmHkdfSha256);
  out.u8(purposeByte.value);
  writeTenantAndScope(out, options.tenant, options.scope);
  writeContext(out, options.context);
  return new ValueContext(out.finish());
}

/**
 * Encodes what the fields of one column are bound to: as for a value, with lp16(table) ‖ lp16(field) ‖ row-id
 * type ‖ lp16(row id) before the context (docs/formats/aad.md).
 *
 * @throws {@link InvalidEncryptionContextError} when a part is missing, too long, not a string or has lone
 *   surrogates
 * @example
 * ```ts
 * const ssn = prepareFieldContext({
 *   tenant: 'acme',
 *   scope: { kind: 'service', id: 'billing' },
 *   table: 'people',
 *   field: 'ssn',
 *   idType: 'integer',
 * });
 * ```
 */
export function prepareFieldContext(options: FieldContextOptions): FieldContext {
  requireContextOptions(options);
  const { idType } = options;
  if (!isNameIn(rowIdTypes, idType)) {
    throw new InvalidEncryptionContextError(
      `A row id's type must be one of ${Object.keys(rowIdTypes).join(', ')}.`,
    );
  }
  const before = new CanonicalBytes();
  before.u8(formByte.recordField);
  before.u8(suiteAes256GcmHkdfSha256);
  before.u8(purposeByte.field);
  writeTenantAndScope(before, options.tenant, options.scope);
  before.name('The table', options.table);
  before.name('The field', options.field);
  before.u8(rowIdTypes[idType].code);
  const after = new CanonicalBytes();
  writeContext(after, options.context ?? {});
  return new FieldContext(before.finish(), idType, after.finish());
}

/** @throws {@link InvalidEncryptionContextError} for anything but an object */
export function requireContextOptions(options: object): void {
  if (!isObject(options)) throw new InvalidEncryptionContextError('What is bound must be an object.');
}

/**
 * u16 count ‖ (lp16(key) ‖ lp16(value))…, in order of the keys' UTF-8 bytes. Own enumerable string keys only.
 */
export function writeContext(out: CanonicalBytes, context: EncryptionContext): void {
  if (!isPlainObject(context)) {
    throw new InvalidEncryptionContextError('The encryption context must be a plain object of strings.');
  }
  // Object.keys and a read of an own key: '__proto__' and 'constructor' are data like any other name.
  const keys = Object.keys(context);
  if (keys.length > maxContextEntries) {
    throw new InvalidEncryptionContextError(
      `The encryption context has more than ${maxContextEntries} entries.`,
    );
  }
  const startAt = out.byteLength;
  out.u16(keys.length);
  for (const key of keys.sort(compareUtf8)) {
    const value = context[key];
    if (typeof value !== 'string') {
      throw new InvalidEncryptionContextError('Every value of the encryption context must be a string.');
    }
    out.text('A key of the encryption context', key);
    out.text('A value of the encryption context', value);
    if (out.byteLength - startAt > maxContextBytes) {
      throw new InvalidEncryptionContextError(
        `The encryption context is longer than ${maxContextBytes} bytes.`,
      );
    }
  }
}

/**
 * Order of the UTF-8 bytes, which is the order of code points. UTF-16 units have it too, except that
 * surrogates (code points from 0x10000) lie below 0xE000 to 0xFFFF: those two ranges are swapped before
 * comparing.
 */
function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
