import type { Awaitable, CryptoBackend } from '@keyfold/crypto-core';

/** Hex SHA-256 of a text's UTF-8, 64 characters. */
export function sha256Hex(backend: CryptoBackend, text: string): Awaitable<string> {
  const digest = sha256Text(backend, text);
  return digest instanceof Promise ? digest.then(toHex) : toHex(digest);
}

/** SHA-256 of a text's UTF-8, 32 bytes. */
export function sha256Text(backend: CryptoBackend, text: string): Awaitable<Uint8Array> {
  // In the runtime's pool, which costs a tenth of memory of its own, and so is not left there.
  const bytes = Buffer.from(text);
  const digest = backend.sha256(bytes);
  if (digest instanceof Promise) return digest.finally(() => bytes.fill(0));
  bytes.fill(0);
  return digest;
}

/** Bytes that are not secret, in lower-case hex. Copied into the runtime's pool: memory that is asked for costs more than a copy. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
