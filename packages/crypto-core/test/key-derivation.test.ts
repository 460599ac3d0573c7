import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultKdfCosts,
  deriveFromPassword,
  deriveUserKey,
  encodeKdfParameters,
  type KdfCost,
  type KdfParameters,
  newKdfParameters,
  parseKdfParameters,
  SecretBytes,
  splitKeyRoot,
} from '../src/index.ts';
import { derivationLabels } from '../src/labels.ts';
import { nodeBackend } from '../src/node/index.ts';
import { codeOf, failureOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { bytesOf, hex, secretOf } from './fixtures.ts';
import { parserRuns } from './property-runs.ts';

const random = (byteLength: number): SecretBytes => SecretBytes.random(byteLength);

describe('labels', () => {
  it('stand in one table: no other file of this package has one', () => {
    const src = new URL('../src/', import.meta.url);
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const withLabels = files.filter((name) =>
      readFileSync(new URL(name, src), 'utf8').includes('keyfold/v1/'),
    );
    expect(withLabels).toEqual(['labels.ts']);
    expect(Object.values(derivationLabels).map((label) => Buffer.from(label).toString())).toSatisfy(
      (labels: string[]) => labels.every((label) => label.startsWith('keyfold/v1/')),
    );
  });

  it('are no beginnings of each other, so that no label with what follows is another label', () => {
    const labels = Object.values(derivationLabels).map(hex);
    for (const label of labels) expect(labels.filter((other) => other.startsWith(label))).toEqual([label]);
  });
});

describe.each(backends)('a split key, %s', (_, backend) => {
  const rootOf = async (keyingSecret: SecretBytes, saltSecret: SecretBytes, label = 'production') =>
    hex((await splitKeyRoot(backend, { keyingSecret, saltSecret, label })).reveal());

  it('depends on both secrets, their places and the label, and leaves the secrets to their owner', async () => {
    const [a, b, c] = [random(32), random(32), random(32)];
    const roots = [
      await rootOf(a, b),
      await rootOf(b, a),
      await rootOf(a, c),
      await rootOf(c, b),
      await rootOf(a, b, 'staging'),
    ];
    expect(new Set(roots).size).toBe(roots.length);
    expect(await rootOf(a, b)).toBe(roots[0]);
    expect(roots[0]).toHaveLength(64);
  });

  it.each([0, 16, 31, 65])('refuses a secret of %i bytes in either place', async (byteLength) => {
    const other = random(32);
    expect(await codeOf(() => rootOf(random(byteLength), other))).toBe('invalid_argument');
    expect(await codeOf(() => rootOf(other, random(byteLength)))).toBe('invalid_argument');
  });

  it('refuses the same secret twice, also where zeros follow it', async () => {
    const secret = random(32);
    const longer = secretOf(`${hex(secret.reveal())}0000`);
    expect(await failureOf(() => rootOf(secret, secret.clone()))).toContain('must be independent');
    expect(await failureOf(() => rootOf(secret, longer))).toContain('must be independent');
    expect(await failureOf(() => rootOf(longer, secret))).toContain('must be independent');
  });

  it.each(['00', '41', 'ff'])('refuses memory that was never filled: %s', async (byte) => {
    const unfilled = secretOf(byte.repeat(32));
    expect(await failureOf(() => rootOf(unfilled, random(32)))).toContain('equal bytes');
    expect(await failureOf(() => rootOf(random(32), unfilled))).toContain('equal bytes');
  });

  it('refuses a disposed secret, and a label that cannot be encoded', async () => {
    const disposed = random(32);
    disposed.dispose();
    expect(await codeOf(() => rootOf(disposed, random(32)))).toBe('secret_disposed');
    expect(await codeOf(() => rootOf(random(32), disposed))).toBe('secret_disposed');
    for (const label of ['', '\ud800', 'x'.repeat(256)]) {
      expect(await codeOf(() => rootOf(random(32), random(32), label))).toBe('invalid_encryption_context');
    }
  });
});

describe.each(backends)('a user key, %s', (_, backend) => {
  const parent = random(32);
  const salt = backend.randomBytes(32);

  it('differs for each user, salt and parent key', async () => {
    const users = ['a', 'b', 'A', 'aa', 'é', 'e\u0301', 'a\0', '🔑'];
    const keys = await Promise.all(users.map((userId) => deriveUserKey(backend, { parent, salt, userId })));
    keys.push(await deriveUserKey(backend, { parent, salt: backend.randomBytes(32), userId: 'a' }));
    keys.push(await deriveUserKey(backend, { parent: random(32), salt, userId: 'a' }));
    expect(new Set(keys.map((key) => hex(key.reveal()))).size).toBe(10);
  });

  it.each([0, 16, 31, 33])('refuses a salt or a parent key of %i bytes', async (byteLength) => {
    const shortSalt = new Uint8Array(byteLength);
    expect(await codeOf(() => deriveUserKey(backend, { parent, salt: shortSalt, userId: 'a' }))).toBe(
      'invalid_argument',
    );
    expect(
      await codeOf(() => deriveUserKey(backend, { parent: random(byteLength), salt, userId: 'a' })),
    ).toBe('invalid_argument');
  });

  it.each(['', '\udc00', 'x'.repeat(256)])('refuses a user id that cannot be encoded', async (userId) => {
    expect(await codeOf(() => deriveUserKey(backend, { parent, salt, userId }))).toBe(
      'invalid_encryption_context',
    );
  });
});

describe('new parameters', () => {
  it('have the figures of OWASP and a random salt', () => {
    const first = newKdfParameters(nodeBackend);
    expect(first).toMatchObject({ algorithm: 'scrypt', cost: 131_072, blockSize: 8, parallelization: 1 });
    expect(first.salt).toHaveLength(16);
    expect(hex(newKdfParameters(nodeBackend).salt)).not.toBe(hex(first.salt));
    expect(newKdfParameters(nodeBackend, defaultKdfCosts['pbkdf2-sha256'])).toMatchObject({
      algorithm: 'pbkdf2-sha256',
      iterations: 600_000,
    });
  });

  const scrypt = (cost: number, blockSize: number, parallelization: number): KdfCost => ({
    algorithm: 'scrypt',
    cost,
    blockSize,
    parallelization,
  });

  it.each([
    scrypt(2 ** 16, 8, 2),
    scrypt(2 ** 15, 8, 3),
    scrypt(2 ** 14, 8, 5),
    scrypt(2 ** 13, 8, 10),
    scrypt(2 ** 18, 8, 1),
    { algorithm: 'pbkdf2-sha256', iterations: 1_000_000 } as const,
  ])('may be %o', (cost) => {
    expect(newKdfParameters(nodeBackend, cost)).toMatchObject(cost);
  });

  it.each([
    scrypt(2 ** 16, 8, 1),
    scrypt(2 ** 13, 8, 9),
    scrypt(2 ** 17, 7, 1),
    scrypt(2 ** 19, 8, 1),
    scrypt(2 ** 17 + 1, 8, 1),
    scrypt(Number.NaN, 8, 1),
    { algorithm: 'pbkdf2-sha256', iterations: 599_999 } as const,
    { algorithm: 'pbkdf2-sha256', iterations: 10_000_001 } as const,
    { algorithm: 'pbkdf2-sha256', iterations: 600_000.5 } as const,
  ])('may not be %o', async (cost) => {
    expect(await codeOf(() => newKdfParameters(nodeBackend, cost))).toBe('invalid_argument');
  });
});

describe.each(backends)('a key of a password, %s', (name, backend) => {
  const parameters = parseKdfParameters('$pbkdf2-sha256$i=100000$AAECAwQFBgcICQoLDA0ODw');

  it('comes from parameters within the bounds only, however they were made', async () => {
    const few: KdfParameters = { algorithm: 'pbkdf2-sha256', iterations: 99_999, salt: new Uint8Array(16) };
    expect(await codeOf(() => deriveFromPassword(backend, random(8), few))).toBe('kdf_parameters_refused');
    expect(await codeOf(() => encodeKdfParameters(few))).toBe('kdf_parameters_refused');
    const short = { ...parameters, salt: new Uint8Array(15) };
    expect(await codeOf(() => deriveFromPassword(backend, random(8), short))).toBe('kdf_parameters_refused');
  });

  it.each([0, 4097])('needs a password of 1 to 4,096 bytes, not %i', async (byteLength) => {
    expect(await codeOf(() => deriveFromPassword(backend, random(byteLength), parameters))).toBe(
      'invalid_argument',
    );
  });

  it.each([15, 65, 16.5])('has 16 to 64 bytes, not %d', async (byteLength) => {
    expect(await codeOf(() => deriveFromPassword(backend, random(8), parameters, byteLength))).toBe(
      'invalid_argument',
    );
  });

  it('comes from scrypt, or from an error that says what to do instead', async () => {
    const failure = await failureOf(() =>
      deriveFromPassword(
        backend,
        random(8),
        newKdfParameters(backend, {
          algorithm: 'scrypt',
          cost: 2 ** 13,
          blockSize: 8,
          parallelization: 10,
        }),
      ),
    );
    if (name === 'web') expect(failure).toMatch(/^unsupported_by_runtime: .*pbkdf2-sha256/);
    else expect(failure).toBeUndefined();
  });
});

describe('the text of parameters', () => {
  it('comes back as it went in', () => {
    const pbkdf2 = fc.record({
      algorithm: fc.constant('pbkdf2-sha256' as const),
      iterations: fc.integer({ min: 100_000, max: 10_000_000 }),
      salt: fc.uint8Array({ minLength: 16, maxLength: 64 }),
    });
    fc.assert(
      fc.property(pbkdf2, (parameters) => {
        expect(parseKdfParameters(encodeKdfParameters(parameters))).toEqual(parameters);
      }),
      { numRuns: 1000 },
    );
  });

  it('is read or refused by name, whatever it is', async () => {
    const good = encodeKdfParameters({ ...defaultKdfCosts.scrypt, salt: bytesOf('00'.repeat(16)) });
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.nat(good.length), fc.nat(4), fc.string({ maxLength: 3 }))
        .map(([at, left, put]) => good.slice(0, at) + put + good.slice(at + left)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        const code = await codeOf(() => {
          // One parameter set has one spelling.
          expect(encodeKdfParameters(parseKdfParameters(input))).toBe(input);
        });
        expect(['did not throw', 'kdf_parameters_refused']).toContain(code);
      }),
      { numRuns: parserRuns },
    );
  });
});
