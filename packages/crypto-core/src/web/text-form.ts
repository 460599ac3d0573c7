import { decodeBase64url, encodeBase64url } from '../base64.ts';
import { NotKeyfoldCiphertextError } from '../crypto-errors.ts';
import { textPrefix } from '../format.ts';

/** `kf1.` and the bytes in base64url without padding (RFC 4648 §5). */
export function encodeText(bytes: Uint8Array): string {
  return textPrefix + encodeBase64url(bytes);
}

/** The bytes of a text form; only of the one spelling that {@link encodeText} gives (RFC 4648 §3.5). */
export function decodeText(text: string): Uint8Array {
  if (typeof text !== 'string' || !text.startsWith(textPrefix)) {
    throw new NotKeyfoldCiphertextError(`Expected a text that begins with ${textPrefix}`);
  }
  return decodeBase64url(text.slice(textPrefix.length));
}
