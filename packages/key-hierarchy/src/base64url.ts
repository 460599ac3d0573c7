import { StoreCorruptError } from './store-errors.ts';

/*
 * Bytes in JSON rows: wrapped keys and references. None of them is secret. The runtime's `btoa` and `atob` work on one
 * character a byte; the URL alphabet (RFC 4648 §5) keeps references usable in row keys and paths.
 */

/** Canonical base64url without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/**
 * The bytes of canonical base64url.
 *
 * @throws {@link StoreCorruptError} for anything else, since only stored rows are read with it
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch (cause) {
    throw new StoreCorruptError('A stored row holds text that is not base64url.', { cause });
  }
  // atob accepts white space, padding and stray last bits: one value has one spelling.
  if (toBase64url(bytes) !== text)
    throw new StoreCorruptError('A stored row holds text that is not canonical base64url.');
  return bytes;
}
