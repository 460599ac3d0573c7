import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { MacAlgorithm } from '../keys/key-specs.ts';

const hashes: Readonly<Record<MacAlgorithm, string>> = {
  HMAC_SHA_224: 'sha224',
  HMAC_SHA_256: 'sha256',
  HMAC_SHA_384: 'sha384',
  HMAC_SHA_512: 'sha512',
};

/** The MAC of a message, as long as its hash (RFC 2104). */
export function macOf(algorithm: MacAlgorithm, key: KeyObject, message: Uint8Array): Buffer {
  return createHmac(hashes[algorithm], key).update(message).digest();
}

/** Whether a MAC is the message's; how long that takes does not tell where it differs. */
export function verifyMac(
  algorithm: MacAlgorithm,
  key: KeyObject,
  message: Uint8Array,
  mac: Uint8Array,
): boolean {
  const expected = macOf(algorithm, key, message);
  return expected.byteLength === mac.byteLength && timingSafeEqual(expected, mac);
}
