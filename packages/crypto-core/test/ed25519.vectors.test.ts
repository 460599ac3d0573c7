import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { isEd25519Candidate } from '../src/ed25519-checks.ts';
import { openSigningKey, SecretBytes, verifyEd25519 } from '../src/index.ts';
import { backends } from './backends.ts';
import { bytesOf, hex, secretOf } from './fixtures.ts';

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

/** RFC 8032 §7.1: seed, public key, message, signature. */
const rfc8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

describe.each(backends)('Ed25519 on %s', (name, backend) => {
  const file = evidence.vectors('wycheproof/ed25519_test.json');
  if (!file.found) it('has no Wycheproof vectors', () => evidence.missing(file.path));
  else {
    it('accepts and refuses as Wycheproof says; none of its cases is merely acceptable', async () => {
      const vectors = file.json() as Wycheproof;
      let ran = 0;
      for (const { publicKey, tests } of vectors.testGroups) {
        for (const { tcId, msg, sig, result } of tests) {
          const isRight = await verifyEd25519(backend, bytesOf(publicKey.pk), bytesOf(msg), bytesOf(sig));
          expect({ tcId, result: isRight ? 'valid' : 'invalid' }).toEqual({ tcId, result });
          ran++;
        }
      }
      evidence.report(`wycheproof/ed25519_test.json on ${name}`, ran);
      expect(ran).toBe(vectors.numberOfTests);
    });
  }

  it('prints how many cases of RFC 8032 and of small order run', () => {
    evidence.report(`RFC 8032 §7.1 on ${name}`, rfc8032.length);
    evidence.report(`points of small order on ${name}`, smallOrder.length);
    expect(smallOrder.length).toBeGreaterThan(4);
  });

  it.each(rfc8032)('signs as RFC 8032 §7.1: %.8s…', async (seed, publicKey, message, signature) => {
    using key = await openSigningKey(backend, secretOf(seed));
    expect(hex(key.publicKey)).toBe(publicKey);
    expect(hex(await key.sign(bytesOf(message)))).toBe(signature);
    expect(await verifyEd25519(backend, bytesOf(publicKey), bytesOf(message), bytesOf(signature))).toBe(true);
  });

  it.each(smallOrder)('lets the point of small order %.8s… sign nothing', async (point) => {
    // R = A = the identity and S = 0 satisfies the plain equation for every message.
    const identity = '0100000000000000000000000000000000000000000000000000000000000000';
    for (const first of [point, identity]) {
      const signature = bytesOf(first + '00'.repeat(32));
      expect(await verifyEd25519(backend, bytesOf(point), bytesOf('61'), signature)).toBe(false);
    }
  });

  it('refuses keys and seeds of another length', async () => {
    for (const length of [0, 31, 33, 64]) {
      await expect(
        verifyEd25519(backend, new Uint8Array(length), new Uint8Array(), new Uint8Array(64)),
      ).rejects.toMatchObject({ code: 'invalid_argument' });
      await expect(openSigningKey(backend, SecretBytes.random(length))).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    }
  });

  it('finds signatures of another length wrong', async () => {
    const [[, publicKey, , signature]] = rfc8032;
    for (const wrong of ['', signature.slice(2), `${signature}00`]) {
      expect(await verifyEd25519(backend, bytesOf(publicKey), new Uint8Array(), bytesOf(wrong))).toBe(false);
    }
  });
});

describe('before any runtime is asked', () => {
  const good = bytesOf(rfc8032[0][1]);
  const signature = bytesOf(rfc8032[0][3]);

  it('a key or a commitment of small order, with either sign, is found to be no candidate', () => {
    expect(isEd25519Candidate(good, signature)).toBe(true);
    for (const point of smallOrder) {
      for (const sign of [0, 0x80]) {
        const bytes = bytesOf(point);
        bytes[31] = (bytes[31] ?? 0) | sign;
        expect(isEd25519Candidate(bytes, signature), point).toBe(false);
        expect(isEd25519Candidate(good, Uint8Array.of(...bytes, ...new Uint8Array(32))), point).toBe(false);
      }
    }
  });

  it('neither is one of the 19 numbers from p on, which have a second encoding', () => {
    for (let low = 0xed; low <= 0xff; low++) {
      const bytes = Uint8Array.of(low, ...new Uint8Array(30).fill(0xff), 0x7f);
      expect(isEd25519Candidate(bytes, signature), String(low)).toBe(false);
    }
    const below = Uint8Array.of(0xeb, ...new Uint8Array(30).fill(0xff), 0x7f);
    expect(isEd25519Candidate(below, signature)).toBe(true);
  });
});
