import { describe, expect, it } from 'vitest';
import { SecretBytes, sealStream } from '../src/index.ts';
import { codeOf, newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { fieldContext, valueContext } from './fixtures.ts';
import { streamContext, streamKeys, through } from './stream-fixtures.ts';

/* An array whose bytes are elsewhere says that it is empty, and one with a length of its own says anything. */

const misstating = (name: string, value: number): Uint8Array =>
  Object.defineProperty(new Uint8Array(32).fill(7), name, { value });

const kinds: readonly (readonly [string, () => Uint8Array])[] = [
  [
    'whose memory was transferred',
    () => {
      const bytes = new Uint8Array(32);
      bytes.buffer.transfer();
      return bytes;
    },
  ],
  [
    'whose memory was cut off',
    () => {
      const memory = new ArrayBuffer(32, { maxByteLength: 32 });
      const bytes = new Uint8Array(memory, 16, 16);
      memory.resize(8);
      return bytes;
    },
  ],
  ['with a shorter length of its own', () => misstating('length', 3)],
  ['with a longer length of its own', () => misstating('length', 300)],
  ['with a byteLength of its own', () => misstating('byteLength', 3)],
  [
    'that is a Buffer with a length of its own',
    () => Object.defineProperty(Buffer.alloc(32), 'length', { value: 3 }),
  ],
];

describe.each(backends)('an array %s', (_name, backend) => {
  it.each(kinds)('%s is never sealed, in part or as nothing', async (_kind, make) => {
    const { sealer } = await newDataKey(backend);
    expect(await codeOf(() => sealer.sealValue(make(), valueContext))).toBe('unsupported_value');
    expect(await codeOf(() => sealer.sealField(make(), fieldContext(), 7))).toBe('unsupported_value');
    expect(sealer.sealsLeft).toBe(2 ** 24);
  });

  it.each(kinds)('%s is no row id', async (_kind, make) => {
    const { sealer } = await newDataKey(backend);
    const context = fieldContext({ idType: 'bytes' });
    expect(await codeOf(() => sealer.sealField('x', context, make()))).toBe('invalid_encryption_context');
  });

  it.each(kinds)('%s ends a stream', async (_kind, make) => {
    const { sealer } = await streamKeys(backend);
    const { error } = await through(sealStream({ backend, sealer, context: streamContext() }), [make()]);
    expect(error).toMatchObject({ code: 'invalid_argument' });
  });

  it.each(kinds)('%s is neither hashed, compared nor written as text', async (_kind, make) => {
    for (const call of [
      () => backend.sha256(make()),
      () => backend.hmacSha256(SecretBytes.random(32), make()),
      () => backend.constantTimeEqual(make(), make()),
      () => backend.encodeText(make()),
    ]) {
      expect(await codeOf(call)).toBe('invalid_argument');
    }
  });

  it.each(kinds)('%s is no ciphertext', async (_kind, make) => {
    const { opener } = await newDataKey(backend);
    expect(await codeOf(() => opener.openValue(make(), valueContext))).toBe('not_keyfold_ciphertext');
  });
});

it.each(kinds)('secret bytes are not taken of an array %s', async (_kind, make) => {
  expect(await codeOf(() => SecretBytes.take(make()))).toBe('invalid_argument');
});
