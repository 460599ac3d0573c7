import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../src/index.ts';
import { codeOf } from './fixtures.ts';

describe('SecretBytes', () => {
  it('takes the bytes and leaves zeros behind', () => {
    const source = Uint8Array.of(1, 2, 3);
    const secret = SecretBytes.take(source);
    expect(secret.reveal()).toEqual(Uint8Array.of(1, 2, 3));
    expect(source).toEqual(new Uint8Array(3));
  });

  it.each([0, 1, 32, 64, 65])('keeps %i bytes in an ArrayBuffer of their own', (byteLength) => {
    const pooled = Buffer.allocUnsafe(byteLength);
    for (const secret of [SecretBytes.take(pooled), SecretBytes.random(byteLength)]) {
      expect(secret.reveal().buffer.byteLength).toBe(byteLength);
      expect(secret.reveal().buffer).not.toBe(pooled.buffer);
    }
  });

  it('makes different random bytes each time', () => {
    expect(SecretBytes.random(32).reveal()).not.toEqual(SecretBytes.random(32).reveal());
  });

  it.each([-1, 1.5, Number.NaN, 65_537])('refuses to make %d random bytes', (byteLength) => {
    expect(codeOf(() => SecretBytes.random(byteLength))).toBe('invalid_argument');
  });

  it('is zeroised by dispose, also for whoever kept the view, and refuses to be used afterwards', () => {
    const secret = SecretBytes.take(Uint8Array.of(1, 2, 3));
    const view = secret.reveal();
    secret.dispose();
    secret.dispose();
    expect(view).toEqual(new Uint8Array(3));
    expect(secret.disposed).toBe(true);
    expect(secret.byteLength).toBe(3);
    expect(codeOf(() => secret.reveal())).toBe('secret_disposed');
    expect(codeOf(() => secret.clone())).toBe('secret_disposed');
  });

  it('is zeroised at the end of a using block', () => {
    let view = new Uint8Array();
    {
      using secret = SecretBytes.random(32);
      view = secret.reveal();
    }
    expect(view).toEqual(new Uint8Array(32));
  });

  it('has clones that live on their own', () => {
    const secret = SecretBytes.take(Uint8Array.of(1, 2, 3));
    const clone = secret.clone();
    secret.dispose();
    expect(clone.reveal()).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('prints as its length, however it is printed', () => {
    const secret = SecretBytes.take(Uint8Array.from({ length: 32 }, () => 0xa7));
    const printed = '[SecretBytes: 32 bytes]';
    expect(`${secret}`).toBe(printed);
    expect(String(secret)).toBe(printed);
    expect(inspect(secret, { showHidden: true, depth: 9 })).toBe(printed);
    expect(inspect({ nested: { secret } }, { depth: 9 })).toContain(printed);
    expect(JSON.stringify({ secret })).toBe(`{"secret":"${printed}"}`);
    expect(Object.keys(secret)).toEqual([]);
  });

  it('does not go along when it is cloned structurally', () => {
    expect(structuredClone(SecretBytes.random(32))).toEqual({});
  });
});
