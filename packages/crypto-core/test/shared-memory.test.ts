import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeyPlace, openStream, SecretBytes, sealStream } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { fieldContext, hex, valueContext } from './fixtures.ts';
import { content, streamContext, streamKeys, through } from './stream-fixtures.ts';

/*
 * Memory that another thread writes to meanwhile: AES-GCM passes over a ciphertext once for the tag and once for the plaintext.
 * What it is given is nobody else's.
 */

/** Whether each array that node:crypto was given to work on lay in shared memory. */
const given: boolean[] = [];

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  const watched = (create: (...args: never[]) => object) =>
    vi.fn((...args: never[]) => {
      const cipher = create(...args);
      for (const name of ['update', 'setAuthTag']) {
        const method: unknown = Reflect.get(cipher, name);
        if (typeof method !== 'function') continue;
        Reflect.set(cipher, name, (bytes: Uint8Array) => {
          given.push(bytes.buffer instanceof SharedArrayBuffer);
          return Reflect.apply(method, cipher, [bytes]);
        });
      }
      return cipher;
    });
  return {
    ...actual,
    createCipheriv: watched(actual.createCipheriv as never),
    createDecipheriv: watched(actual.createDecipheriv as never),
  };
});

const place: KeyPlace = {
  purpose: 'tenant-key',
  tenant: 'acme',
  scope: { kind: 'tenant' },
  version: 1,
  parentVersion: 1,
};

/** The same bytes where every thread that is given them can write. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength + 3), 3);
  copy.set(bytes);
  return copy;
}

beforeEach(() => {
  given.length = 0;
});

describe.each(backends)('bytes in shared memory, %s', (name, backend) => {
  const isCopied = (): void => {
    expect(given).not.toContain(true);
    if (name === 'node') expect(given).toContain(false);
  };

  it.each([32, 20_000])('are sealed and opened from a copy: %i bytes', async (byteLength) => {
    const { sealer, opener } = await newDataKey(backend);
    const value = await sealer.sealValue(shared(content(byteLength)), valueContext);
    const field = await sealer.sealField(shared(content(byteLength)), fieldContext(), 7);
    expect(await opener.openValue(shared(value), valueContext)).toEqual(content(byteLength));
    expect(await opener.openField(shared(field), fieldContext(), 7)).toEqual(content(byteLength));
    isCopied();
  });

  it('are unwrapped from a copy', async () => {
    using wrapping = await backend.wrappingKey(SecretBytes.random(32));
    using key = SecretBytes.random(32);
    using again = await wrapping.unwrap(shared(await wrapping.wrap(key, place)), place);
    expect(hex(again.reveal())).toBe(hex(key.reveal()));
    isCopied();
  });

  it('are sealed and opened from a copy: a stream', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const context = streamContext();
    const plaintext = content(50_000);
    const sealed = await through(sealStream({ backend, sealer, context }), [shared(plaintext)]);
    const opened = await through(openStream({ backend, opener, context }), [shared(sealed.bytes)]);
    expect(opened.error).toBeUndefined();
    expect(hex(opened.bytes)).toBe(hex(plaintext));
    isCopied();
  });
});

it('an ordinary array is not copied, as that would cost half of an opening', async () => {
  const { sealer, opener } = await newDataKey(nodeBackend);
  const value = await sealer.sealValue('x', valueContext);
  const { createDecipheriv } = await import('node:crypto');
  vi.mocked(createDecipheriv).mockClear();
  await opener.openValue(value, valueContext);
  expect(vi.mocked(createDecipheriv).mock.calls[0]?.[2]).toMatchObject({ buffer: value.buffer });
});
