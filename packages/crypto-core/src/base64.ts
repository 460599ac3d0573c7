import { requireBytes } from './argument-types.ts';
import { NonCanonicalEncodingError } from './crypto-errors.ts';

/*
 * Base64 with one spelling for each sequence of bytes (RFC 4648 §3.5). Not for keys: its table look-ups depend on the
 * bytes, and strings cannot be wiped.
 */

interface Alphabet {
  /** The character codes of the 64 digits. */
  readonly digits: Uint8Array;
  /** For each ASCII code the digit's value, or 255. */
  readonly values: Uint8Array;
  /** Whether the text is filled up to a multiple of four with `=`. */
  readonly padded: boolean;
  readonly name: string;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const padding = 0x3d;
const notADigit = 0xff;

const standard: Alphabet = /* @__PURE__ */ alphabet('base64', '+/', true);
const urlSafe: Alphabet = /* @__PURE__ */ alphabet('base64url', '-_', false);

function alphabet(name: string, last: string, padded: boolean): Alphabet {
  const digits = Uint8Array.from(letters + last, (digit) => digit.charCodeAt(0));
  const values = new Uint8Array(128).fill(notADigit);
  for (const [value, code] of digits.entries()) values[code] = value;
  return { digits, values, padded, name };
}

/**
 * Base64url without padding (RFC 4648 §5), of any number of bytes.
 *
 * @example
 * ```ts
 * encodeBase64url(Uint8Array.of(251, 255)); // → '-_8'
 * ```
 */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(urlSafe, bytes);
}

/**
 * The bytes of a text that {@link encodeBase64url} gives.
 *
 * @throws {@link NonCanonicalEncodingError} for any other text: padding, white space, the other alphabet, unused bits
 * @example
 * ```ts
 * decodeBase64url('-_8'); // → Uint8Array.of(251, 255)
 * ```
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  return decode(urlSafe, text);
}

/**
 * Base64 with padding (RFC 4648 §4), of any number of bytes.
 *
 * @example
 * ```ts
 * encodeBase64(Uint8Array.of(251, 255)); // → '+/8='
 * ```
 */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(standard, bytes);
}

/**
 * The bytes of a text that {@link encodeBase64} gives.
 *
 * @throws {@link NonCanonicalEncodingError} for any other text: missing padding, white space, the other alphabet, unused
 *   bits
 * @example
 * ```ts
 * decodeBase64('+/8='); // → Uint8Array.of(251, 255)
 * ```
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return decode(standard, text);
}

function encode({ digits, padded, name }: Alphabet, bytes: Uint8Array): string {
  requireBytes(`What is written in ${name}`, bytes);
  const { byteLength } = bytes;
  const full = byteLength - (byteLength % 3);
  const length = padded ? Math.ceil(byteLength / 3) * 4 : Math.ceil((byteLength * 4) / 3);
  const codes = new Uint8Array(length).fill(padding);
  let out = 0;
  for (let i = 0; i < full; i += 3) {
    const group = (at(bytes, i) << 16) | (at(bytes, i + 1) << 8) | at(bytes, i + 2);
    codes[out++] = at(digits, group >>> 18);
    codes[out++] = at(digits, (group >>> 12) & 63);
    codes[out++] = at(digits, (group >>> 6) & 63);
    codes[out++] = at(digits, group & 63);
  }
  const left = byteLength - full;
  if (left > 0) {
    const group = (at(bytes, full) << 16) | (left === 2 ? at(bytes, full + 1) << 8 : 0);
    codes[out++] = at(digits, group >>> 18);
    codes[out++] = at(digits, (group >>> 12) & 63);
    if (left === 2) codes[out] = at(digits, (group >>> 6) & 63);
  }
  return new TextDecoder().decode(codes); // all ASCII
}

function decode(alphabetOf: Alphabet, text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw refusal(alphabetOf);
  const length = alphabetOf.padded ? unpaddedLength(alphabetOf, text) : text.length;
  const left = length % 4;
  if (left === 1) throw refusal(alphabetOf); // six bits are no byte
  const bytes = new Uint8Array(new ArrayBuffer(Math.floor((length * 3) / 4)));
  const { values } = alphabetOf;
  let seen = 0; // collects the bits of everything that is no digit, whose value is 255
  let out = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = valueAt(values, text, i);
    const b = valueAt(values, text, i + 1);
    const c = valueAt(values, text, i + 2);
    const d = valueAt(values, text, i + 3);
    seen |= a | b | c | d;
    bytes[out++] = (a << 2) | (b >>> 4);
    bytes[out++] = (b << 4) | (c >>> 2);
    bytes[out++] = (c << 6) | d;
  }
  if (left > 0) {
    const a = valueAt(values, text, i);
    const b = valueAt(values, text, i + 1);
    const c = left === 3 ? valueAt(values, text, i + 2) : 0;
    seen |= a | b | c;
    bytes[out++] = (a << 2) | (b >>> 4);
    if (left === 3) bytes[out] = (b << 4) | (c >>> 2);
    const unusedBits = left === 3 ? c & 0x03 : b & 0x0f;
    if (unusedBits !== 0) throw refusal(alphabetOf); // a second spelling of the same bytes
  }
  if (seen > 63) throw refusal(alphabetOf);
  return bytes;
}

function unpaddedLength(alphabetOf: Alphabet, text: string): number {
  if (text.length % 4 !== 0) throw refusal(alphabetOf);
  if (text.endsWith('==')) return text.length - 2;
  return text.endsWith('=') ? text.length - 1 : text.length;
}

function valueAt(values: Uint8Array, text: string, index: number): number {
  return values[text.charCodeAt(index)] ?? notADigit;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function refusal({ name }: Alphabet): NonCanonicalEncodingError {
  return new NonCanonicalEncodingError(`The text is not canonical ${name}.`);
}
