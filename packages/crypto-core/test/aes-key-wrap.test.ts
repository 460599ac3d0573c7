import { describe, expect, it } from 'vitest';
import { aesKeyUnwrap, aesKeyUnwrapPadded, aesKeyWrap, aesKeyWrapPadded, SecretBytes } from '../src/index.ts';
import { codeOf, singleBitFlips } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { hex, secretOf } from './fixtures.ts';

describe.each(backends)('AES key wrap on %s', (_, backend) => {
  const kek = SecretBytes.random(32);

  it('gives the bytes of the standards, and the keys back', async () => {
    // RFC 3394 §4.1, §4.6; RFC 5649 §6 has keys of 192 bits only, which runtimes differ about.
    for (const [kekHex, keyHex, wrappedHex] of [
      [
        '000102030405060708090a0b0c0d0e0f',
        '00112233445566778899aabbccddeeff',
        '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5',
      ],
      [
        '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
        '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f',
        '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
      ],
    ] as const) {
      const wrapped = await aesKeyWrap(backend, secretOf(kekHex), secretOf(keyHex));
      expect(hex(wrapped)).toBe(wrappedHex);
      expect(hex((await aesKeyUnwrap(backend, secretOf(kekHex), wrapped)).reveal())).toBe(keyHex);
    }
  });

  it.each([1, 7, 8, 16, 20, 32, 33])('with padding wraps a key of %i bytes', async (byteLength) => {
    const key = SecretBytes.random(byteLength);
    const wrapped = await aesKeyWrapPadded(backend, kek, key);
    expect(wrapped).toHaveLength(8 * Math.ceil(byteLength / 8) + 8);
    expect((await aesKeyUnwrapPadded(backend, kek, wrapped)).reveal()).toEqual(key.reveal());
    expect(key.disposed || kek.disposed).toBe(false);
  });

  it('unwraps nothing that was changed in one bit, cut, extended, or wrapped otherwise, and says so by name', async () => {
    const wrapped = await aesKeyWrap(backend, kek, SecretBytes.random(16));
    const padded = await aesKeyWrapPadded(backend, kek, SecretBytes.random(16));
    const refused = async (unwrap: typeof aesKeyUnwrap, bytes: Uint8Array, by = kek) =>
      expect(await codeOf(() => unwrap(backend, by, bytes)), hex(bytes)).toBe('key_unwrap_failed');
    for (const [unwrap, bytes, other] of [
      [aesKeyUnwrap, wrapped, padded],
      [aesKeyUnwrapPadded, padded, wrapped],
    ] as const) {
      for (const { flipped } of singleBitFlips(bytes)) await refused(unwrap, flipped);
      for (let length = 0; length < bytes.length; length++) await refused(unwrap, bytes.subarray(0, length));
      for (let more = 1; more <= 16; more++)
        await refused(unwrap, Uint8Array.of(...bytes, ...new Uint8Array(more)));
      await refused(unwrap, other);
      await refused(unwrap, bytes, SecretBytes.random(32));
    }
  });

  it('gives no empty key, and wraps none', async () => {
    expect(await codeOf(() => aesKeyUnwrap(backend, kek, new Uint8Array()))).toBe('key_unwrap_failed');
    expect(await codeOf(() => aesKeyUnwrapPadded(backend, kek, new Uint8Array()))).toBe('key_unwrap_failed');
    expect(await codeOf(() => aesKeyWrap(backend, kek, SecretBytes.random(0)))).toBe('invalid_argument');
    expect(await codeOf(() => aesKeyWrapPadded(backend, kek, SecretBytes.random(0)))).toBe(
      'invalid_argument',
    );
  });

  it.each([0, 8, 15, 24, 33])('takes no key of %i bytes to wrap with', async (byteLength) => {
    const wrong = SecretBytes.random(byteLength);
    const key = SecretBytes.random(16);
    const bytes = new Uint8Array(24);
    for (const call of [
      () => aesKeyWrap(backend, wrong, key),
      () => aesKeyWrapPadded(backend, wrong, key),
      () => aesKeyUnwrap(backend, wrong, bytes),
      () => aesKeyUnwrapPadded(backend, wrong, bytes),
    ]) {
      expect(await codeOf(call)).toBe('invalid_argument');
    }
  });

  it('refuses keys that were disposed of', async () => {
    const gone = SecretBytes.random(32);
    gone.dispose();
    for (const call of [
      () => aesKeyWrap(backend, gone, kek),
      () => aesKeyWrap(backend, kek, gone),
      () => aesKeyWrapPadded(backend, kek, gone),
      () => aesKeyUnwrap(backend, gone, new Uint8Array(24)),
      () => aesKeyUnwrapPadded(backend, gone, new Uint8Array(24)),
    ]) {
      expect(await codeOf(call)).toBe('secret_disposed');
    }
  });
});
