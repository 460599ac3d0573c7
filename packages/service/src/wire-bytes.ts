/** Bytes that are not secret, in canonical base64url without padding. */
export function encodeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/**
 * The bytes of a text whose form a schema has checked already: `Buffer.from` takes malformed text without complaint.
 *
 * @returns memory of its own, not a part of Node's pool
 */
export function decodeBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
