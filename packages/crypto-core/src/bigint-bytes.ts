import { bytesOfHex, hexOf } from './credentials/hex-text.ts';

/**
 * The two's complement of `value`, big-endian, in as few bytes as keep its sign; at least one.
 *
 * By way of hex, which engines write and read in linear time, and without a string for each byte.
 *
 * @example
 * ```ts
 * bigintToBytes(128n); // 00 80
 * bigintToBytes(-128n); // 80
 * ```
 */
export function bigintToBytes(value: bigint): Uint8Array {
  const negative = value < 0n;
  let digits = (negative ? ~value : value).toString(16);
  if (digits.length % 2 === 1) digits = `0${digits}`;
  if (digits.charAt(0) >= '8') digits = `00${digits}`; // keeps the sign bit free
  const bytes = bytesOfHex(digits) ?? noBytes; // toString(16) gives nothing but digits
  if (negative) invert(bytes); // the two's complement of v < 0 is the inversion of ~v
  return bytes;
}

/** The inverse of {@link bigintToBytes}; undefined for bytes that it never gives. */
export function bytesToBigint(bytes: Uint8Array): bigint | undefined {
  const first = bytes[0];
  if (first === undefined) return undefined;
  const negative = first >= 0x80;
  const second = bytes[1];
  // A first byte that only repeats the sign of the second is one byte too many.
  if (first === (negative ? 0xff : 0) && second !== undefined && second >= 0x80 === negative)
    return undefined;
  if (!negative) return BigInt(`0x${hexOf(bytes)}`);
  const inverted = new Uint8Array(bytes);
  invert(inverted);
  const magnitude = BigInt(`0x${hexOf(inverted)}`);
  inverted.fill(0);
  return ~magnitude;
}

const noBytes: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

function invert(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = ~(bytes[i] ?? 0);
}
