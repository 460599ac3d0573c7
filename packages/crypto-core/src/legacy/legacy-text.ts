import { decodeBase64, decodeBase64url, encodeBase64, encodeBase64url } from '../base64.ts';
import { bytesOfHex, hexOf } from '../credentials/hex-text.ts';
import { InvalidArgumentError, LegacyFormatMismatchError } from '../crypto-errors.ts';
import { isNameIn } from '../type-checks.ts';

/**
 * How a system writes bytes as text: `base64` (RFC 4648 §4, padded), `base64url` (§5, without padding),
 * `base64url-padded` (as Python's `urlsafe_b64encode` gives it), `hex` in lower case, `hex-upper`. Each has one spelling for
 * the same bytes.
 */
export type LegacyEncoding = 'base64' | 'base64url' | 'base64url-padded' | 'hex' | 'hex-upper';

/** Longest text that is read, in characters: what 64 MiB need in hex, and some more. */
const maxTextLength: number = 130 * 1024 * 1024;

interface TextCodec {
  encode(bytes: Uint8Array): string;
  /** Throws, or gives undefined, for what is not canonical. */
  decode(text: string): Uint8Array | undefined;
}

const textCodecs: Readonly<Record<LegacyEncoding, TextCodec>> = {
  base64: { encode: encodeBase64, decode: decodeBase64 },
  base64url: { encode: encodeBase64url, decode: decodeBase64url },
  'base64url-padded': {
    encode(bytes) {
      const text = encodeBase64url(bytes);
      return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
    },
    decode(text) {
      if (text.length % 4 !== 0) return undefined;
      return decodeBase64url(text.replace(/={1,2}$/, ''));
    },
  },
  hex: { encode: hexOf, decode: (text) => (/[A-F]/.test(text) ? undefined : bytesOfHex(text)) },
  'hex-upper': {
    encode: (bytes) => hexOf(bytes).toUpperCase(),
    decode: (text) => (/[a-f]/.test(text) ? undefined : bytesOfHex(text)),
  },
};

/** @throws {@link InvalidArgumentError} for an encoding that is none of the table */
export function requireEncoding(encoding: LegacyEncoding): void {
  if (!isNameIn(textCodecs, encoding)) {
    throw new InvalidArgumentError(`An encoding is one of ${Object.keys(textCodecs).join(', ')}.`);
  }
}

export function encodeLegacyText(encoding: LegacyEncoding, bytes: Uint8Array): string {
  return textCodecs[encoding].encode(bytes);
}

/**
 * @param what names the text in the message
 * @throws {@link LegacyFormatMismatchError} for anything but the encoding's one spelling
 */
export function decodeLegacyText(encoding: LegacyEncoding, what: string, text: unknown): Uint8Array {
  if (typeof text !== 'string' || text.length > maxTextLength) {
    throw new LegacyFormatMismatchError(`${what} is not a text of bearable length.`);
  }
  const bytes = tryDecode(encoding, text);
  if (bytes === undefined) throw new LegacyFormatMismatchError(`${what} is not ${encoding}.`);
  return bytes;
}

function tryDecode(encoding: LegacyEncoding, text: string): Uint8Array | undefined {
  try {
    return textCodecs[encoding].decode(text);
  } catch {
    return undefined; // its error would name a way out that is not this format's
  }
}
