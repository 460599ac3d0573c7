import { requireBackend, requireClock, requireObject } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import {
  type FernetTimeOptions,
  type FernetToken,
  type ImportedFernetPlaintext,
  makeFernetToken,
  openFernetToken,
  parseFernetToken,
} from './fernet-token.ts';
import type { WritableLegacyCodec } from './legacy-codec.ts';
import { decodeLegacyText, encodeLegacyText } from './legacy-text.ts';
import { hasStructure } from './structure.ts';

export interface FernetOptions {
  /** Where a token's time comes from, and what it is compared with; the system's if left out. */
  readonly clock?: Clock;
}

/** Reads and writes Fernet tokens. */
export interface FernetCodec
  extends WritableLegacyCodec<FernetToken, SecretBytes, FernetTimeOptions, ImportedFernetPlaintext> {
  encrypt(plaintext: Uint8Array, key: SecretBytes): Promise<string>;
}

/**
 * The format `fernet`: a bare token of the Fernet specification (AES-128-CBC and HMAC-SHA256), in base64url with padding.
 * Its key has 32 bytes; {@link fernetKeyOf} reads the usual text of one.
 *
 * @throws {@link InvalidArgumentError} for a backend or a clock that is none
 * @example
 * ```ts
 * using key = fernetKeyOf('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=');
 * const codec = fernetCodec(nodeBackend);
 * const token = await codec.encrypt(Uint8Array.of(1, 2, 3), key);
 * const { bytes, timeSeconds } = await codec.decrypt(token, key);
 * bytes; // → Uint8Array.of(1, 2, 3)
 * ```
 */
export function fernetCodec(backend: CryptoBackend, options: FernetOptions = {}): FernetCodec {
  requireBackend(backend);
  requireObject('The options of a codec', options);
  const { clock = systemClock } = options;
  requireClock(clock);
  const codec: FernetCodec = {
    name: 'fernet',
    detect: (stored) => hasStructure(() => codec.parse(stored)),
    parse: (stored) => parseFernetToken(decodeLegacyText('base64url-padded', 'A Fernet token', stored)),
    decrypt: async (stored, key, time = {}) =>
      openFernetToken(backend, clock, codec.parse(stored), key, time),
    encrypt: async (plaintext, key) =>
      encodeLegacyText('base64url-padded', await makeFernetToken(backend, clock, plaintext, key)),
  };
  return codec;
}
