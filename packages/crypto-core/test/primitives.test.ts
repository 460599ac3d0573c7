import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HashName, SecretBytes } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';
import { codeOf, failureOf, secretBytes, singleBitFlips } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { bytesOf, hex, secretOf } from './fixtures.ts';

const none = new Uint8Array();
const nonce = new Uint8Array(12);
const iv = new Uint8Array(16);

describe.each(backends)('the %s backend', (name, { primitives }) => {
  const kek = SecretBytes.random(32);

  it.each([0, 1, 15, 24, 31, 33, 64])('refuses an AES key of %i bytes', async (byteLength) => {
    const key = SecretBytes.random(byteLength);
    const small = SecretBytes.random(16);
    for (const call of [
      () => primitives.aesGcmKey(key),
      () => primitives.aesCbcEncrypt(key, iv, none),
      () => primitives.aesCbcDecrypt(key, iv, iv),
      () => primitives.aesKeyWrap(key, small),
      () => primitives.aesKeyUnwrap(key, new Uint8Array(24)),
      () => primitives.aesKeyWrapPadded(key, small),
      () => primitives.aesKeyUnwrapPadded(key, new Uint8Array(16)),
    ]) {
      expect(await codeOf(call)).toBe('invalid_argument');
    }
  });

  it('refuses nonces and IVs of another length', async () => {
    using key = await primitives.aesGcmKey(kek);
    for (const byteLength of [0, 1, 11, 13, 16]) {
      const wrong = new Uint8Array(byteLength);
      expect(await codeOf(() => key.seal(wrong, none, none))).toBe('invalid_argument');
      expect(await codeOf(() => key.open(wrong, iv, none))).toBe('invalid_argument');
    }
    for (const byteLength of [0, 12, 15, 17]) {
      const wrong = new Uint8Array(byteLength);
      expect(await codeOf(() => primitives.aesCbcEncrypt(kek, wrong, none))).toBe('invalid_argument');
      expect(await codeOf(() => primitives.aesCbcDecrypt(kek, wrong, iv))).toBe('invalid_argument');
    }
  });

  it('opens AES-GCM with the whole tag only', async () => {
    using key = await primitives.aesGcmKey(kek);
    const message = new TextEncoder().encode('not a byte of it');
    const sealed = await key.seal(nonce, message, none);
    expect(sealed).toHaveLength(message.length + 16);
    expect(await key.open(nonce, sealed, none)).toEqual(message);
    for (let length = 0; length < sealed.length; length++) {
      expect(await key.open(nonce, sealed.subarray(0, length), none)).toBeUndefined();
    }
    for (const { flipped } of singleBitFlips(sealed)) {
      expect(await key.open(nonce, flipped, none)).toBeUndefined();
    }
    expect(await key.open(nonce, Uint8Array.of(...sealed, 0), none)).toBeUndefined();
    expect(await key.open(nonce, sealed, Uint8Array.of(0))).toBeUndefined();
  });

  it('takes no tag of 4 to 15 bytes, such as a runtime may compute', async () => {
    using key = await primitives.aesGcmKey(kek);
    for (const authTagLength of [4, 8, 12, 13, 14, 15]) {
      const cipher = createCipheriv('aes-256-gcm', kek.reveal(), nonce, { authTagLength });
      const ciphertext = Buffer.concat([cipher.update('0123456789abcdef'), cipher.final()]);
      const sealed = Uint8Array.of(...ciphertext, ...cipher.getAuthTag());
      expect(await key.open(nonce, sealed, none)).toBeUndefined();
    }
  });

  it('says that CBC padding or length is wrong by giving nothing', async () => {
    for (const byteLength of [0, 1, 15, 16, 17, 100]) {
      const message = randomBytes(byteLength);
      const ciphertext = await primitives.aesCbcEncrypt(kek, iv, message);
      expect(ciphertext).toHaveLength(byteLength - (byteLength % 16) + 16);
      expect(hex((await primitives.aesCbcDecrypt(kek, iv, ciphertext)) ?? iv)).toBe(hex(message));
    }
    for (const byteLength of [0, 1, 15, 17]) {
      expect(await primitives.aesCbcDecrypt(kek, iv, new Uint8Array(byteLength))).toBeUndefined();
    }
    const cipher = createCipheriv('aes-256-cbc', kek.reveal(), iv).setAutoPadding(false);
    const badly = Uint8Array.from(cipher.update(new Uint8Array(16).fill(17)));
    expect(await primitives.aesCbcDecrypt(kek, iv, badly)).toBeUndefined();
  });

  it('wraps keys of the lengths that the standards have, and refuses the others', async () => {
    for (const byteLength of [0, 8, 15, 17, 20, 8200]) {
      expect(await codeOf(() => primitives.aesKeyWrap(kek, SecretBytes.random(byteLength)))).toBe(
        'invalid_argument',
      );
    }
    for (const byteLength of [0, 8193]) {
      expect(await codeOf(() => primitives.aesKeyWrapPadded(kek, SecretBytes.random(byteLength)))).toBe(
        'invalid_argument',
      );
    }
    expect(await primitives.aesKeyWrap(kek, SecretBytes.random(8192))).toHaveLength(8200);
    expect(await primitives.aesKeyWrapPadded(kek, SecretBytes.random(1))).toHaveLength(16);
  });

  it('unwraps neither nothing nor what is too short, too long or no multiple of 8', async () => {
    for (const byteLength of [0, 1, 7, 8, 15, 17, 23, 25, 8208]) {
      const wrapped = new Uint8Array(byteLength);
      expect(await primitives.aesKeyUnwrap(kek, wrapped)).toBeUndefined();
      expect(await primitives.aesKeyUnwrapPadded(kek, wrapped)).toBeUndefined();
    }
    expect(await primitives.aesKeyUnwrap(kek, new Uint8Array(16))).toBeUndefined();
  });

  it('unwraps no key of which one bit was changed, nor under another key, nor by the other algorithm', async () => {
    const key = SecretBytes.random(20);
    const wrapped = await primitives.aesKeyWrapPadded(kek, key);
    for (const { flipped } of singleBitFlips(wrapped)) {
      expect(await primitives.aesKeyUnwrapPadded(kek, flipped)).toBeUndefined();
    }
    const aligned = await primitives.aesKeyWrap(kek, SecretBytes.random(24));
    for (const { flipped } of singleBitFlips(aligned)) {
      expect(await primitives.aesKeyUnwrap(kek, flipped)).toBeUndefined();
    }
    expect(await primitives.aesKeyUnwrap(SecretBytes.random(32), aligned)).toBeUndefined();
    expect(await primitives.aesKeyUnwrapPadded(SecretBytes.random(32), wrapped)).toBeUndefined();
    expect(await primitives.aesKeyUnwrapPadded(kek, aligned)).toBeUndefined();
    expect(await primitives.aesKeyUnwrap(kek, wrapped)).toBeUndefined();
  });

  it('leaves secrets to their owner, and gives new ones memory of their own', async () => {
    const key = SecretBytes.random(32);
    const before = hex(key.reveal());
    const unwrapped = await primitives.aesKeyUnwrap(kek, await primitives.aesKeyWrap(kek, key));
    const padded = await primitives.aesKeyUnwrapPadded(kek, await primitives.aesKeyWrapPadded(kek, key));
    using _signing = await primitives.ed25519SigningKey(key);
    using _aes = await primitives.aesGcmKey(key);
    await primitives.pbkdf2('SHA-256', key, { salt: none, iterations: 1, byteLength: 32 });
    expect(hex(key.reveal())).toBe(before);
    for (const copy of [unwrapped, padded]) {
      expect(copy && hex(copy.reveal())).toBe(before);
      expect(copy?.reveal().buffer.byteLength).toBe(32);
    }
  });

  it('refuses disposed secrets everywhere', async () => {
    const gone = SecretBytes.random(32);
    gone.dispose();
    const hash: HashName = 'SHA-256';
    for (const call of [
      () => primitives.hmac(hash, gone, none),
      () => primitives.hkdf(hash, gone, { info: none, byteLength: 32 }),
      () => primitives.pbkdf2(hash, gone, { salt: none, iterations: 1, byteLength: 32 }),
      () =>
        primitives.scrypt(gone, { salt: none, cost: 2, blockSize: 1, parallelization: 1, byteLength: 32 }),
      () => primitives.aesGcmKey(gone),
      () => primitives.aesCbcEncrypt(gone, iv, none),
      () => primitives.aesCbcDecrypt(gone, iv, iv),
      () => primitives.aesKeyWrap(gone, kek),
      () => primitives.aesKeyWrap(kek, gone),
      () => primitives.aesKeyUnwrap(gone, new Uint8Array(24)),
      () => primitives.aesKeyWrapPadded(gone, kek),
      () => primitives.aesKeyWrapPadded(kek, gone),
      () => primitives.aesKeyUnwrapPadded(gone, new Uint8Array(16)),
      () => primitives.ed25519SigningKey(gone),
    ]) {
      expect(await codeOf(call)).toBe('secret_disposed');
    }
  });

  it('refuses keys that were disposed of themselves', async () => {
    const aes = await primitives.aesGcmKey(kek);
    const signing = await primitives.ed25519SigningKey(kek);
    aes[Symbol.dispose]();
    signing[Symbol.dispose]();
    expect(await codeOf(() => aes.seal(nonce, none, none))).toBe('secret_disposed');
    expect(await codeOf(() => aes.open(nonce, iv, none))).toBe('secret_disposed');
    expect(await codeOf(() => signing.sign(none))).toBe('secret_disposed');
  });

  it('derives within the stated bounds', async () => {
    const hash: HashName = 'SHA-512';
    const derive = (byteLength: number) => () => primitives.hkdf(hash, kek, { info: none, byteLength });
    expect((await primitives.hkdf(hash, kek, { info: none, byteLength: 16_320 })).byteLength).toBe(16_320);
    for (const byteLength of [0, -1, 1.5, 16_321]) {
      expect(await codeOf(derive(byteLength))).toBe('invalid_argument');
    }
    const long = new Uint8Array(1025);
    expect(await codeOf(() => primitives.hkdf(hash, kek, { info: long, byteLength: 1 }))).toBe(
      'invalid_argument',
    );
    for (const [iterations, byteLength] of [
      [0, 32],
      [1.5, 32],
      [2 ** 31, 32],
      [1, 0],
      [1, 8161],
    ] as const) {
      expect(await codeOf(() => primitives.pbkdf2(hash, kek, { salt: none, iterations, byteLength }))).toBe(
        'invalid_argument',
      );
    }
    const scrypt = { salt: none, cost: 2, blockSize: 1, parallelization: 1, byteLength: 32 };
    for (const changes of [
      { cost: 1 },
      { cost: 3 },
      { cost: 2 ** 25 },
      { cost: 2 ** 20, blockSize: 9 },
      { blockSize: 0 },
      { blockSize: 256 },
      { parallelization: 0 },
      { parallelization: 1.5 },
      { byteLength: 0 },
    ]) {
      expect(await codeOf(() => primitives.scrypt(kek, { ...scrypt, ...changes }))).toBe('invalid_argument');
    }
  });

  it('derives from empty secrets, which Web Crypto does not import', async () => {
    const empty = secretOf('');
    expect(hex(await primitives.hmac('SHA-256', empty, none))).toBe(
      'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad',
    );
    const pbkdf2 = await primitives.pbkdf2('SHA-256', empty, { salt: iv, iterations: 2, byteLength: 16 });
    const hkdf = await primitives.hkdf('SHA-256', empty, { info: none, byteLength: 16 });
    expect([hex(pbkdf2.reveal()), hex(hkdf.reveal())]).toEqual([
      hex(
        (
          await nodeBackend.primitives.pbkdf2('SHA-256', empty, { salt: iv, iterations: 2, byteLength: 16 })
        ).reveal(),
      ),
      hex(nodeBackend.primitives.hkdf('SHA-256', empty, { info: none, byteLength: 16 }).reveal()),
    ]);
  });

  it('verifies no signature of another length, and refuses a public key of another length', async () => {
    using signing = await primitives.ed25519SigningKey(kek);
    const signature = await signing.sign(iv);
    expect(signature).toHaveLength(64);
    for (const { flipped } of singleBitFlips(signature)) {
      expect(await primitives.ed25519Verify(signing.publicKey, iv, flipped)).toBe(false);
    }
    for (const { flipped } of singleBitFlips(signing.publicKey)) {
      expect(await primitives.ed25519Verify(flipped, iv, signature)).toBe(false);
    }
    for (const length of [0, 63, 65]) {
      const other = new Uint8Array(length);
      other.set(signature.subarray(0, length));
      expect(await primitives.ed25519Verify(signing.publicKey, iv, other)).toBe(false);
    }
    const short = signing.publicKey.subarray(1);
    expect(await codeOf(() => primitives.ed25519Verify(short, iv, signature))).toBe('invalid_argument');
    expect(await codeOf(() => primitives.ed25519SigningKey(SecretBytes.random(31)))).toBe('invalid_argument');
  });

  it('verifies no signature of a key of small order, for which one signature fits many messages', async () => {
    // A = R = the neutral point and S = 0: S·B = R + k·A holds for every message.
    const neutral = Uint8Array.of(1, ...new Uint8Array(31));
    const signature = Uint8Array.of(...neutral, ...new Uint8Array(32));
    expect(await primitives.ed25519Verify(neutral, iv, signature)).toBe(false);
    // The same point in an encoding that is not reduced: y = p + 1.
    const again = bytesOf(`ee${'ff'.repeat(30)}7f`);
    expect(await primitives.ed25519Verify(again, iv, signature)).toBe(false);
  });

  it('has scrypt, or says that the runtime has not', async () => {
    // RFC 7914 §12
    const options = {
      salt: new TextEncoder().encode('NaCl'),
      cost: 1024,
      blockSize: 8,
      parallelization: 16,
      byteLength: 64,
    };
    const call = () => primitives.scrypt(SecretBytes.take(new TextEncoder().encode('password')), options);
    if (name === 'web') {
      expect(await codeOf(call)).toBe('unsupported_by_runtime');
      return;
    }
    expect(hex((await call()).reveal())).toBe(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    );
  });
});

describe('both backends', () => {
  const node = nodeBackend.primitives;
  const web = webBackend.primitives;
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
  const aesKey = fc.oneof(
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
  );
  const hash = fc.constantFrom<HashName>('SHA-256', 'SHA-384', 'SHA-512');

  it('derive and authenticate the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        hash,
        bytes(200),
        bytes(200),
        bytes(64),
        fc.integer({ min: 1, max: 300 }),
        async (name, secret, salt, info, byteLength) => {
          const key = secretBytes(secret);
          expect(hex(await web.digest(name, salt))).toBe(hex(node.digest(name, salt)));
          expect(hex(await web.hmac(name, key, salt))).toBe(hex(node.hmac(name, key, salt)));
          const options = { salt, info, byteLength };
          expect((await web.hkdf(name, key, options)).reveal()).toEqual(
            node.hkdf(name, key, options).reveal(),
          );
          const slow = { salt, iterations: 3, byteLength };
          expect((await web.pbkdf2(name, key, slow)).reveal()).toEqual(
            (await node.pbkdf2(name, key, slow)).reveal(),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('encrypt to the same bytes, and decrypt what the other encrypted', async () => {
    await fc.assert(
      fc.asyncProperty(aesKey, bytes(100), bytes(50), async (keyBytes, message, aad) => {
        const key = secretBytes(keyBytes);
        using nodeKey = node.aesGcmKey(key);
        using webKey = await web.aesGcmKey(key);
        const sealed = nodeKey.seal(nonce, message, aad);
        expect(hex(await webKey.seal(nonce, message, aad))).toBe(hex(sealed));
        expect(hex((await webKey.open(nonce, sealed, aad)) ?? none)).toBe(hex(message));
        const cbc = node.aesCbcEncrypt(key, iv, message);
        expect(hex(await web.aesCbcEncrypt(key, iv, message))).toBe(hex(cbc));
        expect(hex((await web.aesCbcDecrypt(key, iv, cbc)) ?? none)).toBe(hex(message));
      }),
      { numRuns: 100 },
    );
  });

  it('wrap to the same bytes, and unwrap what the other wrapped', async () => {
    await fc.assert(
      fc.asyncProperty(
        aesKey,
        fc.uint8Array({ minLength: 1, maxLength: 70 }),
        fc.integer({ min: 2, max: 9 }),
        async (keyBytes, secret, semiblocks) => {
          const kek = secretBytes(keyBytes);
          const key = secretBytes(secret);
          const padded = node.aesKeyWrapPadded(kek, key);
          expect(hex(await web.aesKeyWrapPadded(kek, key))).toBe(hex(padded));
          expect((await web.aesKeyUnwrapPadded(kek, padded))?.reveal()).toEqual(key.reveal());
          const aligned = SecretBytes.random(8 * semiblocks);
          const wrapped = node.aesKeyWrap(kek, aligned);
          expect(hex(await web.aesKeyWrap(kek, aligned))).toBe(hex(wrapped));
          expect((await web.aesKeyUnwrap(kek, wrapped))?.reveal()).toEqual(aligned.reveal());
        },
      ),
      { numRuns: 30 },
    );
  });

  it('unwrap the same of arbitrary blocks, right padding or wrong', async () => {
    // Blocks that decrypt to the constant, a length and some padding: where only the check of one part decides.
    const kek = SecretBytes.random(32);
    const cipher = () => createCipheriv('aes-256-ecb', kek.reveal(), null).setAutoPadding(false);
    for (const plain of [
      'a65959a600000008aaaaaaaaaaaaaaaa',
      'a65959a600000001aa00000000000000',
      'a65959a600000001aa00000000000001',
      'a65959a600000007aaaaaaaaaaaaaa00',
      'a65959a600000007aaaaaaaaaaaaaa80',
      'a65959a6000000000000000000000000',
      'a65959a600000009aaaaaaaaaaaaaaaa',
      'a65959a6ffffffffaaaaaaaaaaaaaaaa',
      'a65959a680000001aa00000000000000',
      'a65959a700000008aaaaaaaaaaaaaaaa',
      'a6a6a6a6a6a6a6a6aaaaaaaaaaaaaaaa',
    ]) {
      const wrapped = Uint8Array.from(cipher().update(bytesOf(plain)));
      const expected = node.aesKeyUnwrapPadded(kek, wrapped);
      const unwrapped = await web.aesKeyUnwrapPadded(kek, wrapped);
      expect(unwrapped?.reveal(), plain).toEqual(expected?.reveal());
    }
  });

  it('have the same public key and signature of a seed, whichever the sign of x', async () => {
    const signs = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const seed = SecretBytes.random(32);
      using a = node.ed25519SigningKey(seed);
      using b = await web.ed25519SigningKey(seed);
      expect(hex(b.publicKey)).toBe(hex(a.publicKey));
      expect(hex(await b.sign(iv))).toBe(hex(a.sign(iv)));
      signs.add((a.publicKey[31] ?? 0) >> 7);
    }
    expect(signs.size).toBe(2); // by chance only one: below 2⁻³⁹
  });

  it('refuse in the same words', async () => {
    const short = SecretBytes.random(15);
    for (const call of [
      (p: typeof web) => p.aesGcmKey(short),
      (p: typeof web) => p.aesCbcEncrypt(short, iv, none),
      (p: typeof web) => p.aesKeyWrap(SecretBytes.random(32), short),
      (p: typeof web) => p.aesKeyWrapPadded(SecretBytes.random(32), secretOf('')),
      (p: typeof web) => p.hkdf('SHA-256', short, { info: none, byteLength: 0 }),
      (p: typeof web) => p.pbkdf2('SHA-256', short, { salt: none, iterations: 0, byteLength: 1 }),
      (p: typeof web) => p.ed25519SigningKey(short),
      (p: typeof web) => p.ed25519Verify(none, none, none),
    ]) {
      const said = await failureOf(() => call(node));
      expect(said).toMatch(/^invalid_argument: /);
      expect(await failureOf(() => call(web))).toBe(said);
    }
  });
});
