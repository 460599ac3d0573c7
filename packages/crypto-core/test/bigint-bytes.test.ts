import { describe, expect, it, vi } from 'vitest';
import { bigintToBytes, bytesToBigint } from '../src/bigint-bytes.ts';

describe('a bigint of a mebibyte', () => {
  it.each([1n, -1n])('is written and read without a string for each byte, sign %s', (sign) => {
    const bytes = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * 31 + (i >>> 8)) & 0xff);
    bytes[0] = 0x12;
    const value = sign * BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    const spies = [
      vi.spyOn(Number.prototype, 'toString'),
      vi.spyOn(String.prototype, 'padStart'),
      vi.spyOn(String.prototype, 'slice'),
      vi.spyOn(Number, 'parseInt'),
    ];
    const written = bigintToBytes(value);
    const read = bytesToBigint(written);
    const calls = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    for (const spy of spies) spy.mockRestore();
    expect(calls).toBeLessThan(10);
    expect(read === value).toBe(true);
    expect(written.byteLength).toBe(2 ** 20);
  });
});
