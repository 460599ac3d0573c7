import {
  type Awaitable,
  type Clock,
  type CryptoBackend,
  type EnvelopePart,
  type EnvelopeRecordOptions,
  envelopeRecordCodec,
  fernetCodec,
  type ImportedPlaintext,
  ivPrefixedCodec,
  type JsonPayloadOptions,
  jsonPayloadCodec,
  KeyUnwrapFailedError,
  type LegacyEncoding,
  type LegacyFormatName,
  type LegacyKeyRing,
  type LegacyStored,
  type SaltedFernetLayout,
  type SecretBytes,
  saltedFernetCodec,
} from '../src/index.ts';
import { bytesOf, hex, publishedVectors, secretOf } from './fixtures.ts';

interface LegacyVector {
  readonly plaintext: string;
  readonly stored: string;
}

interface AesVector extends LegacyVector {
  readonly encoding: LegacyEncoding;
  readonly key: string;
  readonly aad?: string;
}

/** docs/formats/vectors/legacy.json */
export interface LegacyVectors {
  readonly ivPrefixed: readonly AesVector[];
  readonly fernet: readonly (LegacyVector & {
    readonly key: string;
    readonly keyText: string;
    readonly timeSeconds: number;
    readonly iv: string;
  })[];
  readonly saltedFernet: readonly (LegacyVector & {
    readonly layout: SaltedFernetLayout;
    readonly encoding: LegacyEncoding;
    readonly separator?: string;
    readonly iterations: number;
    readonly masterKey: string;
    readonly timeSeconds: number;
    readonly salt: string;
    readonly iv: string;
  })[];
  readonly jsonPayload: readonly (AesVector & {
    readonly iv: string;
    readonly keyVersion: number | string;
    readonly derivation?: { readonly salt: string; readonly info: string };
  })[];
  readonly envelopeRecord: readonly (AesVector & {
    readonly layout: readonly EnvelopePart[];
    readonly algorithms: Readonly<Record<string, number>>;
    readonly encryptedKey: string;
  })[];
  readonly refused: readonly {
    readonly codec: LegacyFormatName;
    readonly name: string;
    readonly stored: string;
    readonly code: string;
    readonly options?: { readonly encoding?: LegacyEncoding };
  }[];
}

export const published: LegacyVectors = publishedVectors('legacy.json');

/** One codec with its key: what all of them have in common. */
export interface BoundCodec {
  readonly name: LegacyFormatName;
  detect(stored: LegacyStored): boolean;
  parse(stored: LegacyStored): unknown;
  decrypt(stored: LegacyStored): Awaitable<ImportedPlaintext>;
}

/** The first published vector of each format, and a codec that opens it. */
export function boundCodecs(
  backend: CryptoBackend,
  options: JsonPayloadOptions & EnvelopeRecordOptions = {},
): Readonly<Record<LegacyFormatName, { readonly stored: string; readonly codec: BoundCodec }>> {
  const [ivPrefixed] = published.ivPrefixed;
  const [fernet] = published.fernet;
  const saltedFernet = published.saltedFernet.find(({ layout }) => layout === 'whole-of-text');
  const [jsonPayload] = published.jsonPayload;
  const [envelopeRecord] = published.envelopeRecord;
  if (!ivPrefixed || !fernet || !saltedFernet || !jsonPayload || !envelopeRecord)
    throw new Error('No vector.');
  const iv = ivPrefixedCodec(backend, options);
  const bare = fernetCodec(backend);
  const { layout, encoding, iterations } = saltedFernet;
  const salted = saltedFernetCodec(backend, { layout, encoding, iterations });
  const json = jsonPayloadCodec(backend, options);
  const envelope = envelopeRecordCodec(backend, options);
  return {
    'iv-prefixed': {
      stored: ivPrefixed.stored,
      codec: { ...iv, decrypt: (stored) => iv.decrypt(stored, secretOf(ivPrefixed.key)) },
    },
    fernet: {
      stored: fernet.stored,
      codec: { ...bare, decrypt: (stored) => bare.decrypt(stored, secretOf(fernet.key)) },
    },
    'salted-fernet': {
      stored: saltedFernet.stored,
      codec: { ...salted, decrypt: (stored) => salted.decrypt(stored, secretOf(saltedFernet.masterKey)) },
    },
    'json-payload': {
      stored: jsonPayload.stored,
      codec: { ...json, decrypt: (stored) => json.decrypt(stored, ringOf(jsonPayload)) },
    },
    'envelope-record': {
      stored: envelopeRecord.stored,
      codec: { ...envelope, decrypt: (stored) => envelope.decrypt(stored, unwrapping(envelopeRecord)) },
    },
  };
}

/** A ring of one key. */
export function ringOf({
  key,
  keyVersion,
}: {
  readonly key: string;
  readonly keyVersion: number | string;
}): LegacyKeyRing {
  return (version) => (version === keyVersion ? secretOf(key) : undefined);
}

/** Stands for a KMS: gives the key for this wrapped key, and refuses any other. */
export function unwrapping({ encryptedKey, key }: { readonly encryptedKey: string; readonly key: string }) {
  return async (wrapped: Uint8Array): Promise<SecretBytes> => {
    if (hex(wrapped) !== encryptedKey) throw new KeyUnwrapFailedError('The KMS does not know this key.');
    return secretOf(key);
  };
}

/** The backend with these random bytes, one after the other. */
export function withRandom(backend: CryptoBackend, ...values: readonly string[]): CryptoBackend {
  const left = [...values];
  return {
    ...backend,
    randomBytes(byteLength) {
      const bytes = bytesOf(left.shift() ?? '');
      if (bytes.byteLength !== byteLength) throw new Error(`Asked for ${byteLength} bytes.`);
      return bytes;
    },
  };
}

/** The backend with a PBKDF2 of one iteration, for many derivations. */
export function withQuickPbkdf2(backend: CryptoBackend): CryptoBackend {
  const { primitives } = backend;
  return {
    ...backend,
    primitives: {
      ...primitives,
      pbkdf2: (hash, password, options) => primitives.pbkdf2(hash, password, { ...options, iterations: 1 }),
    },
  };
}

/** A clock that stands still. */
export function clockAt(seconds: number): Clock {
  return { now: () => ({ wallMs: seconds * 1000, monotonicMs: 0 }) };
}
