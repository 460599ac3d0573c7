/**
 * A Buffer's bytes as a plain Uint8Array, without a copy. What Node computes comes in memory of its own, but as a Buffer, whose
 * `slice`, `toString` and JSON are not a Uint8Array's: what this package hands over is the same on every runtime.
 */
export function plainArray({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
