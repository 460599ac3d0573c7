import type { MapEntries } from '../model/shape-value.ts';

const noContext = Buffer.alloc(4);

/**
 * An encryption context as authenticated data: count ‖ (length ‖ key ‖ length ‖ value) in order of the keys' UTF-8 bytes, with
 * 32-bit big-endian lengths. Two contexts share an encoding only if they are equal whatever order they were written in:
 * `{"a":"b","c":""}` and `{"a":"b=&c"}` do not.
 */
export function encodeEncryptionContext(entries: MapEntries | undefined): Buffer {
  if (entries === undefined || entries.length === 0) return noContext;
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return encodePair(only);
  const pairs = entries.map(([key, value]) => ({ key: Buffer.from(key), value: Buffer.from(value) }));
  if (pairs.length > 1) pairs.sort((a, b) => Buffer.compare(a.key, b.key));
  const byteLength = pairs.reduce((sum, { key, value }) => sum + 8 + key.byteLength + value.byteLength, 4);
  const encoded = Buffer.allocUnsafe(byteLength);
  let at = encoded.writeUInt32BE(pairs.length);
  for (const { key, value } of pairs) {
    for (const part of [key, value]) {
      at = encoded.writeUInt32BE(part.byteLength, at);
      at += part.copy(encoded, at);
    }
  }
  return encoded;
}

/** The same for a context of one pair, as most are. */
function encodePair([key, value]: MapEntries[number]): Buffer {
  const encoded = Buffer.allocUnsafe(12 + Buffer.byteLength(key) + Buffer.byteLength(value));
  encoded.writeUInt32BE(1);
  let at = 8 + encoded.write(key, 8);
  encoded.writeUInt32BE(at - 8, 4);
  at = encoded.writeUInt32BE(encoded.byteLength - at - 4, at);
  encoded.write(value, at);
  return encoded;
}
