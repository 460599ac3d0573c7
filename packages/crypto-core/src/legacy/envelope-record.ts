import {
  requireArray,
  requireBackend,
  requireFunction,
  requireObject,
  requireSecret,
} from '../argument-types.ts';
import type { Awaitable } from '../awaitable.ts';
import type { CryptoBackend } from '../backend.ts';
import {
  InvalidArgumentError,
  LegacyAlgorithmUnknownError,
  LegacyFormatMismatchError,
} from '../crypto-errors.ts';
import { nonceByteLength, tagByteLength } from '../format.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { LegacyCodec } from './legacy-codec.ts';
import { decodeLegacyText, type LegacyEncoding, requireEncoding } from './legacy-text.ts';
import { type AesGcmImportOptions, type AesGcmParts, openAesGcm, ownAad } from './open-aes-gcm.ts';
import { hasStructure, readMembers } from './structure.ts';

/** A part of what the member `ciphertext` holds: IV 12, ciphertext n, tag 16 bytes. */
export type EnvelopePart = 'iv' | 'ciphertext' | 'tag';

export interface EnvelopeRecordOptions {
  /** How the members' bytes are written; `base64` if left out. */
  readonly encoding?: LegacyEncoding;
  /** The order of the parts inside `ciphertext`; IV ‖ ciphertext ‖ tag if left out. */
  readonly layout?: readonly EnvelopePart[];
  /**
   * The names of `algorithm` that mean AES-GCM, each with its key's length in bytes (16 or 32); `AES-256-GCM` with 32 if
   * left out.
   */
  readonly algorithms?: Readonly<Record<string, number>>;
}

/** The parts of an envelope record. */
export interface EnvelopeRecord extends AesGcmParts {
  /** The wrapped data key, 1 to 8,192 bytes. */
  readonly encryptedKey: Uint8Array;
  /** One of the codec's names. */
  readonly algorithm: string;
  /** Length of its key in bytes. */
  readonly keyByteLength: number;
}

/**
 * Unwraps a record's data key, usually by a call to a KMS.
 *
 * @returns the data key; disposed of after its use. Anything but `SecretBytes` is refused with {@link InvalidArgumentError}
 */
export type UnwrapEnvelopeKey = (encryptedKey: Uint8Array, algorithm: string) => Awaitable<SecretBytes>;

/** Reads envelope records. */
export type EnvelopeRecordCodec = LegacyCodec<EnvelopeRecord, UnwrapEnvelopeKey, AesGcmImportOptions>;

const memberNames = ['encrypted_key', 'ciphertext', 'algorithm'] as const;
const defaultLayout: readonly EnvelopePart[] = ['iv', 'ciphertext', 'tag'];
const defaultAlgorithms: Readonly<Record<string, number>> = { 'AES-256-GCM': 32 };
const maxEncryptedKeyBytes = 8192;

/**
 * The format `envelope-record`: JSON of exactly `encrypted_key`, `ciphertext` and `algorithm`, of AES-GCM under a data key
 * that a KMS wrapped. A record whose algorithm is not among the codec's is refused before the key is unwrapped, so that
 * forged records cost no call.
 *
 * @throws {@link InvalidArgumentError} for an unknown encoding, a layout that is no order of the three parts, or an
 *   algorithm whose key has neither 16 nor 32 bytes
 * @example
 * ```ts
 * const codec = envelopeRecordCodec(nodeBackend);
 * const { bytes } = await codec.decrypt(old.envelopeRecord, (encryptedKey) => old.unwrapWithKms(encryptedKey));
 * ```
 */
export function envelopeRecordCodec(
  backend: CryptoBackend,
  options: EnvelopeRecordOptions = {},
): EnvelopeRecordCodec {
  requireBackend(backend);
  requireObject('The options of a codec', options);
  const { encoding = 'base64', layout = defaultLayout, algorithms = defaultAlgorithms } = options;
  requireArray('A layout', layout);
  requireObject('The algorithms of a codec', algorithms);
  requireEncoding(encoding);
  requireLayout(layout);
  // Copied, and without a prototype: 'constructor' is no algorithm.
  const keyByteLengths: ReadonlyMap<string, number> = new Map(Object.entries(algorithms));
  requireAlgorithms(keyByteLengths);
  const order = [...layout];
  const codec: EnvelopeRecordCodec = {
    name: 'envelope-record',
    detect: (stored) => hasStructure(() => readRecord(encoding, order, stored)),
    parse(stored) {
      const record = readRecord(encoding, order, stored);
      const keyByteLength = keyByteLengths.get(record.algorithm);
      if (keyByteLength === undefined) {
        throw new LegacyAlgorithmUnknownError('The record names an algorithm that this codec was not given.');
      }
      return { ...record, keyByteLength };
    },
    async decrypt(stored, unwrap, options = {}) {
      requireFunction('What unwraps a data key', unwrap);
      requireObject('The options of a call', options);
      const aad = ownAad(options);
      const record = codec.parse(stored);
      const key = await unwrap(record.encryptedKey, record.algorithm);
      requireSecret('What was unwrapped', key);
      try {
        if (key.byteLength !== record.keyByteLength) {
          throw new InvalidArgumentError(
            `The unwrapped key has ${key.byteLength} bytes, its algorithm takes ${record.keyByteLength}.`,
          );
        }
        return await openAesGcm(backend, key, record, aad);
      } finally {
        key.dispose();
      }
    },
  };
  return codec;
}

function readRecord(
  encoding: LegacyEncoding,
  layout: readonly EnvelopePart[],
  stored: unknown,
): Omit<EnvelopeRecord, 'keyByteLength'> {
  const members = readMembers(stored, memberNames);
  const encryptedKey = decodeLegacyText(encoding, 'The member encrypted_key', members.encrypted_key);
  if (encryptedKey.byteLength < 1 || encryptedKey.byteLength > maxEncryptedKeyBytes) {
    throw new LegacyFormatMismatchError(`The member encrypted_key has 1 to ${maxEncryptedKeyBytes} bytes.`);
  }
  const { algorithm } = members;
  if (typeof algorithm !== 'string' || algorithm.length > 64) {
    throw new LegacyFormatMismatchError('The member algorithm is not a short text.');
  }
  const bytes = decodeLegacyText(encoding, 'The member ciphertext', members.ciphertext);
  return { encryptedKey, algorithm, ...split(bytes, layout) };
}

function split(bytes: Uint8Array, layout: readonly EnvelopePart[]): AesGcmParts {
  const ciphertextByteLength = bytes.byteLength - nonceByteLength - tagByteLength;
  if (ciphertextByteLength < 0) {
    throw new LegacyFormatMismatchError(
      `The member ciphertext has at least ${nonceByteLength + tagByteLength} bytes, this one ${bytes.byteLength}.`,
    );
  }
  const byteLengths = { iv: nonceByteLength, ciphertext: ciphertextByteLength, tag: tagByteLength };
  const parts = { iv: bytes, ciphertext: bytes, tag: bytes };
  let at = 0;
  for (const part of layout) {
    parts[part] = bytes.subarray(at, at + byteLengths[part]);
    at += byteLengths[part];
  }
  return parts;
}

function requireLayout(layout: readonly EnvelopePart[]): void {
  if ([...layout].sort().join() !== [...defaultLayout].sort().join()) {
    throw new InvalidArgumentError('A layout is an order of iv, ciphertext and tag.');
  }
}

function requireAlgorithms(keyByteLengths: ReadonlyMap<string, number>): void {
  for (const byteLength of keyByteLengths.values()) {
    if (byteLength !== 16 && byteLength !== 32) {
      throw new InvalidArgumentError('The key of an algorithm has 16 or 32 bytes.');
    }
  }
}
