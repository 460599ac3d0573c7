import { bigintToBytes, bytesToBigint } from './bigint-bytes.ts';
import { NonCanonicalEncodingError, UnsupportedFormatError, UnsupportedValueError } from './crypto-errors.ts';
import { maxContentBytes } from './format.ts';
import { writeJson } from './json-writer.ts';
import type { JsonArray, JsonObject, Plaintext } from './plaintext.ts';
import { dateTimeMs, isPlainObject, isUint8Array } from './type-checks.ts';

/** The encrypted byte before the content (docs/formats/content.md). */
export const typeByte = { bytes: 0, text: 1, number: 2, bigint: 3, date: 4, json: 5, boolean: 6 } as const;

/** A plaintext ready to be encrypted: its type byte and its content; text stands for its UTF-8 bytes. */
export interface EncodedPlaintext {
  readonly type: number;
  readonly content: Uint8Array | string;
}

/** A Date's largest distance from 1970 in milliseconds (ECMA-262 §21.4.1.1). */
const maxDateMs = 8_640_000_000_000_000;

// `fatal`, because authentic content that is not UTF-8 must not come back altered; `ignoreBOM` keeps a
// leading U+FEFF.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The type byte and content of a value.
 *
 * @throws {@link UnsupportedValueError} when the value would not come back as it went in, or is larger than
 *   64 MiB
 */
export function encodePlaintext(value: Plaintext): EncodedPlaintext {
  const encoded = encode(value);
  // A string has at most three bytes of UTF-8 for each unit; the exact length only matters near the limit.
  const { content } = encoded;
  if (content.length > maxContentBytes / 3 && contentByteLength(content) > maxContentBytes) {
    throw new UnsupportedValueError(`The value is larger than ${maxContentBytes} bytes.`);
  }
  return encoded;
}

/**
 * The value that was encoded. Bytes are returned as a view, everything else is a value of its own.
 *
 * @param plaintext type byte ‖ content, authentic
 * @throws {@link UnsupportedFormatError} for an unknown type
 * @throws {@link NonCanonicalEncodingError} when the content is not what its type prescribes. The message and
 *   the cause say nothing of the content
 */
export function decodePlaintext(plaintext: Uint8Array): Plaintext {
  const type = plaintext[0] ?? -1;
  const decode = decoders[type];
  if (decode === undefined)
    throw new UnsupportedFormatError(`Content of type ${type} is not known to this version.`);
  const content = new Uint8Array(plaintext.buffer, plaintext.byteOffset + 1, plaintext.length - 1);
  if (type === typeByte.bytes) return content; // as the table says, without the detour
  const value = decode(content);
  if (value === undefined) {
    throw new NonCanonicalEncodingError(
      `Content of type ${type} is authentic, but not encoded as that type.`,
    );
  }
  return value;
}

function encode(value: Plaintext): EncodedPlaintext {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new UnsupportedValueError('The text contains a lone surrogate.');
      return { type: typeByte.text, content: value };
    case 'number':
      return { type: typeByte.number, content: encodeNumber(value) };
    case 'bigint':
      return { type: typeByte.bigint, content: bigintToBytes(value) };
    case 'boolean':
      return { type: typeByte.boolean, content: Uint8Array.of(value ? 1 : 0) };
  }
  if (isUint8Array(value)) return { type: typeByte.bytes, content: value };
  if (Array.isArray(value) || isPlainObject(value)) return { type: typeByte.json, content: writeJson(value) };
  const timeMs = dateTimeMs(value);
  if (timeMs !== undefined) return { type: typeByte.date, content: encodeDate(timeMs) };
  if (ArrayBuffer.isView(value)) {
    throw new UnsupportedValueError(
      'Bytes are encrypted as a Uint8Array whose bytes are there: not transferred, and all of them.',
    );
  }
  throw new UnsupportedValueError(
    value === null || value === undefined
      ? `${value} is not encrypted.`
      : 'A value of this type cannot be encrypted.',
  );
}

/**
 * For each type byte: the value of a content, or undefined when the content is not what the type prescribes.
 */
const decoders: Readonly<Record<number, (content: Uint8Array) => Plaintext | undefined>> = {
  [typeByte.bytes]: (content) => content,
  [typeByte.text]: decodeText,
  [typeByte.number]: (content) => (content.byteLength === 8 ? view(content).getFloat64(0) : undefined),
  [typeByte.bigint]: bytesToBigint,
  [typeByte.date]: decodeDate,
  [typeByte.json]: decodeJson,
  [typeByte.boolean]: (content) =>
    content.byteLength === 1 && (content[0] === 0 || content[0] === 1) ? content[0] === 1 : undefined,
};

function decodeText(content: Uint8Array): string | undefined {
  try {
    return utf8.decode(content);
  } catch {
    return undefined;
  }
}

/**
 * IEEE 754 binary64, big-endian. Every NaN is written as 7FF8000000000000: ECMAScript does not tell them
 * apart.
 */
function encodeNumber(value: number): Uint8Array {
  const content = new Uint8Array(8);
  if (Number.isNaN(value)) content.set([0x7f, 0xf8]);
  else view(content).setFloat64(0, value);
  return content;
}

/** Milliseconds since 1970, a signed 64-bit integer, big-endian. */
function encodeDate(timeMs: number): Uint8Array {
  if (Number.isNaN(timeMs)) throw new UnsupportedValueError('The date is invalid.');
  const content = new Uint8Array(8);
  view(content).setBigInt64(0, BigInt(timeMs));
  return content;
}

function decodeDate(content: Uint8Array): Date | undefined {
  if (content.byteLength !== 8) return undefined;
  const timeMs = Number(view(content).getBigInt64(0));
  return Math.abs(timeMs) <= maxDateMs ? new Date(timeMs) : undefined;
}

function decodeJson(content: Uint8Array): JsonObject | JsonArray | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(content));
    return isJsonContainer(value) ? value : undefined;
  } catch {
    return undefined; // the parser's own error would quote the plaintext
  }
}

/** What JSON.parse gives besides single values is made of JSON only. */
function isJsonContainer(value: unknown): value is JsonObject | JsonArray {
  return typeof value === 'object' && value !== null;
}

function contentByteLength(content: Uint8Array | string): number {
  return typeof content === 'string' ? new TextEncoder().encode(content).byteLength : content.byteLength;
}

function view(content: Uint8Array): DataView {
  return new DataView(content.buffer, content.byteOffset, content.byteLength);
}
