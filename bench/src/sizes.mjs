import { randomBytes } from 'node:crypto';

/** Sizes of plaintexts by their names, in bytes. */
export const sizes = new Map([
  ['16 B', 16],
  ['64 B', 64],
  ['1 KB', 1024],
  ['64 KB', 65_536],
]);

/** Bytes and text of one size: printable ASCII, as most of what is encrypted field by field. */
export function plaintexts(byteLength) {
  const bytes = randomBytes(byteLength);
  return { bytes, text: bytes.toString('base64').slice(0, byteLength) };
}
