import { describe, expect, it } from 'vitest';
import { maxRandomNonceUses } from '../src/format.ts';
import { jsonPayloadCodec, type KeyPlace, SecretBytes } from '../src/index.ts';
import { UseCount } from '../src/use-count.ts';
import { codeOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';

/* SP 800-38D §8.3: a key that random 96-bit nonces are drawn for is used at most 2³² times. */

const bounds = [0, -1, 1.5, 2 ** 32 + 1, Number.NaN, Number.POSITIVE_INFINITY];

const place: KeyPlace = {
  purpose: 'tenant-key',
  tenant: 'acme',
  scope: { kind: 'tenant' },
  version: 1,
  parentVersion: 1,
};

describe('the bound that is not lowered', () => {
  it('is 2^32 uses, of which each is counted', async () => {
    expect(maxRandomNonceUses).toBe(4_294_967_296);
    expect(() => new UseCount('A key', maxRandomNonceUses)).not.toThrow();
    const uses = new UseCount('A key', 2);
    uses.take();
    uses.take();
    expect(await codeOf(() => uses.take())).toBe('key_exhausted');
  });
});

describe.each(backends)('a wrapping key of the %s backend', (_, backend) => {
  const wrappingKey = async (maxWraps?: number) =>
    backend.wrappingKey(SecretBytes.random(32), maxWraps === undefined ? {} : { maxWraps });

  it('counts each wrapping, but no unwrapping', async () => {
    const key = await wrappingKey(2);
    const secret = SecretBytes.random(32);
    const wrapped = await key.wrap(secret, place);
    for (let i = 0; i < 3; i++) await key.unwrap(wrapped, place);
    expect(await codeOf(() => key.wrap(secret, place))).toBe('did not throw');
    expect(await codeOf(() => key.wrap(secret, place))).toBe('key_exhausted');
  });

  it('refuses to wrap past its bound, and goes on unwrapping', async () => {
    const key = await wrappingKey(2);
    const secret = SecretBytes.random(32);
    await key.wrap(secret, place);
    const last = await key.wrap(secret, place);
    expect(await codeOf(() => key.wrap(secret, place))).toBe('key_exhausted');
    expect((await key.unwrap(last, place)).reveal()).toEqual(secret.reveal());
  });

  it('refuses past its bound also with many wrappings under way', async () => {
    const key = await wrappingKey(5);
    const secret = SecretBytes.random(32);
    const calls = Array.from({ length: 20 }, () => codeOf(() => key.wrap(secret, place)));
    const codes = await Promise.all(calls);
    expect(codes.filter((code) => code === 'did not throw')).toHaveLength(5);
    expect(codes.filter((code) => code === 'key_exhausted')).toHaveLength(15);
  });

  it('does not count what it refused', async () => {
    const key = await wrappingKey(1);
    expect(await codeOf(() => key.wrap(SecretBytes.random(15), place))).toBe('invalid_argument');
    const nowhere = { ...place, version: -1 };
    expect(await codeOf(() => key.wrap(SecretBytes.random(32), nowhere))).toBe('invalid_argument');
    const disposed = SecretBytes.random(32);
    disposed.dispose();
    expect(await codeOf(() => key.wrap(disposed, place))).toBe('secret_disposed');
    expect(await codeOf(() => key.wrap(SecretBytes.random(32), place))).toBe('did not throw');
    expect(await codeOf(() => key.wrap(SecretBytes.random(32), place))).toBe('key_exhausted');
  });

  it.each(bounds)('takes no bound of %d, and its key all the same', async (maxWraps) => {
    const secret = SecretBytes.random(32);
    expect(await codeOf(() => backend.wrappingKey(secret, { maxWraps }))).toBe('invalid_argument');
    expect(secret.disposed).toBe(true);
  });
});

describe.each(backends)('the codec json-payload on %s', (_, backend) => {
  const plaintext = Uint8Array.of(1, 2, 3);

  it('encrypts as often as its bound says, under all keys together, and goes on decrypting', async () => {
    const codec = jsonPayloadCodec(backend, { maxEncryptions: 2 });
    const ring = (key: SecretBytes) => () => key;
    const [one, two] = [ring(SecretBytes.random(32)), ring(SecretBytes.random(16))];
    const first = await codec.encrypt(plaintext, { keys: one, keyVersion: 1 });
    await codec.encrypt(plaintext, { keys: two, keyVersion: 1 });
    expect(await codeOf(() => codec.encrypt(plaintext, { keys: one, keyVersion: 1 }))).toBe('key_exhausted');
    expect((await codec.decrypt(first, one)).bytes).toEqual(plaintext);
  });

  it('counts also what is under way at the same time, and a key that is another object each time', async () => {
    const codec = jsonPayloadCodec(backend, { maxEncryptions: 3 });
    const key = SecretBytes.random(32);
    const info = new TextEncoder().encode('user');
    const calls = Array.from({ length: 8 }, () =>
      codeOf(() =>
        codec.encrypt(plaintext, { keys: () => key.clone(), keyVersion: 1 }, { derivation: { info } }),
      ),
    );
    const codes = await Promise.all(calls);
    expect(codes.filter((code) => code === 'did not throw')).toHaveLength(3);
    expect(codes.filter((code) => code === 'key_exhausted')).toHaveLength(5);
  });

  it('does not count what it refused', async () => {
    const codec = jsonPayloadCodec(backend, { maxEncryptions: 1 });
    const key = SecretBytes.random(32);
    const encrypt = (keyVersion: number, used: SecretBytes | undefined) =>
      codeOf(() => codec.encrypt(plaintext, { keys: () => used, keyVersion }));
    expect(await encrypt(-1, key)).toBe('invalid_argument');
    expect(await encrypt(1, undefined)).toBe('legacy_key_unknown');
    expect(await encrypt(1, SecretBytes.random(24))).toBe('invalid_argument');
    expect(await encrypt(1, key)).toBe('did not throw');
  });

  it.each(bounds)('takes no bound of %d', async (maxEncryptions) => {
    expect(await codeOf(() => jsonPayloadCodec(backend, { maxEncryptions }))).toBe('invalid_argument');
  });
});
