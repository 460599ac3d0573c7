import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { codeOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { bytesOf, hex, secretOf } from './fixtures.ts';

type Result = 'valid' | 'invalid' | 'acceptable';

interface Wycheproof<Case, Group = object> {
  readonly testGroups: readonly (Group & {
    readonly tests: readonly (Case & { readonly tcId: number; readonly result: Result })[];
  })[];
}

interface AeadCase {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

interface WrapCase {
  readonly key: string;
  readonly msg: string;
  readonly ct: string;
}

interface Pbkdf2Case {
  readonly password: string;
  readonly salt: string;
  readonly iterationCount: number;
  readonly dkLen: number;
  readonly dk: string;
}

interface HkdfCase {
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
}

interface MacCase {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

interface SignatureCase {
  readonly msg: string;
  readonly sig: string;
}

interface Loaded<Case, Group> {
  readonly groups: Wycheproof<Case, Group>['testGroups'];
  readonly report: (run: number, applicable?: string) => void;
}

/** Loads a Wycheproof file; undefined, and said so, where it is not there. */
function wycheproof<Case, Group = object>(file: string, backend: string): Loaded<Case, Group> | undefined {
  const loaded = evidence.vectors(`wycheproof/${file}`);
  if (!loaded.found) {
    evidence.missing(loaded.path);
    return undefined;
  }
  const { testGroups } = loaded.json() as Wycheproof<Case, Group>;
  // Were a case "acceptable", it would have to be decided here; none of these files has one.
  const results = new Set(testGroups.flatMap((group) => group.tests.map((test) => test.result)));
  expect(results).not.toContain('acceptable');
  return {
    groups: testGroups,
    report: (run, applicable) =>
      evidence.report(`wycheproof/${file}${applicable ?? ''}, ${backend} backend`, run),
  };
}

describe.each(backends)('the %s backend gives the published answers of', (name, { primitives }) => {
  it('AES-GCM with 128-bit and 256-bit keys', async () => {
    const file = wycheproof<AeadCase, { keySize: number; ivSize: number; tagSize: number }>(
      'aes_gcm_test.json',
      name,
    );
    if (file === undefined) return;
    let run = 0;
    for (const { keySize, ivSize, tagSize, tests } of file.groups) {
      if (keySize === 192 || tagSize !== 128) continue; // neither is offered
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
        using aes = await primitives.aesGcmKey(secretOf(key));
        const open = async () => aes.open(bytesOf(iv), bytesOf(ct + tag), bytesOf(aad));
        if (ivSize !== 96) {
          expect(await codeOf(open), `tcId ${tcId}`).toBe('invalid_argument');
          continue;
        }
        run++;
        const opened = await open();
        expect(opened === undefined ? undefined : hex(opened), `tcId ${tcId}`).toBe(
          result === 'valid' ? msg : undefined,
        );
        if (result === 'valid') {
          expect(hex(await aes.seal(bytesOf(iv), bytesOf(msg), bytesOf(aad)))).toBe(ct + tag);
        }
      }
    }
    file.report(run, ', 128-bit and 256-bit keys, 96-bit nonces');
    expect(run).toBe(133);
  });

  it('AES key wrap with padding, Wycheproof', async () => {
    const file = wycheproof<WrapCase, { keySize: number }>('aes_kwp_test.json', name);
    if (file === undefined) return;
    let run = 0;
    for (const { keySize, tests } of file.groups) {
      for (const { tcId, key, msg, ct, result } of tests) {
        if (keySize === 192) {
          const call = async () => primitives.aesKeyUnwrapPadded(secretOf(key), bytesOf(ct));
          expect(await codeOf(call)).toBe('invalid_argument');
          continue;
        }
        run++;
        const unwrapped = await primitives.aesKeyUnwrapPadded(secretOf(key), bytesOf(ct));
        expect(unwrapped && hex(unwrapped.reveal()), `tcId ${tcId}`).toBe(
          result === 'valid' ? msg : undefined,
        );
        if (result === 'valid') {
          expect(hex(await primitives.aesKeyWrapPadded(secretOf(key), secretOf(msg)))).toBe(ct);
        }
      }
    }
    file.report(run, ', 128-bit and 256-bit keys');
    expect(run).toBe(169);
  });

  it.each([
    ['nist-cavp/KW_AE_256.txt', 'aesKeyWrap', 'aesKeyUnwrap'],
    ['nist-cavp/KWP_AE_256.txt', 'aesKeyWrapPadded', 'aesKeyUnwrapPadded'],
  ] as const)('NIST CAVP in %s', async (path, wrap, unwrap) => {
    const file = evidence.vectors(path);
    if (!file.found) return evidence.missing(file.path);
    let run = 0;
    for (const [, key = '', msg = '', ct = ''] of file.text.matchAll(
      /^K = (\w+)\r?\nP = (\w+)\r?\nC = (\w+)/gm,
    )) {
      run++;
      expect(hex(await primitives[wrap](secretOf(key), secretOf(msg)))).toBe(ct);
      const unwrapped = await primitives[unwrap](secretOf(key), bytesOf(ct));
      expect(unwrapped && hex(unwrapped.reveal())).toBe(msg);
    }
    evidence.report(`${path}, ${name} backend`, run);
    expect(run).toBe(500);
  });

  it('HKDF-SHA256, RFC 5869', async () => {
    const file = evidence.vectors('rfc5869/rfc-5869-HKDF-SHA256.txt');
    if (!file.found) return evidence.missing(file.path);
    const pattern =
      /^IKM *= *(\w*)\nsalt *= *(\w*)\ninfo *= *(\w*)\nL *= *(\d+)\n\s*PRK *= *\w+\nOKM *= *(\w+)/gm;
    let run = 0;
    for (const [, ikm = '', salt = '', info = '', length, okm] of file.text.matchAll(pattern)) {
      run++;
      const options = { salt: bytesOf(salt), info: bytesOf(info), byteLength: Number(length) };
      const derived = await primitives.hkdf('SHA-256', secretOf(ikm), options);
      expect(hex(derived.reveal())).toBe(okm);
    }
    evidence.report(`rfc5869/rfc-5869-HKDF-SHA256.txt, ${name} backend`, run);
    expect(run).toBe(3);
  });

  it('HKDF-SHA256, Wycheproof', async () => {
    const file = wycheproof<HkdfCase>('hkdf_sha256_test.json', name);
    if (file === undefined) return;
    let run = 0;
    for (const { tcId, ikm, salt, info, size, okm, result } of file.groups.flatMap((group) => group.tests)) {
      run++;
      const derive = async () =>
        primitives.hkdf('SHA-256', secretOf(ikm), {
          salt: bytesOf(salt),
          info: bytesOf(info),
          byteLength: size,
        });
      if (result === 'valid') expect(hex((await derive()).reveal()), `tcId ${tcId}`).toBe(okm);
      else expect(await codeOf(derive), `tcId ${tcId}`).toBe('invalid_argument');
    }
    file.report(run);
    expect(run).toBe(86);
  });

  it('HMAC-SHA256', async () => {
    const file = wycheproof<MacCase, { tagSize: number }>('hmac_sha256_test.json', name);
    if (file === undefined) return;
    let run = 0;
    for (const { tagSize, tests } of file.groups) {
      for (const { tcId, key, msg, tag, result } of tests) {
        run++;
        const computed = await primitives.hmac('SHA-256', secretOf(key), bytesOf(msg));
        expect(hex(computed.subarray(0, tagSize / 8)) === tag, `tcId ${tcId}`).toBe(result === 'valid');
      }
    }
    file.report(run);
    expect(run).toBe(174);
  });

  it('PBKDF2-HMAC-SHA256', async () => {
    const file = wycheproof<Pbkdf2Case>('pbkdf2_hmacsha256_test.json', name);
    if (file === undefined) return;
    let run = 0;
    for (const { tcId, password, salt, iterationCount, dkLen, dk } of file.groups.flatMap(
      (group) => group.tests,
    )) {
      run++;
      const derived = await primitives.pbkdf2('SHA-256', secretOf(password), {
        salt: bytesOf(salt),
        iterations: iterationCount,
        byteLength: dkLen,
      });
      expect(hex(derived.reveal()), `tcId ${tcId}`).toBe(dk);
    }
    file.report(run);
    expect(run).toBe(60);
  });

  it('Ed25519', async () => {
    const file = wycheproof<SignatureCase, { publicKey: { pk: string } }>('ed25519_test.json', name);
    if (file === undefined) return;
    let run = 0;
    for (const { publicKey, tests } of file.groups) {
      for (const { tcId, msg, sig, result } of tests) {
        run++;
        const right = await primitives.ed25519Verify(bytesOf(publicKey.pk), bytesOf(msg), bytesOf(sig));
        expect(right, `tcId ${tcId}`).toBe(result === 'valid');
      }
    }
    file.report(run);
    expect(run).toBe(151);
  });

  it('no hash that is not offered: SHA-1 is refused by name', async () => {
    const info = new Uint8Array();
    // @ts-expect-error SHA-1 is none of the names
    const derive = async () => primitives.hkdf('SHA-1', secretOf('00'), { info, byteLength: 20 });
    expect(await codeOf(derive)).toBe('invalid_argument');
    evidence.report(
      'wycheproof/hkdf_sha1_test.json, hmac_sha1_test.json, pbkdf2_hmacsha1_test.json: SHA-1 is not offered',
      0,
    );
  });

  it('RFC 4231 and RFC 8032: HMAC-SHA384, HMAC-SHA512, and signatures from seeds', async () => {
    const data = new TextEncoder().encode('Hi There');
    const key = secretOf('0b'.repeat(20));
    expect(hex(await primitives.hmac('SHA-384', key, data))).toBe(
      'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
    );
    expect(hex(await primitives.hmac('SHA-512', key, data))).toBe(
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    );
    // RFC 8032 §7.1, tests 1 to 3.
    for (const [seed, publicKey, message, signature] of [
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
    ] as const) {
      using signing = await primitives.ed25519SigningKey(secretOf(seed));
      expect(hex(signing.publicKey)).toBe(publicKey);
      expect(hex(await signing.sign(bytesOf(message)))).toBe(signature);
      expect(await primitives.ed25519Verify(signing.publicKey, bytesOf(message), bytesOf(signature))).toBe(
        true,
      );
    }
    evidence.report(`RFC 4231 and RFC 8032, ${name} backend`, 5);
  });
});
