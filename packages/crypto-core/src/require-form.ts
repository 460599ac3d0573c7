import { NotKeyfoldCiphertextError, TruncatedCiphertextError } from './crypto-errors.ts';
import { formNames } from './format.ts';
import { isUint8Array } from './type-checks.ts';

/** First bytes of `kf1.`, the text form, to name a mistake that is easily made. */
const textFormStart = [0x6b, 0x66, 0x31, 0x2e];

/**
 * Refuses bytes that are not of the form that begins with `form`, or are shorter than its smallest length,
 * and says what they look like instead.
 *
 * @param minByteLength smallest length of the form in bytes
 * @throws {@link NotKeyfoldCiphertextError} when they are empty or begin like something else
 * @throws {@link TruncatedCiphertextError} when they are too short
 */
export function requireForm(bytes: Uint8Array, form: number, minByteLength: number): void {
  if (!isUint8Array(bytes)) {
    throw new NotKeyfoldCiphertextError('Expected a Uint8Array whose bytes are there, got something else.');
  }
  if (bytes[0] !== form) {
    throw new NotKeyfoldCiphertextError(
      `Expected ${formNames.get(form)}, but these bytes are ${appearance(bytes)}.`,
    );
  }
  if (bytes.length < minByteLength) {
    throw new TruncatedCiphertextError(
      `Expected ${formNames.get(form)} of at least ${minByteLength} bytes, got ${bytes.byteLength}.`,
    );
  }
}

function appearance(bytes: Uint8Array): string {
  const first = bytes[0];
  if (first === undefined) return 'empty';
  if (textFormStart.every((byte, i) => bytes[i] === byte)) return 'the text form: decode it first';
  return formNames.get(first) ?? 'not a Keyfold ciphertext';
}
