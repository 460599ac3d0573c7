import { inspect } from 'node:util';
import { SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { rootKeyContract } from '@keyfold/key-hierarchy/testing';
import { describe, expect, it } from 'vitest';
import { staticRootKey } from '../src/static.ts';
import { codeOf } from './code-of.ts';

const backend = nodeBackend;
const make = (key = SecretBytes.random(32), keyId = 'development') => staticRootKey({ keyId, key, backend });

describe('the static root key', () => {
  for (const { name, run } of rootKeyContract) it(name, () => run(async () => make()));

  it('opens in another process what it wrapped, given the same bytes and id', async () => {
    const key = SecretBytes.random(32);
    using again = make(key.clone());
    using root = make(key);
    using secret = SecretBytes.random(32);
    using unwrapped = await again.unwrap(await root.wrap(secret, { a: 'b' }), { a: 'b' });
    expect([...unwrapped.reveal()]).toEqual([...secret.reveal()]);
  });

  it('opens nothing under other bytes or another id', async () => {
    const key = SecretBytes.random(32);
    using renamed = make(key.clone(), 'other');
    using other = make();
    using root = make(key);
    using secret = SecretBytes.random(32);
    const wrapped = await root.wrap(secret, {});
    expect(await codeOf(renamed.unwrap(wrapped, {}))).toBe('root_key_invalid');
    expect(await codeOf(other.unwrap(wrapped, {}))).toBe('root_key_invalid');
  });

  it('owns its key, and opens nothing once it is disposed of', async () => {
    const key = SecretBytes.random(32);
    const root = make(key);
    using secret = SecretBytes.random(32);
    const wrapped = await root.wrap(secret, {});
    root.dispose();
    root.dispose();
    expect(key.disposed).toBe(true);
    expect(await codeOf(root.unwrap(wrapped, {}))).toBe('root_key_unavailable');
    expect(await codeOf(root.wrap(secret, {}))).toBe('root_key_unavailable');
    expect(await root.describe()).toEqual({ enabled: false, state: 'Disposed' });
  });

  it.each([0, 16, 31, 33, 64])('is not made of %d bytes', (byteLength) => {
    expect(() => make(SecretBytes.random(byteLength))).toThrow('32 bytes');
  });

  it('is not made without an id', () => {
    expect(() => make(SecretBytes.random(32), '')).toThrow('id');
  });

  it('tells contexts apart that look alike when joined', async () => {
    using root = make();
    using secret = SecretBytes.random(32);
    const wrapped = await root.wrap(secret, { a: 'b', c: '' });
    for (const other of [{ a: 'b","c":"' }, { a: 'b=&c' }, { 'a,b': 'c' }, { a: '', c: 'b' }]) {
      expect(await codeOf(root.unwrap(wrapped, other))).toBe('root_key_invalid');
    }
  });

  it('shows nothing of its key when it is printed', () => {
    using key = SecretBytes.take(Uint8Array.from({ length: 32 }, () => 0x5a));
    const printed = inspect(make(key), { depth: 10, showHidden: true });
    expect(printed).not.toMatch(/5a5a|90, 90/);
  });
});
