import { requireBackend, requireBytes, requireObject } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { InvalidArgumentError, LegacyFormatMismatchError } from '../crypto-errors.ts';
import { disposing } from '../disposing.ts';
import { nonceByteLength, tagByteLength } from '../format.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { UseCount } from '../use-count.ts';
import type { ImportedPlaintext, WritableLegacyCodec } from './legacy-codec.ts';
import {
  type LegacyDerivation,
  type LegacyKeyRing,
  type LegacyKeyVersion,
  withLegacyKey,
} from './legacy-key.ts';
import { decodeLegacyText, encodeLegacyText, type LegacyEncoding, requireEncoding } from './legacy-text.ts';
import { type AesGcmImportOptions, type AesGcmParts, openAesGcm, ownAad } from './open-aes-gcm.ts';
import { hasStructure, readMembers } from './structure.ts';

export interface JsonPayloadOptions {
  /** How the bytes of the members are written; `base64` if left out. */
  readonly encoding?: LegacyEncoding;
  /** How often this codec encrypts, under all of its keys together: 1 to 2³² times; 2³² if left out. */
  readonly maxEncryptions?: number;
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
  /**
   * @throws {@link InvalidArgumentError} for a key of another length, or no key version
   * @throws {@link LegacyKeyUnknownError} when the ring has no key of this version
   * @throws {@link KeyExhaustedError} when the codec has encrypted as often as it may
   */
  encrypt(plaintext: Uint8Array, key: JsonPayloadWriteKey, options?: JsonPayloadCallOptions): Promise<string>;
}

const memberNames = ['iv', 'ciphertext', 'tag', 'keyVersion'] as const;

/**
 * The format `json-payload`: JSON of exactly `iv` (12 bytes), `ciphertext`, `tag` (16 bytes) and `keyVersion`, of AES-GCM
 * with a key of 16 or 32 bytes that the version names.
 *
 * It is written with random IVs: at most 2³² times under one key (NIST SP 800-38D §8.3). A codec counts what it encrypts,
 * whatever the key, because a ring may hand out the same key as another object each time; past its bound it refuses with
 * {@link KeyExhaustedError}. What other codecs and other processes write under the same key is the owner's to count.
 *
 * @throws {@link InvalidArgumentError} for an unknown encoding, or a bound outside of 1 to 2³²
 * @example
 * ```ts
 * const codec = jsonPayloadCodec(nodeBackend);
 * const keys = new Map([[1, SecretBytes.random(32)]]);
 * const ring = (version: number | string) => keys.get(Number(version));
 * const derivation = { salt: nodeBackend.randomBytes(32), info: new TextEncoder().encode('user-key:u-42') };
 * const stored = await codec.encrypt(Uint8Array.of(1, 2, 3), { keys: ring, keyVersion: 1 }, { derivation });
 * const { bytes } = await codec.decrypt(stored, ring, { derivation });
 * bytes; // → Uint8Array.of(1, 2, 3)
 * ```
 */
export function jsonPayloadCodec(backend: CryptoBackend, options: JsonPayloadOptions = {}): JsonPayloadCodec {
  requireBackend(backend);
  requireObject('The options of a codec', options);
  const { encoding = 'base64', maxEncryptions } = options;
  requireEncoding(encoding);
  const uses = new UseCount('The codec json-payload', maxEncryptions);
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
    async decrypt(stored, keys, options = {}) {
      requireObject('The options of a call', options);
      const aad = ownAad(options);
      const payload = codec.parse(stored);
      return withLegacyKey(backend, keys, payload.keyVersion, options.derivation, (key) =>
        openAesGcm(backend, key, payload, aad),
      );
    },
    async encrypt(plaintext, key, options = {}) {
      requireBytes('What is encrypted', plaintext);
      requireObject('A key to write with', key);
      requireObject('The options of a call', options);
      const { keys, keyVersion } = key;
      if (!isKeyVersion(keyVersion)) throw new InvalidArgumentError('This is no key version.');
      const aad = ownAad(options);
      const iv = backend.randomBytes(nonceByteLength);
      // Copied, since the key comes later: who wipes his plaintext after the call has not encrypted zeros.
      const sealed = await disposing(SecretBytes.take(new Uint8Array(plaintext)), (own) =>
        withLegacyKey(backend, keys, keyVersion, options.derivation, async (used) =>
          disposing(await backend.primitives.aesGcmKey(used), async (aesKey) => {
            uses.take(); // for what was refused before none is taken
            return aesKey.seal(iv, own.reveal(), aad);
          }),
        ),
      );
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
