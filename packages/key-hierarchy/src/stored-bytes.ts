import { decodeBase64url } from '@keyfold/crypto-core';
import { StoreCorruptError } from './store-errors.ts';

/**
 * The bytes that a stored row holds as canonical base64url: wrapped keys and references, none of them secret.
 *
 * @throws {@link StoreCorruptError} for any other text
 */
export function storedBytes(text: string): Uint8Array<ArrayBuffer> {
  try {
    return decodeBase64url(text);
  } catch (cause) {
    throw new StoreCorruptError('A stored row holds text that is not canonical base64url.', { cause });
  }
}
