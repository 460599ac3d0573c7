import { requireBytes } from '../argument-types.ts';
import { NonCanonicalEncodingError, NotKeyfoldCiphertextError } from '../crypto-errors.ts';
import { textPrefix } from '../format.ts';
import { isCanonicalBase64url } from './canonical-base64url.ts';

/** `kf1.` and the bytes in base64url without padding (RFC 4648 §5). */
export function encodeText(bytes: Uint8Array): string {
  requireBytes('What becomes a text form', bytes);
  return textPrefix + (Buffer.isBuffer(bytes) ? bytes : bufferOf(bytes)).toString('base64url');
}

/** A view of the same memory. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The bytes of a text form; only of the one spelling that {@link encodeText} gives (RFC 4648 §3.5). */
export function decodeText(text: string): Uint8Array {
  if (typeof text !== 'string' || !text.startsWith(textPrefix)) {
    throw new NotKeyfoldCiphertextError(`Expected a text that begins with ${textPrefix}`);
  }
  const encoded = text.slice(textPrefix.length);
  const bytes = Buffer.from(encoded, 'base64url');
  if (!isCanonicalBase64url(encoded, bytes)) {
    throw new NonCanonicalEncodingError('The text is not canonical base64url.');
  }
  return bytes;
}
