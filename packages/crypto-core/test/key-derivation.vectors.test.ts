import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import {
  type Awaitable,
  type CryptoBackend,
  deriveFromPassword,
  deriveUserKey,
  encodeKdfParameters,
  type HkdfOptions,
  hkdfSha256,
  hkdfSha384,
  hkdfSha512,
  parseKdfParameters,
  SecretBytes,
  splitKeyRoot,
} from '../src/index.ts';
import { codeOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { countCases } from './count-cases.ts';
import { bytesOf, hex, publishedVectors, secretOf } from './fixtures.ts';

interface WycheproofHkdf {
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number;
      readonly result: 'valid' | 'invalid';
      readonly ikm: string;
      readonly salt: string;
      readonly info: string;
      readonly size: number;
      readonly okm: string;
    }[];
  }[];
}

interface DerivationVectors {
  readonly splitKey: readonly {
    readonly label: string;
    readonly keyingSecret: string;
    readonly saltSecret: string;
    readonly root: string;
  }[];
  readonly userKey: readonly {
    readonly parent: string;
    readonly salt: string;
    readonly userId: string;
    readonly key: string;
  }[];
  readonly hkdf: readonly {
    readonly hash: keyof typeof hkdfOf;
    readonly secret: string;
    readonly salt: string;
    readonly info: string;
    readonly key: string;
  }[];
  readonly password: readonly {
    readonly password: string;
    readonly parameters: string;
    readonly key: string;
  }[];
  readonly refused: readonly { readonly name: string; readonly parameters: string }[];
}

const hkdfOf = { 'SHA-256': hkdfSha256, 'SHA-384': hkdfSha384, 'SHA-512': hkdfSha512 } satisfies Record<
  string,
  (backend: CryptoBackend, secret: SecretBytes, options: HkdfOptions) => Awaitable<SecretBytes>
>;

const published = publishedVectors<DerivationVectors>('derivation.json');

/** RFC 7914 §12, without the last case: it takes 1 GiB of memory, more than is ever read here. */
const scryptCases = [
  {
    password: '',
    salt: '',
    cost: 16,
    blockSize: 1,
    parallelization: 1,
    key: '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
  },
  {
    password: 'password',
    salt: 'NaCl',
    cost: 1024,
    blockSize: 8,
    parallelization: 16,
    key: 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
  },
  {
    password: 'pleaseletmein',
    salt: 'SodiumChloride',
    cost: 16_384,
    blockSize: 8,
    parallelization: 1,
    key: '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
  },
];

const utf8 = new TextEncoder();
const secretText = (text: string): SecretBytes => SecretBytes.take(utf8.encode(text));

describe.each(backends)('the %s backend gives the published answers of', (name, backend) => {
  it('hkdfSha256, Wycheproof', async () => {
    const file = evidence.vectors('wycheproof/hkdf_sha256_test.json');
    if (!file.found) return evidence.missing(file.path);
    const { testGroups } = file.json() as WycheproofHkdf;
    let run = 0;
    for (const { tcId, result, ikm, salt, info, size, okm } of testGroups.flatMap((group) => group.tests)) {
      run++;
      const derive = () =>
        hkdfSha256(backend, secretOf(ikm), {
          salt: bytesOf(salt),
          info: bytesOf(info),
          byteLength: size,
        });
      if (result === 'valid') expect(hex((await derive()).reveal()), `tcId ${tcId}`).toBe(okm);
      else expect(await codeOf(derive), `tcId ${tcId}`).toBe('invalid_argument');
    }
    evidence.report(`wycheproof/hkdf_sha256_test.json through hkdfSha256, ${name}`, run);
    expect(run).toBe(86);
  });

  it('our HKDF vectors for each hash', async () => {
    for (const { hash, secret, salt, info, key } of published.hkdf) {
      const options = { salt: bytesOf(salt), info: bytesOf(info), byteLength: key.length / 2 };
      expect(hex((await hkdfOf[hash](backend, secretOf(secret), options)).reveal())).toBe(key);
    }
    evidence.report(`docs/formats/vectors/derivation.json, HKDF, ${name}`, published.hkdf.length);
  });

  it('our split keys and user keys', async () => {
    for (const { label, keyingSecret, saltSecret, root } of published.splitKey) {
      const options = { label, keyingSecret: secretOf(keyingSecret), saltSecret: secretOf(saltSecret) };
      expect(hex((await splitKeyRoot(backend, options)).reveal())).toBe(root);
    }
    for (const { parent, salt, userId, key } of published.userKey) {
      const options = { parent: secretOf(parent), salt: bytesOf(salt), userId };
      expect(hex((await deriveUserKey(backend, options)).reveal())).toBe(key);
    }
    evidence.report(
      `docs/formats/vectors/derivation.json, split and user keys, ${name}`,
      published.splitKey.length + published.userKey.length,
    );
  });

  it('our keys of passwords, which are text and back', async () => {
    for (const { password, parameters, key } of published.password) {
      const parsed = parseKdfParameters(parameters);
      expect(encodeKdfParameters(parsed)).toBe(parameters);
      const derive = () => deriveFromPassword(backend, secretText(password), parsed, key.length / 2);
      if (parsed.algorithm === 'scrypt' && name === 'web') {
        expect(await codeOf(derive)).toBe('unsupported_by_runtime');
      } else expect(hex((await derive()).reveal())).toBe(key);
    }
    evidence.report(`docs/formats/vectors/derivation.json, passwords, ${name}`, published.password.length);
  });

  it('scrypt, RFC 7914', async () => {
    for (const { password, salt, key, ...numbers } of scryptCases) {
      const options = { ...numbers, salt: utf8.encode(salt), byteLength: 64 };
      const derive = () => backend.primitives.scrypt(secretText(password), options);
      if (name === 'web') expect(await codeOf(derive)).toBe('unsupported_by_runtime');
      else expect(hex((await derive()).reveal())).toBe(key);
    }
    evidence.report(`RFC 7914 §12, ${name}`, scryptCases.length);
  });
});

describe('stored parameters', () => {
  countCases('docs/formats/vectors/derivation.json, refused');
  it.each(published.refused.map(({ name, parameters }) => [name, parameters]))(
    'are refused: %s',
    async (_, parameters) => {
      expect(await codeOf(() => parseKdfParameters(parameters))).toBe('kdf_parameters_refused');
    },
  );
});
