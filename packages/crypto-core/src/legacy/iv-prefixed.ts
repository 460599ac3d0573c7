import { requireBackend, requireObject } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { LegacyFormatMismatchError } from '../crypto-errors.ts';
import { nonceByteLength, tagByteLength } from '../format.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { LegacyCodec } from './legacy-codec.ts';
import { decodeLegacyText, type LegacyEncoding, requireEncoding } from './legacy-text.ts';
import { type AesGcmImportOptions, type AesGcmParts, openAesGcm, ownAad } from './open-aes-gcm.ts';
import { hasStructure } from './structure.ts';

export interface IvPrefixedOptions {
  /** How the bytes are written; `base64` if left out. */
  readonly encoding?: LegacyEncoding;
}

/** Reads IV ‖ ciphertext ‖ tag. */
export type IvPrefixedCodec = LegacyCodec<AesGcmParts, SecretBytes, AesGcmImportOptions>;

const overheadBytes = nonceByteLength + tagByteLength;

/**
 * The format `iv-prefixed`: text of IV 12 ‖ ciphertext n ‖ tag 16 of AES-GCM, without metadata. Its key has 16 or 32
 * bytes. Read only: who still writes it can write Keyfold's own format as well.
 *
 * @throws {@link InvalidArgumentError} for an unknown encoding
 * @example
 * ```ts
 * const codec = ivPrefixedCodec(nodeBackend);
 * const { bytes } = await codec.decrypt(old.ivPrefixed, old.key);
 * ```
 */
export function ivPrefixedCodec(backend: CryptoBackend, options: IvPrefixedOptions = {}): IvPrefixedCodec {
  requireBackend(backend);
  requireObject('The options of a codec', options);
  const { encoding = 'base64' } = options;
  requireEncoding(encoding);
  const codec: IvPrefixedCodec = {
    name: 'iv-prefixed',
    detect: (stored) => hasStructure(() => codec.parse(stored)),
    parse(stored) {
      const bytes = decodeLegacyText(encoding, 'An iv-prefixed ciphertext', stored);
      if (bytes.byteLength < overheadBytes) {
        throw new LegacyFormatMismatchError(
          `An iv-prefixed ciphertext has at least ${overheadBytes} bytes, this one ${bytes.byteLength}.`,
        );
      }
      const tagAt = bytes.byteLength - tagByteLength;
      return {
        iv: bytes.subarray(0, nonceByteLength),
        ciphertext: bytes.subarray(nonceByteLength, tagAt),
        tag: bytes.subarray(tagAt),
      };
    },
    async decrypt(stored, key, options = {}) {
      requireObject('The options of a call', options);
      return openAesGcm(backend, key, codec.parse(stored), ownAad(options));
    },
  };
  return codec;
}
