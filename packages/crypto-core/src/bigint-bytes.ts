/**
 * The two's complement of `value`, big-endian, in as few bytes as keep its sign; at least one.
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
  const mask = negative ? 0xff : 0; // the two's complement of v < 0 is the inversion of ~v
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16) ^ mask;
  return bytes;
}

/** The inverse of {@link bigintToBytes}; undefined for bytes that it never gives. */
export function bytesToBigint(bytes: Uint8Array): bigint | undefined {
  const first = bytes[0];
  if (first === undefined) return undefined;
  const negative = first >= 0x80;
  const mask = negative ? 0xff : 0;
  const second = bytes[1];
  // A first byte that only repeats the sign of the second is one byte too many.
  if (first === mask && second !== undefined && second >= 0x80 === negative) return undefined;
  const magnitude = BigInt(
    `0x${Array.from(bytes, (byte) => (byte ^ mask).toString(16).padStart(2, '0')).join('')}`,
  );
  return negative ? ~magnitude : magnitude;
}
