import * as crypto from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CryptoBackend, type Primitives, SecretBytes } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';
import { codeOf } from './backend-fixtures.ts';

/* What a runtime cannot do is said by a typed error, for every primitive there is; nothing is emulated. */

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  const mocked = Object.entries(actual).map(([name, value]) => [
    name,
    typeof value === 'function' ? vi.fn(value as () => unknown) : value,
  ]);
  return Object.fromEntries(mocked);
});

const key = SecretBytes.random(32);
const none = new Uint8Array(0);
const iv = new Uint8Array(16);
const scrypt = { salt: none, cost: 2, blockSize: 1, parallelization: 1, byteLength: 32 };

/** One call of each primitive; a primitive that is not here does not compile. */
const calls: Readonly<Record<keyof Primitives, (primitives: Primitives) => unknown>> = {
  digest: (p) => p.digest('SHA-384', none),
  hmac: (p) => p.hmac('SHA-384', key, none),
  hkdf: (p) => p.hkdf('SHA-384', key, { info: none, byteLength: 32 }),
  pbkdf2: (p) => p.pbkdf2('SHA-384', key, { salt: none, iterations: 1, byteLength: 32 }),
  scrypt: (p) => p.scrypt(key, scrypt),
  aesGcmKey: async (p) => (await p.aesGcmKey(key)).seal(new Uint8Array(12), none, none),
  aesCbcEncrypt: (p) => p.aesCbcEncrypt(key, iv, none),
  aesCbcDecrypt: (p) => p.aesCbcDecrypt(key, iv, iv),
  aesKeyWrap: (p) => p.aesKeyWrap(key, key),
  aesKeyUnwrap: (p) => p.aesKeyUnwrap(key, new Uint8Array(24)),
  aesKeyWrapPadded: (p) => p.aesKeyWrapPadded(key, key),
  aesKeyUnwrapPadded: (p) => p.aesKeyUnwrapPadded(key, new Uint8Array(24)),
  ed25519SigningKey: (p) => p.ed25519SigningKey(key),
  ed25519Verify: (p) => p.ed25519Verify(new Uint8Array(32).fill(7), none, new Uint8Array(64).fill(7)),
};
const names = Object.keys(calls) as (keyof Primitives)[];

/** How node:crypto says that an algorithm is not there, by the function that says it. */
const nodeSays: readonly (readonly [fn: (...args: never[]) => unknown, code: string, message: string])[] = [
  [crypto.hash, '', 'Digest method sha384 is not supported'],
  [crypto.createHmac, 'ERR_CRYPTO_INVALID_DIGEST', 'Invalid digest: sha384'],
  [crypto.hkdfSync, 'ERR_CRYPTO_INVALID_DIGEST', 'Invalid digest: sha384'],
  [crypto.pbkdf2, 'ERR_CRYPTO_INVALID_DIGEST', 'Invalid digest: sha384'],
  [crypto.scrypt, 'ERR_CRYPTO_SCRYPT_NOT_SUPPORTED', 'Scrypt algorithm not supported'],
  [crypto.createCipheriv, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher'],
  [crypto.createDecipheriv, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher'],
  [crypto.createPrivateKey, 'ERR_OSSL_UNSUPPORTED', 'error:1E08010C:DECODER routines::unsupported'],
  [
    crypto.createPublicKey,
    'ERR_OSSL_EVP_UNSUPPORTED',
    'error:0308010C:digital envelope routines::unsupported',
  ],
];

afterEach(() => {
  for (const [fn] of nodeSays) vi.mocked(fn).mockReset();
  vi.restoreAllMocks();
});

async function failsTyped(backend: CryptoBackend, name: keyof Primitives): Promise<unknown> {
  try {
    await calls[name](backend.primitives);
  } catch (error) {
    return error;
  }
  return 'did not throw';
}

describe('a runtime without an algorithm, asked for', () => {
  it.each(names)('%s by the Node backend, is named by a typed error that keeps the cause', async (name) => {
    const causes: Error[] = [];
    for (const [fn, code, message] of nodeSays) {
      const cause = Object.assign(new Error(message), code === '' ? {} : { code });
      causes.push(cause);
      vi.mocked(fn).mockImplementation(() => {
        throw cause;
      });
    }
    const error = await failsTyped(nodeBackend, name);
    expect(error).toMatchObject({ code: 'unsupported_by_runtime' });
    expect(causes).toContain(Reflect.get(Object(error), 'cause'));
  });

  it.each(names)('%s by the Node backend, is not taken for one that fails otherwise', async (name) => {
    const failure = Object.assign(new Error('no memory'), { code: 'ERR_OSSL_MALLOC_FAILURE' });
    for (const [fn] of nodeSays) {
      vi.mocked(fn).mockImplementation(() => {
        throw failure;
      });
    }
    // Where a key of 32 bytes alone decides, a runtime may refuse it in any words: the signature is wrong then.
    if (name === 'ed25519Verify') expect(await calls[name](nodeBackend.primitives)).toBe(false);
    else expect(await failsTyped(nodeBackend, name)).toBe(failure);
  });

  it.each(names)('%s by the Web backend, is named by a typed error that keeps the cause', async (name) => {
    const cause = new DOMException('Unrecognized name', 'NotSupportedError');
    const { subtle } = globalThis.crypto;
    for (const method of ['importKey', 'digest', 'deriveBits'] as const) {
      vi.spyOn(subtle, method).mockRejectedValue(cause);
    }
    const error = await failsTyped(webBackend, name);
    expect(error).toMatchObject({ code: 'unsupported_by_runtime' });
    if (name !== 'scrypt') expect(Reflect.get(Object(error), 'cause')).toBe(cause);
  });

  it.each(['pbkdf2', 'hkdf'] as const)(
    '%s by the Web backend, also where its key is taken and only the derivation is refused',
    async (name) => {
      const cause = new DOMException('iterations', 'NotSupportedError'); // as on workerd
      vi.spyOn(globalThis.crypto.subtle, 'deriveBits').mockRejectedValue(cause);
      expect(await codeOf(() => calls[name](webBackend.primitives))).toBe('unsupported_by_runtime');
    },
  );

  it.each(names)('%s where there is no Web Crypto at all, is named too', async (name) => {
    vi.spyOn(globalThis, 'crypto', 'get').mockReturnValue(Object.create(null));
    expect(await failsTyped(webBackend, name)).toMatchObject({ code: 'unsupported_by_runtime' });
  });
});
