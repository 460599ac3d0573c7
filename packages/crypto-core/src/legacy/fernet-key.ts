import { InvalidArgumentError } from '../crypto-errors.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { fernetKeyByteLength } from './fernet-token.ts';

const textLength = 44;
const digits = 43;

/**
 * A Fernet key from the text in which other systems keep it: base64url of 32 bytes with padding, 44 characters. Decoded by
 * arithmetic instead of a table, so that the time and the cache say nothing about it. The text itself cannot be wiped.
 *
 * @returns 32 bytes; the caller's to dispose of
 * @throws {@link InvalidArgumentError} for any other text
 * @example
 * ```ts
 * using key = fernetKeyOf('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=');
 * key.byteLength; // → 32
 * ```
 */
export function fernetKeyOf(text: string): SecretBytes {
  if (typeof text !== 'string' || text.length !== textLength || text.charAt(digits) !== '=') throw refusal();
  const bytes = new Uint8Array(new ArrayBuffer(fernetKeyByteLength));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  let wrong = 0;
  for (let i = 0; i < digits; i++) {
    const value = digitOf(text.charCodeAt(i));
    wrong |= value;
    bits = ((bits << 6) | (value & 63)) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[at++] = bits >>> bitCount;
    }
  }
  if (wrong < 0 || (bits & ((1 << bitCount) - 1)) !== 0) {
    bytes.fill(0);
    throw refusal(); // no digit somewhere, or bits set that no byte has
  }
  return SecretBytes.take(bytes);
}

/** The value of a base64url digit, or −1. For x and limits below 2¹⁶, (a − x) & (x − b) is negative exactly if a < x < b. */
function digitOf(code: number): number {
  let value = -1;
  value += within(0x40, code, 0x5b) & (code - 64); // A–Z: 0–25
  value += within(0x60, code, 0x7b) & (code - 70); // a–z: 26–51
  value += within(0x2f, code, 0x3a) & (code + 5); // 0–9: 52–61
  value += within(0x2c, code, 0x2e) & 63; // -
  value += within(0x5e, code, 0x60) & 64; // _
  return value;
}

/** All ones if a < code < b, otherwise zero. */
function within(a: number, code: number, b: number): number {
  return ((a - code) & (code - b)) >> 31;
}

function refusal(): InvalidArgumentError {
  return new InvalidArgumentError('A Fernet key is text of 44 characters: base64url of 32 bytes, padded.');
}
