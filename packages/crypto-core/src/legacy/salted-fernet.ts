import {
  requireBackend,
  requireBytes,
  requireClock,
  requireObject,
  requireSecret,
} from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { systemClock } from '../clock.ts';
import { InvalidArgumentError, LegacyFormatMismatchError } from '../crypto-errors.ts';
import { kdfBounds } from '../derivation/kdf-parameters.ts';
import { maxPasswordBytes } from '../derivation/password-key.ts';
import { disposing } from '../disposing.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { isNameIn, isUint8Array } from '../type-checks.ts';
import type { FernetOptions } from './fernet.ts';
import {
  type FernetTimeOptions,
  type FernetToken,
  fernetKeyByteLength,
  type ImportedFernetPlaintext,
  makeFernetToken,
  openFernetToken,
  parseFernetToken,
} from './fernet-token.ts';
import type { LegacyStored, WritableLegacyCodec } from './legacy-codec.ts';
import { decodeLegacyText, encodeLegacyText, type LegacyEncoding, requireEncoding } from './legacy-text.ts';
import { hasStructure } from './structure.ts';

/** Length of the salt in bytes. */
const saltByteLength = 16;

const utf8 = /* @__PURE__ */ new TextEncoder();

/**
 * Which part of salt ‖ token is encoded. A token's text is base64url with padding; E is the codec's encoding.
 *
 * - `whole`: E(salt 16 ‖ the token's bytes)
 * - `whole-of-text`: E(salt 16 ‖ the token's text), encoded twice: what a Fernet library's output gives when it is
 *   appended to the salt and encoded
 * - `parts`: E(salt 16) ‖ separator ‖ the token's text
 * - `binary`: salt 16 ‖ the token's text, as bytes of a binary column
 */
export type SaltedFernetLayout = 'whole' | 'whole-of-text' | 'parts' | 'binary';

export interface SaltedFernetOptions extends FernetOptions {
  readonly layout: SaltedFernetLayout;
  /** E above; `base64url-padded` if left out. */
  readonly encoding?: LegacyEncoding;
  /** Between the parts of layout `parts`, up to 8 characters; nothing if left out. */
  readonly separator?: string;
  /** Of PBKDF2, 100,000 to 10,000,000; 100,000 if left out, because the data does not say. */
  readonly iterations?: number;
}

/** The parts of salt ‖ token. */
export interface SaltedFernetToken {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  readonly token: FernetToken;
}

/** Reads and writes salt ‖ Fernet. */
export interface SaltedFernetCodec
  extends WritableLegacyCodec<SaltedFernetToken, SecretBytes, FernetTimeOptions, ImportedFernetPlaintext> {
  encrypt(plaintext: Uint8Array, masterKey: SecretBytes): Promise<LegacyStored>;
}

interface Layout {
  /** The salt and the token's bytes. */
  split(stored: LegacyStored, o: Required<Pick<SaltedFernetOptions, 'encoding' | 'separator'>>): SaltAndToken;
  join(parts: SaltAndToken, o: Required<Pick<SaltedFernetOptions, 'encoding' | 'separator'>>): LegacyStored;
}

interface SaltAndToken {
  readonly salt: Uint8Array;
  readonly token: Uint8Array;
}

const layouts: Readonly<Record<SaltedFernetLayout, Layout>> = {
  whole: {
    split(stored, { encoding }) {
      const bytes = decodeLegacyText(encoding, 'A salted Fernet token', stored);
      return { salt: bytes.subarray(0, saltByteLength), token: bytes.subarray(saltByteLength) };
    },
    join: ({ salt, token }, { encoding }) => encodeLegacyText(encoding, concatenated(salt, token)),
  },
  'whole-of-text': {
    split: (stored, { encoding }) => splitBytes(decodeLegacyText(encoding, 'A salted Fernet token', stored)),
    join: (parts, { encoding }) => encodeLegacyText(encoding, joinBytes(parts)),
  },
  parts: {
    split(stored, { encoding, separator }) {
      const saltLength = encodeLegacyText(encoding, new Uint8Array(saltByteLength)).length;
      const tokenAt = saltLength + separator.length;
      if (typeof stored !== 'string' || stored.slice(saltLength, tokenAt) !== separator) {
        throw new LegacyFormatMismatchError('What is stored is no salt and token with this separator.');
      }
      return {
        salt: decodeLegacyText(encoding, 'The salt', stored.slice(0, saltLength)),
        token: decodeLegacyText('base64url-padded', 'The Fernet token', stored.slice(tokenAt)),
      };
    },
    join: ({ salt, token }, { encoding, separator }) =>
      encodeLegacyText(encoding, salt) + separator + encodeLegacyText('base64url-padded', token),
  },
  binary: {
    split(stored) {
      if (!isUint8Array(stored)) throw new LegacyFormatMismatchError('What is stored is not binary.');
      return splitBytes(stored);
    },
    join: joinBytes,
  },
};

/**
 * The format `salted-fernet`: a salt of 16 bytes and a Fernet token under PBKDF2-HMAC-SHA256(master key, salt), a key of
 * its own for each record. The master key is any 1 to 4,096 bytes: for a pass phrase, its UTF-8.
 *
 * @throws {@link InvalidArgumentError} for an unknown layout or encoding, or numbers out of range
 * @example
 * ```ts
 * using masterKey = SecretBytes.take(new TextEncoder().encode('a long pass phrase'));
 * const codec = saltedFernetCodec(nodeBackend, { layout: 'whole-of-text' });
 * const stored = await codec.encrypt(Uint8Array.of(1, 2, 3), masterKey);
 * const { bytes } = await codec.decrypt(stored, masterKey);
 * bytes; // → Uint8Array.of(1, 2, 3)
 * ```
 */
export function saltedFernetCodec(backend: CryptoBackend, options: SaltedFernetOptions): SaltedFernetCodec {
  requireBackend(backend);
  requireObject('The options of a codec', options);
  const {
    layout,
    encoding = 'base64url-padded',
    separator = '',
    iterations = kdfBounds.minPbkdf2Iterations,
    clock = systemClock,
  } = options;
  requireClock(clock);
  requireEncoding(encoding);
  requireOptions(layout, separator, iterations);
  const spelling = { encoding, separator };
  const codec: SaltedFernetCodec = {
    name: 'salted-fernet',
    detect: (stored) => hasStructure(() => codec.parse(stored)),
    parse(stored) {
      const { salt, token } = layouts[layout].split(stored, spelling);
      return { salt, token: parseFernetToken(token) };
    },
    async decrypt(stored, masterKey, time = {}) {
      const { salt, token } = codec.parse(stored);
      return disposing(await recordKey(backend, masterKey, salt, iterations), (key) =>
        openFernetToken(backend, clock, token, key, time),
      );
    },
    async encrypt(plaintext, masterKey) {
      requireBytes('What is encrypted', plaintext);
      const salt = backend.randomBytes(saltByteLength);
      // Copied, since the key comes later: who wipes his plaintext after the call has not encrypted zeros.
      const token = await disposing(SecretBytes.take(new Uint8Array(plaintext)), async (own) =>
        disposing(await recordKey(backend, masterKey, salt, iterations), (key) =>
          makeFernetToken(backend, clock, own.reveal(), key),
        ),
      );
      return layouts[layout].join({ salt, token }, spelling);
    },
  };
  return codec;
}

async function recordKey(
  backend: CryptoBackend,
  masterKey: SecretBytes,
  salt: Uint8Array,
  iterations: number,
): Promise<SecretBytes> {
  requireSecret('A master key', masterKey);
  if (masterKey.byteLength < 1 || masterKey.byteLength > maxPasswordBytes) {
    throw new InvalidArgumentError(`A master key has 1 to ${maxPasswordBytes} bytes.`);
  }
  return backend.primitives.pbkdf2('SHA-256', masterKey, {
    salt,
    iterations,
    byteLength: fernetKeyByteLength,
  });
}

function splitBytes(bytes: Uint8Array): SaltAndToken {
  // Bytes that are no ASCII become characters that base64url refuses, and so does a byte order mark.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(saltByteLength));
  return {
    salt: bytes.subarray(0, saltByteLength),
    token: decodeLegacyText('base64url-padded', 'The Fernet token', text),
  };
}

function joinBytes({ salt, token }: SaltAndToken): Uint8Array {
  return concatenated(salt, utf8.encode(encodeLegacyText('base64url-padded', token)));
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.byteLength + b.byteLength);
  bytes.set(a);
  bytes.set(b, a.byteLength);
  return bytes;
}

function requireOptions(layout: SaltedFernetLayout, separator: string, iterations: number): void {
  if (!isNameIn(layouts, layout)) {
    throw new InvalidArgumentError(`A layout is one of ${Object.keys(layouts).join(', ')}.`);
  }
  if (typeof separator !== 'string' || separator.length > 8 || (separator !== '' && layout !== 'parts')) {
    throw new InvalidArgumentError('A separator has up to 8 characters and belongs to the layout "parts".');
  }
  const { minPbkdf2Iterations: min, maxPbkdf2Iterations: max } = kdfBounds;
  if (!Number.isInteger(iterations) || iterations < min || iterations > max) {
    throw new InvalidArgumentError(`PBKDF2's iterations are ${min} to ${max}.`);
  }
}
