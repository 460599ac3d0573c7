import * as crypto from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  fernetCodec,
  type KeyPlace,
  openStream,
  type Primitives,
  parseRecordHeader,
  SecretBytes,
  sealStream,
} from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { hkdfExpand } from '../src/streams/hkdf-expand.ts';
import { codeOf, newDataKey } from './backend-fixtures.ts';
import { fieldContext, hex, valueContext } from './fixtures.ts';
import { streamContext, through } from './stream-fixtures.ts';

/* What node:crypto gives piece by piece, and what is left of it: PITFALLS of Node's cryptography. */

const pieces: { readonly bytes: Uint8Array; readonly before: Uint8Array }[] = [];
const optionsOf: unknown[] = [];
/** What was handed over to be encrypted. */
const taken: { readonly bytes: Uint8Array; readonly before: Uint8Array }[] = [];

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  const watch = (stream: { update: unknown; final: unknown }) => {
    for (const name of ['update', 'final'] as const) {
      const method = stream[name] as (...args: unknown[]) => Uint8Array;
      stream[name] = (...args: unknown[]) => {
        const bytes = Reflect.apply(method, stream, args);
        pieces.push({ bytes, before: Uint8Array.from(bytes) });
        return bytes;
      };
    }
    return stream;
  };
  return {
    ...actual,
    createDecipheriv: vi.fn((...args: Parameters<typeof actual.createDecipheriv>) => {
      optionsOf.push(args[3]);
      return watch(Reflect.apply(actual.createDecipheriv, undefined, args));
    }),
    createCipheriv: vi.fn((...args: Parameters<typeof actual.createCipheriv>) => {
      const cipher = Reflect.apply(actual.createCipheriv, undefined, args);
      const update: unknown = Reflect.get(cipher, 'update');
      if (typeof update !== 'function') throw new Error('A cipher has no update.');
      Reflect.set(cipher, 'update', (bytes: Uint8Array) => {
        taken.push({ bytes, before: Uint8Array.from(bytes) });
        return Reflect.apply(update, cipher, [bytes]);
      });
      return cipher;
    }),
    createPrivateKey: vi.fn(actual.createPrivateKey),
    createHmac: vi.fn(actual.createHmac),
    createSecretKey: vi.fn(actual.createSecretKey),
  };
});

const place: KeyPlace = {
  purpose: 'tenant-key',
  tenant: 'acme',
  scope: { kind: 'tenant' },
  version: 1,
  parentVersion: 1,
};
const { primitives } = nodeBackend;
const none = new Uint8Array(0);

beforeEach(() => {
  pieces.length = 0;
  optionsOf.length = 0;
  taken.length = 0;
});

afterEach(() => {
  vi.clearAllMocks();
});

/** Every piece of plaintext that was given before it was known to be authentic reads as zeros. */
function expectNothingLeft(): void {
  const given = pieces.filter(({ before }) => before.some((byte) => byte !== 0));
  expect(given.length, 'the runtime gave a plaintext too early').toBeGreaterThan(0);
  for (const { bytes } of given) expect(bytes.every((byte) => byte === 0)).toBe(true);
}

describe('a plaintext whose tag is wrong is zeroised, not released', () => {
  it('of a value and a field', async () => {
    const { sealer, opener } = await newDataKey(nodeBackend);
    for (const [sealed, open] of [
      [
        await sealer.sealValue('4111', valueContext),
        (bytes: Uint8Array) => opener.openValue(bytes, valueContext),
      ],
      [
        await sealer.sealField('4111', fieldContext(), 7),
        (bytes: Uint8Array) => opener.openField(bytes, fieldContext(), 7),
      ],
    ] as const) {
      sealed.set([(sealed.at(-1) ?? 0) ^ 1], sealed.length - 1);
      pieces.length = 0;
      expect(await codeOf(() => open(sealed))).toBe('integrity_check_failed');
      expectNothingLeft();
    }
  });

  it('of a wrapped key', async () => {
    const key = nodeBackend.wrappingKey(SecretBytes.random(32));
    const wrapped = key.wrap(SecretBytes.random(32), place);
    wrapped[59] = (wrapped[59] ?? 0) ^ 0x80;
    expect(await codeOf(() => key.unwrap(wrapped, place))).toBe('key_unwrap_failed');
    expectNothingLeft();
  });

  it('of a chunk of a stream, of which nothing has been handed out', async () => {
    const { sealer, opener } = await newDataKey(nodeBackend);
    const context = streamContext();
    const seal = sealStream({ backend: nodeBackend, sealer, context });
    const { bytes } = await through(seal, [new Uint8Array(100).fill(7)]);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    const opening = openStream({ backend: nodeBackend, opener, context });
    expect(await through(opening, [bytes])).toMatchObject({
      bytes: none,
      error: { code: 'integrity_check_failed' },
    });
    expectNothingLeft();
  });

  it('of what the primitives open', () => {
    const key = primitives.aesGcmKey(SecretBytes.random(16));
    const nonce = new Uint8Array(12);
    const sealed = key.seal(nonce, Uint8Array.of(1, 2, 3), none);
    sealed[0] = (sealed[0] ?? 0) ^ 1;
    expect(key.open(nonce, sealed, none)).toBeUndefined();
    expectNothingLeft();
  });
});

describe('what was copied out of the pieces is not left in them', () => {
  it('of CBC with its padding, right or wrong', async () => {
    const key = SecretBytes.random(16);
    const iv = new Uint8Array(16);
    const ciphertext = primitives.aesCbcEncrypt(key, iv, new Uint8Array(40).fill(0x55));
    expect(primitives.aesCbcDecrypt(key, iv, ciphertext)).toEqual(new Uint8Array(40).fill(0x55));
    expectNothingLeft();
    pieces.length = 0;
    expect(primitives.aesCbcDecrypt(key, iv, ciphertext.subarray(0, 32))).toBeUndefined();
    expectNothingLeft();
  });

  it('of a Fernet token', async () => {
    const codec = fernetCodec(nodeBackend);
    const key = SecretBytes.random(32);
    const token = await codec.encrypt(new Uint8Array(40).fill(0x55), key);
    expect((await codec.decrypt(token, key)).bytes).toEqual(new Uint8Array(40).fill(0x55));
    expectNothingLeft();
  });

  it('of a key that AES key wrap wrapped', () => {
    const kek = SecretBytes.random(32);
    const key = primitives.aesKeyUnwrap(kek, primitives.aesKeyWrap(kek, SecretBytes.random(32)));
    expect(key?.byteLength).toBe(32);
    expectNothingLeft();
  });

  it('of a wrapped key', () => {
    const wrapping = nodeBackend.wrappingKey(SecretBytes.random(32));
    wrapping.unwrap(wrapping.wrap(SecretBytes.random(32), place), place);
    expectNothingLeft();
  });

  it('of a value that is no bytes', async () => {
    const { sealer, opener } = await newDataKey(nodeBackend);
    const value = await sealer.sealValue('4111', valueContext);
    expect(await opener.openValue(value, valueContext)).toBe('4111');
    expectNothingLeft();
  });
});

describe('what is handed over is not left where it was put together', () => {
  it.each([
    ['short text, in the scratch', '4111 1111 1111 1111'],
    ['long text, on its own', '4111 '.repeat(5_000)],
  ])('of %s', async (_, text) => {
    const { sealer } = await newDataKey(nodeBackend);
    await sealer.sealValue('the first one makes the scratch', valueContext);
    taken.length = 0;
    await sealer.sealValue(text, valueContext);
    const given = taken.filter(({ before }) => before.byteLength > 1); // the type byte may come alone
    expect(given).not.toHaveLength(0);
    for (const { bytes } of given) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('of the seed of a signing key', () => {
    using seed = SecretBytes.random(32);
    primitives.ed25519SigningKey(seed);
    const [[options] = []] = vi.mocked(crypto.createPrivateKey).mock.calls;
    const encoded: unknown = Reflect.get(Object(options), 'key');
    if (!(encoded instanceof Uint8Array)) throw new Error('The seed was handed over as something else.');
    expect(encoded.byteLength).toBe(48);
    expect(encoded.every((byte) => byte === 0)).toBe(true);
  });

  it('of the blocks that HKDF-Expand makes', async () => {
    const blocks: Uint8Array[] = [];
    const inputs: Uint8Array[] = [];
    const watched: Primitives = {
      ...primitives,
      hmac(hash, key, data) {
        const block = primitives.hmac(hash, key, data);
        blocks.push(block);
        inputs.push(data);
        return block;
      },
    };
    const info = new TextEncoder().encode('info');
    using secret = SecretBytes.random(32);
    using expanded = await hkdfExpand(watched, 'SHA-256', secret, info, 80);
    expect(blocks).toHaveLength(3);
    expect([...blocks, ...inputs].every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
    expect(expanded.reveal().some((byte) => byte !== 0)).toBe(true);
    expect(new TextDecoder().decode(info)).toBe('info');
  });
});

describe('AES-GCM of Node', () => {
  it('is always asked for tags of 16 bytes: without that it takes 4', async () => {
    const { sealer, opener } = await newDataKey(nodeBackend);
    await opener.openValue(await sealer.sealValue('x', valueContext), valueContext);
    const wrapping = nodeBackend.wrappingKey(SecretBytes.random(32));
    wrapping.unwrap(wrapping.wrap(SecretBytes.random(32), place), place);
    const key = primitives.aesGcmKey(SecretBytes.random(16));
    const nonce = new Uint8Array(12);
    key.open(nonce, key.seal(nonce, none, none), none);
    expect(optionsOf).toEqual([{ authTagLength: 16 }, { authTagLength: 16 }, { authTagLength: 16 }]);
    const sealing = vi.mocked(crypto.createCipheriv).mock.calls.map(([, , , options]) => options);
    expect(sealing).toEqual(optionsOf);
  });

  it('opens nothing under a tag cut to 4 to 15 bytes, though OpenSSL alone would', () => {
    const key = primitives.aesGcmKey(SecretBytes.random(32));
    const nonce = new Uint8Array(12);
    const sealed = key.seal(nonce, Uint8Array.of(1, 2, 3), none);
    for (let kept = 0; kept < 16; kept++) {
      expect(key.open(nonce, sealed.subarray(0, 3 + kept), none)).toBeUndefined();
    }
    for (const length of [0, 8, 11, 13, 16]) {
      expect(() => key.open(new Uint8Array(length), sealed, none)).toThrow(
        expect.objectContaining({ code: 'invalid_argument' }),
      );
    }
  });
});

describe('derived keys', () => {
  it('are derived once for each data key, not for each seal or open', async () => {
    const { sealer, opener } = await newDataKey(nodeBackend);
    const hmac = vi.mocked(crypto.createHmac);
    const keys = vi.mocked(crypto.createSecretKey);
    const before = [hmac.mock.calls.length, keys.mock.calls.length];
    for (let i = 0; i < 10; i++) {
      await opener.openValue(await sealer.sealValue('x', valueContext), valueContext);
      await opener.openField(await sealer.sealField('x', fieldContext(), i), fieldContext(), i);
    }
    expect([hmac.mock.calls.length, keys.mock.calls.length]).toEqual(before);
  });

  it('never reach node:crypto as text, nor leave it as text', async () => {
    const { header, secret } = await newDataKey(nodeBackend);
    nodeBackend.openDataKey(parseRecordHeader(Uint8Array.of(0xf6, ...header.bytes)), secret);
    nodeBackend.hkdfSha256(SecretBytes.random(32), { info: none, byteLength: 32 });
    const made = vi.mocked(crypto.createSecretKey).mock.calls;
    expect(made.length).toBeGreaterThan(2);
    for (const [bytes, ...more] of made) {
      expect(ArrayBuffer.isView(bytes)).toBe(true);
      expect(more).toEqual([]); // an encoding would be the second argument
    }
    for (const [, key] of vi.mocked(crypto.createHmac).mock.calls) {
      expect(key).toBeInstanceOf(crypto.KeyObject);
    }
  });

  it('are zeroised once Node has a copy', async () => {
    await newDataKey(nodeBackend);
    nodeBackend.wrappingKey(SecretBytes.random(32));
    const given = vi.mocked(crypto.createSecretKey).mock.calls.map(([bytes]) => bytes);
    // Data keys and wrapping keys, which their owners have disposed of, and what was derived from them.
    const left = given.filter(
      (bytes) =>
        ArrayBuffer.isView(bytes) &&
        hex(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) !== '00'.repeat(32),
    );
    expect(left).toHaveLength(0);
  });
});
