import { createCipheriv, createDecipheriv, createPublicKey, scrypt } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SecretBytes } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { codeOf } from './backend-fixtures.ts';

/* Where the node:crypto of Bun or Deno answers differently from Node's. */

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  return {
    ...actual,
    createCipheriv: vi.fn(actual.createCipheriv),
    createDecipheriv: vi.fn(actual.createDecipheriv),
    createPublicKey: vi.fn(actual.createPublicKey),
    scrypt: vi.fn(actual.scrypt),
  };
});

const { primitives } = nodeBackend;
const key = SecretBytes.random(32);

afterEach(() => {
  vi.resetAllMocks();
});

describe('the Node backend on another runtime', () => {
  it('says that there is no AES key wrap by a typed error that keeps the cause', async () => {
    const cause = Object.assign(new TypeError('Unknown cipher'), { code: 'ERR_CRYPTO_UNKNOWN_CIPHER' });
    const fail = () => {
      throw cause;
    };
    vi.mocked(createCipheriv).mockImplementation(fail);
    vi.mocked(createDecipheriv).mockImplementation(fail);
    const wrapped = new Uint8Array(24);
    for (const call of [
      () => primitives.aesKeyWrap(key, key),
      () => primitives.aesKeyUnwrap(key, wrapped),
      () => primitives.aesKeyWrapPadded(key, key),
      () => primitives.aesKeyUnwrapPadded(key, wrapped),
    ]) {
      expect(await codeOf(call)).toBe('unsupported_by_runtime');
      expect(call).toThrow(expect.objectContaining({ cause }));
    }
  });

  it('does not take other failures for a missing cipher', () => {
    const failure = new RangeError('Invalid initialization vector');
    vi.mocked(createCipheriv).mockImplementation(() => {
      throw failure;
    });
    expect(() => primitives.aesKeyWrap(key, key)).toThrow(failure);
  });

  it('finds a signature wrong where importing its key already fails', () => {
    vi.mocked(createPublicKey).mockImplementation(() => {
      throw new TypeError('invalid Ed25519 public key');
    });
    const offCurve = Uint8Array.of(2, ...new Uint8Array(31));
    expect(primitives.ed25519Verify(offCurve, new Uint8Array(), new Uint8Array(64).fill(3))).toBe(false);
  });

  it('takes no error for success, null or undefined alike, and passes an error on', async () => {
    const options = { salt: new Uint8Array(), cost: 2, blockSize: 1, parallelization: 1, byteLength: 3 };
    vi.mocked(scrypt).mockImplementation((_password, _salt, _length, _options, done) => {
      Reflect.apply(done, undefined, [undefined, Buffer.from([1, 2, 3])]); // as Bun does
    });
    expect((await primitives.scrypt(key, options)).reveal()).toEqual(Uint8Array.of(1, 2, 3));
    const failure = new Error('no memory');
    vi.mocked(scrypt).mockImplementation((_password, _salt, _length, _options, done) => {
      done(failure, Buffer.alloc(0));
    });
    await expect(primitives.scrypt(key, options)).rejects.toBe(failure);
  });
});
