import { evidence } from '@keyfold/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CryptoBackend,
  createBackupCodes,
  defaultKdfCosts,
  hashPassword,
  hashSecret,
  type KdfCost,
  passwordNeedsRehash,
  type SecretHash,
  type VerifyBcrypt,
  verifyBackupCode,
  verifyPassword,
  verifySecret,
} from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { codeOf, failureOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { publishedVectors } from './fixtures.ts';
import { parserRuns } from './property-runs.ts';

const published = publishedVectors<{
  readonly secrets: readonly (SecretHash & { readonly secret: string })[];
  readonly backupCodes: readonly (SecretHash & { readonly entered: string })[];
  readonly passwords: readonly { readonly password: string; readonly stored: string }[];
  readonly refused: readonly { readonly name: string; readonly stored: string; readonly code: string }[];
}>('credentials.json');

const apiKey = `kf_admin_${'Ab3-'.repeat(9)}xYz9012`;
/** The quickest costs that are accepted for new hashes. */
const quickScrypt: KdfCost = { algorithm: 'scrypt', cost: 2 ** 13, blockSize: 8, parallelization: 10 };
const pbkdf2 = defaultKdfCosts['pbkdf2-sha256'];

/** The backend, and what it derived and hashed: algorithm, cost and length of the input. */
function watched(backend: CryptoBackend): { readonly backend: CryptoBackend; readonly work: string[] } {
  const work: string[] = [];
  const { primitives } = backend;
  return {
    work,
    backend: {
      ...backend,
      primitives: {
        ...primitives,
        digest: (hash, data) => {
          work.push(`${hash} of ${data.byteLength}`);
          return primitives.digest(hash, data);
        },
        scrypt: (password, { salt, ...numbers }) => {
          work.push(`scrypt ${JSON.stringify(numbers)} of ${password.byteLength}, ${salt.byteLength}`);
          return primitives.scrypt(password, { salt, ...numbers });
        },
        pbkdf2: (hash, password, { salt, ...numbers }) => {
          work.push(`pbkdf2 ${JSON.stringify(numbers)} of ${password.byteLength}, ${salt.byteLength}`);
          return primitives.pbkdf2(hash, password, { salt, ...numbers });
        },
      },
    },
  };
}

describe.each(backends)('the hash of a random secret, %s', (name, backend) => {
  it('is the published one', async () => {
    for (const { secret, salt, hash } of published.secrets) {
      expect(await verifySecret(backend, secret, { salt, hash })).toBe(true);
    }
    evidence.report(`docs/formats/vectors/credentials.json, secrets, ${name}`, published.secrets.length);
  });

  it('has a salt of its own each time, and is verified for this secret only', async () => {
    const [first, second] = [await hashSecret(backend, apiKey), await hashSecret(backend, apiKey)];
    expect(first.salt).toMatch(/^[0-9a-f]{32}$/);
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(second.salt).not.toBe(first.salt);
    expect(second.hash).not.toBe(first.hash);
    expect(await verifySecret(backend, apiKey, first)).toBe(true);
    for (const wrong of ['', apiKey.slice(1), `${apiKey}x`, apiKey.toLowerCase(), 'kf_admin_']) {
      expect(await verifySecret(backend, wrong, first)).toBe(false);
    }
    expect(await verifySecret(backend, apiKey, { ...first, salt: second.salt })).toBe(false);
  });

  it('costs the same work where there is nothing to compare with, and matches nothing', async () => {
    const { backend: observed, work } = watched(backend);
    expect(await verifySecret(observed, apiKey, undefined)).toBe(false);
    await verifySecret(observed, apiKey, await hashSecret(backend, apiKey));
    expect(work).toEqual([work[0], work[0]]);
    expect(work[0]).toBe(`SHA-256 of ${apiKey.length + 32}`);
  });

  it('matches nobody, even if the hash were the one that stands for nobody', async () => {
    const zeros: CryptoBackend = {
      ...backend,
      primitives: { ...backend.primitives, digest: () => new Uint8Array(32) },
    };
    expect(await verifySecret(zeros, apiKey, undefined)).toBe(false);
  });

  it.each([
    { salt: '', hash: '0'.repeat(64) },
    { salt: 'A'.repeat(32), hash: '0'.repeat(64) },
    { salt: '0'.repeat(32), hash: '0'.repeat(63) },
    { salt: '0'.repeat(32), hash: 'g'.repeat(64) },
    { salt: '0'.repeat(32), hash: 'A'.repeat(64) },
  ])('is refused if it is damaged: %o', async (stored) => {
    expect(await codeOf(() => verifySecret(backend, apiKey, stored))).toBe('credential_hash_invalid');
  });
});

describe('the guard against secrets that can be guessed', () => {
  it.each([
    'hunter2',
    '123456',
    'correcthorsebattery',
    '0'.repeat(100),
    '01'.repeat(60),
    '12345678901234567890123456789012', // 32 digits hold 106 bits
    '',
  ])('refuses %j', async (secret) => {
    expect(await codeOf(() => hashSecret(nodeBackend, secret))).toBe('invalid_argument');
  });

  it.each([
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    '9f86d081884c7d659a2feaa0c55ad015',
    '7K3M9QX2VB4TN8RC5WZ6HJ1D',
  ])('takes %j', async (secret) => {
    expect(await codeOf(() => hashSecret(nodeBackend, secret))).toBe('did not throw');
  });

  it('bounds the length, and refuses text that has no UTF-8 form, also when verifying', async () => {
    const stored = await hashSecret(nodeBackend, apiKey);
    for (const secret of [`${apiKey}\ud800`, apiKey.repeat(100)]) {
      expect(await codeOf(() => hashSecret(nodeBackend, secret))).toBe('invalid_argument');
      expect(await codeOf(() => verifySecret(nodeBackend, secret, stored))).toBe('invalid_argument');
    }
  });
});

describe.each(backends)('backup codes, %s', (_, backend) => {
  it('are ten of 120 random bits each, in letters and digits that are not mistaken', async () => {
    const codes = await createBackupCodes(backend);
    expect(codes).toHaveLength(10);
    expect(new Set(codes.map(({ code }) => code)).size).toBe(10);
    for (const { code } of codes)
      expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it('are found at their index, and no other code is', async () => {
    const codes = await createBackupCodes(backend, 3);
    const stored = codes.map((code) => code.stored);
    for (const [index, { code }] of codes.entries()) {
      expect(await verifyBackupCode(backend, code, stored)).toBe(index);
    }
    const [other] = await createBackupCodes(backend, 1);
    expect(await verifyBackupCode(backend, other?.code ?? '', stored)).toBeUndefined();
    expect(await verifyBackupCode(backend, codes[0]?.code ?? '', [])).toBeUndefined();
  });

  it('are read as people write them', async () => {
    for (const { entered, ...stored } of published.backupCodes) {
      expect(await verifyBackupCode(backend, entered, [stored]), entered).toBe(0);
    }
  });

  it('are all compared, whichever matches or none, and whatever was entered', async () => {
    const { backend: observed, work } = watched(backend);
    const codes = await createBackupCodes(backend, 4);
    const stored = codes.map((code) => code.stored);
    for (const entered of [codes[0]?.code ?? '', codes[3]?.code ?? '', 'no code']) {
      work.length = 0;
      await verifyBackupCode(observed, entered, stored);
      expect(work).toHaveLength(4);
    }
  });

  it('are made 1 to 100 at a time', async () => {
    for (const count of [0, 101, 1.5]) {
      expect(await codeOf(() => createBackupCodes(backend, count))).toBe('invalid_argument');
    }
  });
});

it('backup codes use all 32 characters alike', async () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 40; i++) {
    for (const { code } of await createBackupCodes(nodeBackend, 100)) {
      for (const character of code.replaceAll('-', '')) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
  }
  expect(counts.size).toBe(32);
  // 3,000 each are expected; ten standard deviations are 540.
  for (const count of counts.values()) expect(Math.abs(count - 3000)).toBeLessThan(540);
});

describe.each(backends)('a password, %s', (name, backend) => {
  it('is verified against the published hashes, and against no other password', async () => {
    for (const { password, stored } of published.passwords) {
      if (name === 'web' && stored.startsWith('$scrypt$')) {
        expect(await failureOf(() => verifyPassword(backend, password, stored))).toContain('pbkdf2-sha256');
        continue;
      }
      const cost = stored.startsWith('$scrypt$') ? quickScrypt : pbkdf2;
      expect((await verifyPassword(backend, password, stored, { cost })).matches, stored).toBe(true);
      expect(await verifyPassword(backend, `${password} `, stored, { cost })).toEqual({ matches: false });
    }
    evidence.report(`docs/formats/vectors/credentials.json, passwords, ${name}`, published.passwords.length);
  });

  it('is hashed with what is asked for, with a salt of its own, and needs no rehash then', async () => {
    const cost = name === 'web' ? pbkdf2 : quickScrypt;
    const [first, second] = [
      await hashPassword(backend, 'pässword', { cost }),
      await hashPassword(backend, 'pässword', { cost }),
    ];
    expect(first).not.toBe(second);
    expect(first).toMatch(
      name === 'web'
        ? /^\$pbkdf2-sha256\$i=600000\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/
        : /^\$scrypt\$ln=13,r=8,p=10\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(await verifyPassword(backend, 'pässword', first, { cost })).toEqual({ matches: true });
    expect(passwordNeedsRehash(first, cost)).toBe(false);
  });

  it('gets a new hash where the stored one is weaker than what is asked for', async () => {
    const weak = published.passwords.find(({ stored }) =>
      stored.startsWith(name === 'web' ? '$pbkdf2-sha256$i=100000$' : '$scrypt$ln=13,r=8,p=1$'),
    );
    const cost = name === 'web' ? pbkdf2 : quickScrypt;
    expect(passwordNeedsRehash(weak?.stored ?? '', cost)).toBe(true);
    const verdict = await verifyPassword(backend, weak?.password ?? '', weak?.stored, { cost });
    expect(verdict.matches).toBe(true);
    expect(await verifyPassword(backend, weak?.password ?? '', verdict.upgradedHash, { cost })).toEqual({
      matches: true,
    });
  });

  it('costs the same work for a user who does not exist, and matches nothing', async () => {
    const { backend: observed, work } = watched(backend);
    const cost = name === 'web' ? pbkdf2 : quickScrypt;
    const stored = await hashPassword(backend, 'right', { cost });
    expect(await verifyPassword(observed, 'wrong', stored, { cost })).toEqual({ matches: false });
    expect(await verifyPassword(observed, 'wrong', undefined, { cost })).toEqual({ matches: false });
    expect(await verifyPassword(observed, 'wrong', null, { cost })).toEqual({ matches: false });
    expect(work).toHaveLength(3);
    expect(new Set(work).size).toBe(1);
  });

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(4097)],
    ['too long in UTF-8', 'é'.repeat(2049)],
    ['half a surrogate pair', 'pass\ud83d'],
  ])('is refused if it is %s, whether the user exists or not', async (_, password) => {
    const stored = published.passwords[2]?.stored;
    expect(await codeOf(() => hashPassword(backend, password))).toBe('invalid_argument');
    expect(await codeOf(() => verifyPassword(backend, password, undefined))).toBe('invalid_argument');
    expect(await codeOf(() => verifyPassword(backend, password, stored))).toBe('invalid_argument');
  });

  it('is not hashed with less than OWASP recommends', async () => {
    const cost: KdfCost = { algorithm: 'pbkdf2-sha256', iterations: 100_000 };
    expect(await codeOf(() => hashPassword(backend, 'pw', { cost }))).toBe('invalid_argument');
    for (const stored of [undefined, published.passwords[2]?.stored]) {
      expect(await codeOf(() => verifyPassword(backend, 'pw', stored, { cost }))).toBe('invalid_argument');
    }
  });

  it.each(published.refused.map(({ name: what, stored, code }) => [what, stored, code]))(
    'is not compared with a stored text that is no hash: %s',
    async (_, stored, code) => {
      expect(await codeOf(() => verifyPassword(backend, 'pw', stored))).toBe(code);
      expect(await codeOf(() => passwordNeedsRehash(stored))).toBe(code);
    },
  );
});

it('a password is hashed with 128 MiB of scrypt by default', async () => {
  const { backend, work } = watched(nodeBackend);
  const stored = await hashPassword(backend, 'correct horse');
  expect(stored).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$/);
  expect(work).toEqual([
    'scrypt {"cost":131072,"blockSize":8,"parallelization":1,"byteLength":32} of 13, 16',
  ]);
  expect(passwordNeedsRehash(stored)).toBe(false);
});

describe('rehashing', () => {
  const stored = (cost: string): string => `$${cost}$AAAAAAAAAAAAAAAAAAAAAA$${'A'.repeat(43)}`;

  it.each([
    ['scrypt$ln=17,r=8,p=1', false],
    ['scrypt$ln=18,r=8,p=1', false],
    ['scrypt$ln=17,r=8,p=2', false],
    ['scrypt$ln=16,r=16,p=1', false],
    ['scrypt$ln=16,r=8,p=2', true],
    ['scrypt$ln=14,r=8,p=5', true],
    ['pbkdf2-sha256$i=10000000', true],
  ])('under the default, %s: %s', (cost, needed) => {
    expect(passwordNeedsRehash(stored(cost))).toBe(needed);
  });

  it.each([
    ['pbkdf2-sha256$i=600000', false],
    ['pbkdf2-sha256$i=700000', false],
    ['pbkdf2-sha256$i=599999', true],
    ['scrypt$ln=17,r=8,p=1', true],
  ])('where PBKDF2 is asked for, %s: %s', (cost, needed) => {
    expect(passwordNeedsRehash(stored(cost), pbkdf2)).toBe(needed);
  });
});

describe.each(backends)('a bcrypt hash, %s', (name, backend) => {
  const cost = name === 'web' ? pbkdf2 : quickScrypt;
  const bcrypt = (version = '2b', rounds = '12'): string =>
    `$${version}$${rounds}$${'abcdefghijklmnopqrstu.'}${'ABCDEFGHIJKLMNOPQRSTUVWXYZ01234'}`;
  const knows =
    (password: string): VerifyBcrypt =>
    async (given) =>
      given === password;

  it.each(['2a', '2b', '2y'])('of version %s is checked by the function, then replaced', async (version) => {
    const options = { cost, verifyBcrypt: knows('old password') };
    const verdict = await verifyPassword(backend, 'old password', bcrypt(version), options);
    expect(verdict.matches).toBe(true);
    expect(await verifyPassword(backend, 'old password', verdict.upgradedHash, { cost })).toEqual({
      matches: true,
    });
    expect(passwordNeedsRehash(bcrypt(version), cost)).toBe(true);
  });

  it('that does not match gives no new hash', async () => {
    const options = { cost, verifyBcrypt: knows('old password') };
    expect(await verifyPassword(backend, 'another', bcrypt(), options)).toEqual({ matches: false });
  });

  it('is handed over with the password as it was given', async () => {
    const seen: string[] = [];
    const verifyBcrypt: VerifyBcrypt = (password, stored) => {
      seen.push(password, stored);
      return false;
    };
    await verifyPassword(backend, 'cafe\u0301', bcrypt(), { cost, verifyBcrypt });
    expect(seen).toEqual(['cafe\u0301', bcrypt()]);
  });

  it('matches only if the function says true', async () => {
    // What a function without types may return.
    const answers: unknown[] = ['yes', 1, {}, undefined];
    for (const answer of answers) {
      const verifyBcrypt = (() => answer) as VerifyBcrypt;
      expect(await verifyPassword(backend, 'pw', bcrypt(), { cost, verifyBcrypt })).toEqual({
        matches: false,
      });
    }
  });

  it('needs the function, and a cost that does not occupy the machine', async () => {
    expect(await codeOf(() => verifyPassword(backend, 'pw', bcrypt(), { cost }))).toBe(
      'credential_verifier_missing',
    );
    for (const rounds of ['03', '17', '31', '99']) {
      const options = { cost, verifyBcrypt: knows('pw') };
      expect(await codeOf(() => verifyPassword(backend, 'pw', bcrypt('2b', rounds), options))).toBe(
        'kdf_parameters_refused',
      );
    }
  });

  it('is not asked for where the stored hash is another one', async () => {
    const verifyBcrypt: VerifyBcrypt = () => {
      throw new Error('asked');
    };
    const stored = await hashPassword(backend, 'pw', { cost });
    expect(await verifyPassword(backend, 'pw', stored, { cost, verifyBcrypt })).toEqual({ matches: true });
    expect(await verifyPassword(backend, 'pw', undefined, { cost, verifyBcrypt })).toEqual({
      matches: false,
    });
  });
});

describe('stored hashes', () => {
  it('are refused by name, whatever they are', async () => {
    const good = published.passwords[0]?.stored ?? '';
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.nat(20), fc.nat(4), fc.string({ maxLength: 3 }))
        .map(([at, left, put]) => good.slice(0, at) + put + good.slice(at + left)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (stored) => {
        expect(['did not throw', 'credential_hash_invalid', 'kdf_parameters_refused']).toContain(
          await codeOf(() => passwordNeedsRehash(stored)),
        );
      }),
      { numRuns: parserRuns },
    );
    const parts = fc.record({ salt: fc.string(), hash: fc.string() });
    await fc.assert(
      fc.asyncProperty(parts, async (stored) => {
        expect(await codeOf(() => verifySecret(nodeBackend, apiKey, stored))).toBe('credential_hash_invalid');
      }),
      { numRuns: parserRuns },
    );
  });
});

describe.each(backends)('a random source that gives the same byte each time, %s', (_name, backend) => {
  it.each([0, 0x55, 0xff])('ends in an error: %i', async (byte) => {
    const constant = { ...backend, randomBytes: (length: number) => new Uint8Array(length).fill(byte) };
    expect(await codeOf(() => createBackupCodes(constant))).toBe('unsupported_by_runtime');
  });
});
