import {
  type CryptoBackend,
  type EnvelopePart,
  envelopeRecordCodec,
  fernetCodec,
  fernetKeyOf,
  ivPrefixedCodec,
  jsonPayloadCodec,
  type LegacyEncoding,
  type SaltedFernetLayout,
  saltedFernetCodec,
} from '@keyfold/crypto-core';
import legacy from '../../docs/formats/vectors/legacy.json' with { type: 'json' };
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';
import { oneOf } from './published-values.ts';

const encodings: readonly LegacyEncoding[] = ['base64', 'base64url', 'base64url-padded', 'hex', 'hex-upper'];
const layouts: readonly SaltedFernetLayout[] = ['whole', 'whole-of-text', 'parts', 'binary'];
const parts: readonly EnvelopePart[] = ['iv', 'ciphertext', 'tag'];

interface Case {
  readonly stored: string;
  readonly plaintext: string;
  readonly encoding?: string | undefined;
}

type Open = (stored: string, encoding: LegacyEncoding) => Promise<Uint8Array>;

interface Format {
  readonly cases: readonly Case[];
  /** Opens what one of the cases has stored, or something else in its place, as that case is opened. */
  readonly opening: (backend: CryptoBackend, position: number) => Open;
}

const aadOf = (aad: string | undefined) => (aad === undefined ? {} : { aad: bytesOf(aad) });

function at<T>(cases: readonly T[], position: number): T {
  const found = cases[position];
  if (found === undefined) throw new Error('There is no such case.');
  return found;
}

/** By the codec's name: its published cases, and how one is opened. */
const formats: Readonly<Record<string, Format>> = {
  'iv-prefixed': {
    cases: legacy.ivPrefixed,
    opening: (backend, position) => async (stored, encoding) => {
      const { key, aad } = at(legacy.ivPrefixed, position);
      return (await ivPrefixedCodec(backend, { encoding }).decrypt(stored, secretOf(key), aadOf(aad))).bytes;
    },
  },
  fernet: {
    cases: legacy.fernet,
    opening: (backend, position) => async (stored) =>
      (await fernetCodec(backend).decrypt(stored, fernetKeyOf(at(legacy.fernet, position).keyText))).bytes,
  },
  'salted-fernet': {
    cases: legacy.saltedFernet,
    opening: (backend, position) => async (stored, encoding) => {
      const { layout, separator, iterations, masterKey } = at(legacy.saltedFernet, position);
      const codec = saltedFernetCodec(backend, {
        layout: oneOf(layouts, layout),
        encoding,
        iterations,
        ...(separator === undefined ? {} : { separator }),
      });
      const given = layout === 'binary' ? bytesOf(stored) : stored;
      return (await codec.decrypt(given, secretOf(masterKey))).bytes;
    },
  },
  'json-payload': {
    cases: legacy.jsonPayload,
    opening: (backend, position) => async (stored, encoding) => {
      const { key, keyVersion, aad, derivation } = at(legacy.jsonPayload, position);
      const keys = (version: number | string) => (version === keyVersion ? secretOf(key) : undefined);
      const options = {
        ...aadOf(aad),
        ...(derivation === undefined
          ? {}
          : { derivation: { salt: bytesOf(derivation.salt), info: bytesOf(derivation.info) } }),
      };
      return (await jsonPayloadCodec(backend, { encoding }).decrypt(stored, keys, options)).bytes;
    },
  },
  'envelope-record': {
    cases: legacy.envelopeRecord,
    opening: (backend, position) => async (stored, encoding) => {
      const { key, encryptedKey, layout, algorithms, aad } = at(legacy.envelopeRecord, position);
      const names = Object.entries(algorithms).filter(
        (entry): entry is [string, number] => entry[1] !== undefined,
      );
      const codec = envelopeRecordCodec(backend, {
        encoding,
        layout: layout.map((part) => oneOf(parts, part)),
        algorithms: Object.fromEntries(names),
      });
      const unwrap = async (wrapped: Uint8Array) => {
        if (hex(wrapped) !== encryptedKey) throw new Error('Another wrapped key.');
        return secretOf(key);
      };
      return (await codec.decrypt(stored, unwrap, aadOf(aad))).bytes;
    },
  },
};

/** Published ciphertexts of other systems, and what is refused. */
export async function checkLegacy(checks: Checks, backend: CryptoBackend): Promise<void> {
  for (const [name, { cases, opening }] of Object.entries(formats)) {
    for (const [position, published] of cases.entries()) {
      await checks.equal(`legacy.json ${name} ${position}`, published.plaintext, async () =>
        hex(await opening(backend, position)(published.stored, encodingOf(published))),
      );
    }
  }
  for (const { codec, name, stored, code, options } of legacy.refused) {
    const format = formats[codec];
    const position = 0; // the case whose key the refused ones are under
    await checks.fails(`legacy.json ${codec}, ${name}`, code, async () => {
      if (format === undefined) throw new Error(`There is no codec ${codec}.`);
      return format.opening(backend, position)(stored, encodingOf(options ?? at(format.cases, position)));
    });
  }
}

function encodingOf({ encoding = 'base64' }: Pick<Case, 'encoding'>): LegacyEncoding {
  return oneOf(encodings, encoding);
}
