import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import type { HkdfOptions } from '../backend.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { requireBytes } from '../primitive-arguments.ts';
import { SecretBytes } from '../secret-bytes.ts';

const hashByteLength = 32;
const maxHkdfByteLength = 255 * hashByteLength;
const maxInfoBytes = 1024;
const noSalt = new Uint8Array(0);

/** HKDF-SHA256, extract and expand (RFC 5869 §2). */
export function hkdfSha256(secret: SecretBytes, options: HkdfOptions): SecretBytes {
  const { salt, info, byteLength } = options;
  if (!Number.isInteger(byteLength) || byteLength < 1 || byteLength > maxHkdfByteLength) {
    throw new InvalidArgumentError(`HKDF-SHA256 gives 1 to ${maxHkdfByteLength} bytes.`);
  }
  if (info.byteLength > maxInfoBytes) {
    throw new InvalidArgumentError(`HKDF's info has at most ${maxInfoBytes} bytes.`);
  }
  const derived = hkdfSync('sha256', secret.reveal(), salt ?? noSalt, info, byteLength);
  return SecretBytes.take(new Uint8Array(derived));
}

/** HMAC-SHA256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: SecretBytes, data: Uint8Array): Uint8Array<ArrayBuffer> {
  requireBytes('What is authenticated', data);
  // A KeyObject first: Node takes five times as long over the same bytes as a plain array.
  return createHmac('sha256', createSecretKey(key.reveal())).update(data).digest();
}
