import type { HashName, Primitives } from '../primitives.ts';
import { SecretBytes } from '../secret-bytes.ts';

/**
 * HKDF-Expand alone (RFC 5869 §2.3), for a secret that is uniformly random already.
 *
 * @param secret stays the caller's
 * @param byteLength at most 255 times the hash's length
 */
export async function hkdfExpand(
  primitives: Primitives,
  hash: HashName,
  secret: SecretBytes,
  info: Uint8Array,
  byteLength: number,
): Promise<SecretBytes> {
  const out = new Uint8Array(new ArrayBuffer(byteLength));
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < byteLength; at += block.byteLength, counter++) {
    const input = new Uint8Array(new ArrayBuffer(block.byteLength + info.byteLength + 1));
    input.set(block);
    input.set(info, block.byteLength);
    input[input.byteLength - 1] = counter;
    block.fill(0);
    // The runtime's own array, not a copy of it: it holds key bytes, and is zeroised below.
    block = await primitives.hmac(hash, secret, input);
    input.fill(0);
    out.set(block.subarray(0, byteLength - at), at);
  }
  block.fill(0);
  return SecretBytes.take(out);
}
