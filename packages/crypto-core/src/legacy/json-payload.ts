import type { CryptoBackend } from '../backend.ts';
import { InvalidArgumentError, LegacyFormatMismatchError } from '../crypto-errors.ts';
import { nonceByteLength, tagByteLength } from '../format.ts';
import type { ImportedPlaintext, WritableLegacyCodec } from './legacy-codec.ts';
import {
  type LegacyDerivation,
  type LegacyKeyRing,
  type LegacyKeyVersion,
  withLegacyKey,
} from './legacy-key.ts';
import { decodeLegacyText, encodeLegacyText, type LegacyEncoding, requireEncoding } from './legacy-text.ts';
import { type AesGcmImportOptions, type AesGcmParts, noBytes, openAesGcm } from './open-aes-gcm.ts';
import { hasStructure, readMembers } from './structure.ts';

export interface JsonPayloadOptions {
  /** How the bytes of the members are written; `base64` if left out. */
  readonly encoding?: LegacyEncoding;
}

/** The parts of a JSON payload. */
export interface JsonPayload extends AesGcmParts {
  /** An integer from 0 to 2⁵³ − 1, or 1 to 64 of `A–Z a–z 0–9 . _ -`. */
  readonly keyVersion: LegacyKeyVersion;
}

export interface JsonPayloadCallOptions extends AesGcmImportOptions {
  /** How the used key was derived from the one in the ring; not at all if left out. */
  readonly derivation?: LegacyDerivation;
}

/** The keys to write with, and which of them. */
export interface JsonPayloadWriteKey {
  readonly keys: LegacyKeyRing;
  readonly keyVersion: LegacyKeyVersion;
}

/** Reads and writes JSON payloads. */
export interface JsonPayloadCodec
  extends WritableLegacyCodec<
    JsonPayload,
    LegacyKeyRing,
    JsonPayloadCallOptions,
    ImportedPlaintext,
    JsonPayloadWriteKey
  > {
  encrypt(plaintext: Uint8Array, key: JsonPayloadWriteKey, options?: JsonPayloadCallOptions): Promise<string>;
}

const memberNames = ['iv', 'ciphertext', 'tag', 'keyVersion'] as const;

/**
 * The format `json-payload`: JSON of exactly `iv` (12 bytes), `ciphertext`, `tag` (16 bytes) and `keyVersion`, of AES-GCM
 * with a key of 16 or 32 bytes that the version names.
 *
 * It is written with random IVs: at most 2³² times under one key (NIST SP 800-38D §8.3), which its owner has to count.
 *
 * @throws {@link InvalidArgumentError} for an unknown encoding
 * @example
 * ```ts
 * const codec = jsonPayloadCodec(nodeBackend);
 * const info = new TextEncoder().encode(`user-key:${userId}`);
 * const { bytes } = await codec.decrypt(row.memo, (version) => orgKeys.get(version), { derivation: { salt, info } });
 * ```
 */
export function jsonPayloadCodec(backend: CryptoBackend, options: JsonPayloadOptions = {}): JsonPayloadCodec {
  const { encoding = 'base64' } = options;
  requireEncoding(encoding);
  const codec: JsonPayloadCodec = {
    name: 'json-payload',
    detect: (stored) => hasStructure(() => codec.parse(stored)),
    parse(stored) {
      const members = readMembers(stored, memberNames);
      return {
        iv: partOf(encoding, 'iv', members.iv, nonceByteLength),
        ciphertext: decodeLegacyText(encoding, 'The member ciphertext', members.ciphertext),
        tag: partOf(encoding, 'tag', members.tag, tagByteLength),
        keyVersion: readKeyVersion(members.keyVersion),
      };
    },
    async decrypt(stored, keys, { aad, derivation } = {}) {
      const payload = codec.parse(stored);
      return withLegacyKey(backend, keys, payload.keyVersion, derivation, (key) =>
        openAesGcm(backend, key, payload, aad),
      );
    },
    async encrypt(plaintext, { keys, keyVersion }, { aad = noBytes, derivation } = {}) {
      if (!isKeyVersion(keyVersion)) throw new InvalidArgumentError('This is no key version.');
      const iv = backend.randomBytes(nonceByteLength);
      const sealed = await withLegacyKey(backend, keys, keyVersion, derivation, async (key) => {
        const aesKey = await backend.primitives.aesGcmKey(key);
        try {
          return await aesKey.seal(iv, plaintext, aad);
        } finally {
          aesKey[Symbol.dispose]();
        }
      });
      const tagAt = sealed.byteLength - tagByteLength;
      return JSON.stringify({
        iv: encodeLegacyText(encoding, iv),
        ciphertext: encodeLegacyText(encoding, sealed.subarray(0, tagAt)),
        tag: encodeLegacyText(encoding, sealed.subarray(tagAt)),
        keyVersion,
      });
    },
  };
  return codec;
}

function partOf(encoding: LegacyEncoding, name: string, text: unknown, byteLength: number): Uint8Array {
  const bytes = decodeLegacyText(encoding, `The member ${name}`, text);
  if (bytes.byteLength !== byteLength) {
    // A shorter tag is forged more easily (NIST SP 800-38D appendix C).
    throw new LegacyFormatMismatchError(`The member ${name} has ${byteLength} bytes.`);
  }
  return bytes;
}

function readKeyVersion(value: unknown): LegacyKeyVersion {
  if (isKeyVersion(value)) return value;
  throw new LegacyFormatMismatchError('The member keyVersion is no integer and no short name.');
}

function isKeyVersion(value: unknown): value is LegacyKeyVersion {
  return typeof value === 'string'
    ? /^[A-Za-z0-9._-]{1,64}$/.test(value)
    : Number.isSafeInteger(value) && typeof value === 'number' && value >= 0;
}
