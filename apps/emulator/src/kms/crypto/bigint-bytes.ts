/** An unsigned big-endian number. */
export function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** A number as exactly `byteLength` big-endian bytes; it must fit. */
export function toBytes(value: bigint, byteLength: number): Buffer {
  const bytes = Buffer.alloc(byteLength);
  for (let at = byteLength - 1, rest = value; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}
