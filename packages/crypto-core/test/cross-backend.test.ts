import { describe, expect, it } from 'vitest';
import { type CryptoBackend, type KeyPlace, parseValue, SecretBytes } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';
import { failureOf, newDataKey, singleBitFlips } from './backend-fixtures.ts';
import { billing, fieldContext, hex, valueContext } from './fixtures.ts';

const place: KeyPlace = {
  purpose: 'tenant-key',
  tenant: 'acme',
  scope: billing,
  version: 1,
  parentVersion: 1,
};
const samples = [
  '4111 1111 1111 1111',
  '',
  new Uint8Array(1000),
  -1.5,
  10n ** 40n,
  new Date(7),
  { a: [1, null] },
  false,
];

describe.each<readonly [string, CryptoBackend, CryptoBackend]>([
  ['node opens on web', nodeBackend, webBackend],
  ['web opens on node', webBackend, nodeBackend],
])('what was sealed on %s', (_, from, to) => {
  it('as values and fields of every type, in bytes and as text', async () => {
    const { sealer, header, secret } = await newDataKey(from);
    const opener = await to.openDataKey(header, secret);
    for (const sample of samples) {
      const value = await sealer.sealValue(sample, valueContext);
      expect(to.encodeText(value)).toBe(from.encodeText(value));
      const opened = await opener.openValue(to.decodeText(from.encodeText(value)), valueContext);
      expect(opened).toEqual(sample);
      const field = await sealer.sealField(sample, fieldContext(), 7);
      expect(await opener.openField(field, fieldContext(), 7)).toEqual(sample);
    }
  });

  it('as a wrapped key', async () => {
    const key = SecretBytes.random(32);
    const wrapping = await from.wrappingKey(key.clone());
    const unwrapping = await to.wrappingKey(key);
    const secret = SecretBytes.random(32);
    const unwrapped = await unwrapping.unwrap(await wrapping.wrap(secret, place), place);
    expect(hex(unwrapped.reveal())).toBe(hex(secret.reveal()));
  });

  it('as the key of a stream', async () => {
    const { sealer, header, secret } = await newDataKey(from);
    const opener = await to.openDataKey(header, secret);
    const sealing = await sealer.sealingStreamKey();
    expect(hex((await opener.openingStreamKey()).reveal())).toBe(hex(sealing.reveal()));
  });
});

describe('both backends fail with the same error in the same words', () => {
  it('for every single bit of a value, a field and a wrapped key', async () => {
    const { sealer, header, secret } = await newDataKey(nodeBackend);
    const onNode = nodeBackend.openDataKey(header, secret.clone());
    const onWeb = await webBackend.openDataKey(header, secret);
    const value = await sealer.sealValue('4111 1111 1111 1111', valueContext);
    for (const { at, flipped } of singleBitFlips(value)) {
      const expected = await failureOf(() => onNode.openValue(flipped, valueContext));
      expect(expected).toBeDefined();
      expect(await failureOf(() => onWeb.openValue(flipped, valueContext)), `byte ${at}`).toBe(expected);
    }
    const field = await sealer.sealField('078-05-1120', fieldContext(), 7);
    for (const { at, flipped } of singleBitFlips(field)) {
      const expected = await failureOf(() => onNode.openField(flipped, fieldContext(), 7));
      expect(expected).toBeDefined();
      expect(await failureOf(() => onWeb.openField(flipped, fieldContext(), 7)), `byte ${at}`).toBe(expected);
    }
    const key = SecretBytes.random(32);
    const nodeKey = nodeBackend.wrappingKey(key.clone());
    const webKey = await webBackend.wrappingKey(key);
    const wrapped = nodeKey.wrap(SecretBytes.random(32), place);
    for (const { flipped } of singleBitFlips(wrapped)) {
      const expected = await failureOf(() => nodeKey.unwrap(flipped, place));
      expect(expected).toMatch(/^key_unwrap_failed/);
      expect(await failureOf(() => webKey.unwrap(flipped, place))).toBe(expected);
    }
  });

  it('for every truncation and for what is no ciphertext at all', async () => {
    const { sealer, header, secret } = await newDataKey(webBackend);
    const onNode = nodeBackend.openDataKey(header, secret.clone());
    const onWeb = await webBackend.openDataKey(header, secret);
    const value = await sealer.sealValue('x', valueContext);
    const field = await sealer.sealField('x', fieldContext(), 7);
    const wrong: Uint8Array[] = [new TextEncoder().encode(nodeBackend.encodeText(value)), field];
    for (let length = 0; length < value.length; length++) wrong.push(value.subarray(0, length));
    for (const bytes of wrong) {
      const expected = await failureOf(() => onNode.openValue(bytes, valueContext));
      expect(expected).toBeDefined();
      expect(await failureOf(() => onWeb.openValue(bytes, valueContext))).toBe(expected);
    }
  });

  it.each<readonly [string, (backend: CryptoBackend) => unknown]>([
    ['a wrapping key of 31 bytes', (backend) => backend.wrappingKey(SecretBytes.random(31))],
    ['a commitment of 31 bytes', (backend) => backend.commitmentOf(SecretBytes.random(31))],
    [
      'HKDF of no bytes',
      (backend) => backend.hkdfSha256(SecretBytes.random(32), { info: new Uint8Array(), byteLength: 0 }),
    ],
    [
      'a long info',
      (backend) => backend.hkdfSha256(SecretBytes.random(32), { info: new Uint8Array(1025), byteLength: 1 }),
    ],
    ['random bytes without number', (backend) => backend.randomBytes(-1)],
    ['a text of another form', (backend) => backend.decodeText('kf2.')],
    ['a second spelling', (backend) => backend.decodeText('kf1.9R')],
    [
      'another data key',
      async (backend) => {
        const { header } = await newDataKey(nodeBackend);
        return backend.openDataKey(header, SecretBytes.random(32));
      },
    ],
    [
      'a key to wrap of 15 bytes',
      async (backend) =>
        (await backend.wrappingKey(SecretBytes.random(32))).wrap(SecretBytes.random(15), place),
    ],
    [
      'a wrapped key of 43 bytes',
      async (backend) =>
        (await backend.wrappingKey(SecretBytes.random(32))).unwrap(new Uint8Array(43), place),
    ],
  ])('for %s', async (_, call) => {
    const expected = await failureOf(() => call(nodeBackend));
    expect(expected).toBeDefined();
    expect(await failureOf(() => call(webBackend))).toBe(expected);
  });

  it('for a rewrapped value under its old header', async () => {
    const { sealer, header, secret } = await newDataKey(webBackend);
    const value = await sealer.sealValue('x', valueContext);
    const rewrapped = Uint8Array.from(value);
    rewrapped.set(webBackend.randomBytes(60), 10);
    const opener = await webBackend.openDataKey(parseValue(rewrapped).header, secret.clone());
    expect(await opener.openValue(rewrapped, valueContext)).toBe('x');
    const old = nodeBackend.openDataKey(header, secret);
    expect(await failureOf(() => opener.openValue(value, valueContext))).toBe(
      await failureOf(() => old.openValue(rewrapped, valueContext)),
    );
  });
});
