import { SecretBytes } from '@keyfold/crypto-core';

/** Lower-case hexadecimal, for test data only. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

export function secretOf(text: string): SecretBytes {
  return SecretBytes.take(bytesOf(text));
}
