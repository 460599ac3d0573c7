import { InvalidEncryptionContextError } from './crypto-errors.ts';
import { isUint8Array } from './type-checks.ts';

/**
 * How a table's row ids are declared; drivers differ in what they return (7, '7' and 7n), the declaration
 * does not.
 */
export type RowIdType = 'integer' | 'text' | 'uuid' | 'bytes';

/** A row id as an application or a driver has it. */
export type RowId = string | number | bigint | Uint8Array;

/** Longest row id in canonical bytes. */
export const maxRowIdBytes = 1024;

/** One declared type of row ids. */
export interface RowIdTypeRow {
  /** Its byte in the AAD. */
  readonly code: number;
  /** What it accepts, for messages. */
  readonly accepts: string;
  /**
   * The one form of an id: decimal digits, other text, or bytes; undefined for an id that the type does not
   * have.
   */
  readonly canonical: (id: RowId) => string | Uint8Array | undefined;
}

const canonicalInteger = /^(?:0|-?[1-9][0-9]*)$/;
const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const maxShortTextLength = 32;
const utf8 = new TextEncoder();

/** For each declared type of row ids: its byte in the AAD and its one canonical form. */
export const rowIdTypes: Readonly<Record<RowIdType, RowIdTypeRow>> = {
  integer: {
    code: 1,
    accepts: 'a safe integer, a bigint or decimal digits without leading zeros',
    canonical(id) {
      // A number past 2⁵³ may already have been rounded to another row's id.
      if (typeof id === 'number') return Number.isSafeInteger(id) ? String(id) : undefined;
      if (typeof id === 'bigint') return String(id);
      return typeof id === 'string' && canonicalInteger.test(id) ? id : undefined;
    },
  },
  text: {
    code: 2,
    accepts: 'a non-empty string without lone surrogates',
    canonical: (id) => (typeof id === 'string' && id !== '' && id.isWellFormed() ? id : undefined),
  },
  uuid: {
    code: 3,
    accepts: 'a UUID as text with hyphens, or its 16 bytes',
    canonical(id) {
      if (isUint8Array(id)) return id.byteLength === 16 ? id : undefined;
      if (typeof id !== 'string' || !canonicalUuid.test(id)) return undefined;
      const digits = id.replaceAll('-', '');
      return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
    },
  },
  bytes: {
    code: 4,
    accepts: 'at least one byte',
    canonical: (id) => (isUint8Array(id) && id.byteLength > 0 ? id : undefined),
  },
};

/**
 * Writes the one form of a row id that is bound to its fields, at the start of `out`: 7, '7' and 7n give the
 * same bytes.
 *
 * @param out at least 1,024 bytes
 * @returns bytes written, 1 to 1,024
 * @throws {@link InvalidEncryptionContextError} for an id that the declared type does not have, or a longer
 *   one
 */
export function writeRowId(type: RowIdType, id: RowId, out: Uint8Array): number {
  const { canonical, accepts } = rowIdTypes[type];
  const form = canonical(id);
  if (form === undefined) {
    throw new InvalidEncryptionContextError(`A row id of type ${type} must be ${accepts}.`);
  }
  if (typeof form !== 'string') {
    if (form.byteLength > maxRowIdBytes) throw tooLong();
    out.set(form);
    return form.byteLength;
  }
  const asciiLength = writeShortAscii(form, out);
  if (asciiLength !== undefined) return asciiLength;
  const { read, written } = utf8.encodeInto(form, out);
  if (read < form.length || written > maxRowIdBytes) throw tooLong();
  return written;
}

/**
 * Most ids are a few digits: writing them here is cheaper than calling the encoder.
 *
 * @returns bytes written; undefined for a text that is long or not ASCII
 */
function writeShortAscii(text: string, out: Uint8Array): number | undefined {
  if (text.length > maxShortTextLength) return undefined;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return undefined;
    out[i] = unit;
  }
  return text.length;
}

function tooLong(): InvalidEncryptionContextError {
  return new InvalidEncryptionContextError(`A row id is longer than ${maxRowIdBytes} bytes.`);
}
