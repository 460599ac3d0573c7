import type { CryptoBackend } from '@keyfold/crypto-core';

/** Hex SHA-256 of a text's UTF-8, 64 characters. */
export async function sha256Hex(backend: CryptoBackend, text: string): Promise<string> {
  return toHex(await backend.sha256(new TextEncoder().encode(text)));
}

/** Bytes that are not secret, in lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
