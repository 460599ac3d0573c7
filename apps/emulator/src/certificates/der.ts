/**
 * As much of the Distinguished Encoding Rules (ITU-T X.690 §10) as a certificate needs. Written here because loading a
 * library for it took longer than everything else at the emulator's start.
 */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** One element: tag, length, and the contents one after the other. X.690 §8.1. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.byteLength)]), content]);
}

/** X.690 §8.1.3: the short form below 128, else how many bytes the length has and these. */
function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => element(tags.sequence, ...contents);
export const set = (...contents: readonly Uint8Array[]): Buffer => element(tags.set, ...contents);
export const octetString = (...contents: readonly Uint8Array[]): Buffer =>
  element(tags.octetString, ...contents);
export const utf8String = (text: string): Buffer => element(tags.utf8String, Buffer.from(text, 'utf8'));
export const boolean = (value: boolean): Buffer => element(tags.boolean, Buffer.from([value ? 0xff : 0]));

/** An integer of 0 to 127, or of the bytes that are given, big-endian, the first below 128. */
export const integer = (value: number | Uint8Array): Buffer =>
  element(tags.integer, typeof value === 'number' ? Buffer.from([value]) : value);

/** @param unusedBits - of the last byte. X.690 §8.6.2. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer =>
  element(tags.bitString, Buffer.from([unusedBits]), bytes);

/** `1.2.840.10045.2.1`. X.690 §8.19. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(tags.objectIdentifier, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on, to the second, in UTC. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050
    ? element(tags.utcTime, Buffer.from(digits.slice(2), 'ascii'))
    : element(tags.generalizedTime, Buffer.from(digits, 'ascii'));
}

/** The elements that stand one after the other in some bytes, each with its tag and length. */
export function elementsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const elements: Uint8Array[] = [];
  for (let rest = bytes; rest.byteLength > 0; ) {
    const { end } = contentOf(rest);
    elements.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return elements;
}

/** What is inside of the first element. */
export function inside(bytes: Uint8Array): Uint8Array {
  const { start, end } = contentOf(bytes);
  return bytes.subarray(start, end);
}

function contentOf(bytes: Uint8Array): { readonly start: number; readonly end: number } {
  const first = bytes[1] ?? 0;
  const start = first < 0x80 ? 2 : 2 + (first & 0x7f);
  const length = first < 0x80 ? first : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (start + length > bytes.byteLength) throw new RangeError('An element is longer than what holds it.');
  return { start, end: start + length };
}
