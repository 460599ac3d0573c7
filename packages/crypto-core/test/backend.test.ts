import { createHash, createHmac } from 'node:crypto';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type CryptoBackend, SecretBytes } from '../src/index.ts';
import { type NodeBackend, nodeBackend } from '../src/node/index.ts';
import { codeOf, hex } from './fixtures.ts';

describe('the Node backend', () => {
  it('is a CryptoBackend that answers at once', () => {
    expectTypeOf<NodeBackend>().toExtend<CryptoBackend>();
    expectTypeOf(nodeBackend.sha256).returns.toEqualTypeOf<Uint8Array>();
    expectTypeOf(nodeBackend.commitmentOf).returns.toEqualTypeOf<Uint8Array>();
  });

  it('hashes and authenticates as the runtime does', () => {
    const data = new TextEncoder().encode('abc');
    expect(hex(nodeBackend.sha256(data))).toBe(createHash('sha256').update(data).digest('hex'));
    for (const byteLength of [0, 1, 32, 64, 65, 200]) {
      const key = SecretBytes.random(byteLength);
      const expected = createHmac('sha256', key.reveal()).update(data).digest('hex');
      expect(hex(nodeBackend.hmacSha256(key, data))).toBe(expected);
    }
  });

  it('compares bytes, and calls different lengths different', () => {
    const a = Uint8Array.of(1, 2, 3);
    expect(nodeBackend.constantTimeEqual(a, Uint8Array.of(1, 2, 3))).toBe(true);
    expect(nodeBackend.constantTimeEqual(a, Uint8Array.of(1, 2, 4))).toBe(false);
    expect(nodeBackend.constantTimeEqual(a, Uint8Array.of(1, 2))).toBe(false);
    expect(nodeBackend.constantTimeEqual(new Uint8Array(), new Uint8Array())).toBe(true);
  });

  it('gives random bytes', () => {
    expect(nodeBackend.randomBytes(8)).toHaveLength(8);
    expect(nodeBackend.randomBytes(16)).not.toEqual(nodeBackend.randomBytes(16));
    for (const byteLength of [-1, 0.5, 65_537]) {
      expect(codeOf(() => nodeBackend.randomBytes(byteLength))).toBe('invalid_argument');
    }
  });

  it('derives by HKDF within its limits, and says where they are', () => {
    const secret = SecretBytes.random(32);
    const info = new Uint8Array();
    expect(nodeBackend.hkdfSha256(secret, { info, byteLength: 8160 }).byteLength).toBe(8160);
    for (const byteLength of [0, -1, 1.5, 8161]) {
      expect(codeOf(() => nodeBackend.hkdfSha256(secret, { info, byteLength }))).toBe('invalid_argument');
    }
    const long = new Uint8Array(1025);
    expect(codeOf(() => nodeBackend.hkdfSha256(secret, { info: long, byteLength: 32 }))).toBe(
      'invalid_argument',
    );
    expect(() => nodeBackend.hkdfSha256(secret, { info: long.subarray(1), byteLength: 32 })).not.toThrow();
    expect(secret.disposed).toBe(false);
  });

  it('derives the same without salt and with 32 zeros', () => {
    const secret = SecretBytes.random(32);
    const options = { info: new Uint8Array(), byteLength: 32 };
    const none = nodeBackend.hkdfSha256(secret, options).reveal();
    expect(nodeBackend.hkdfSha256(secret, { ...options, salt: new Uint8Array(32) }).reveal()).toEqual(none);
    expect(nodeBackend.hkdfSha256(secret, { ...options, salt: new Uint8Array() }).reveal()).toEqual(none);
  });

  it('refuses disposed secrets', () => {
    const secret = SecretBytes.random(32);
    secret.dispose();
    const info = new Uint8Array();
    expect(codeOf(() => nodeBackend.hkdfSha256(secret, { info, byteLength: 32 }))).toBe('secret_disposed');
    expect(codeOf(() => nodeBackend.hmacSha256(secret, info))).toBe('secret_disposed');
    expect(codeOf(() => nodeBackend.commitmentOf(secret))).toBe('secret_disposed');
  });
});
