import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRowKey, encodeRowKey, rowKeyRange } from '../src/index.ts';

// Few different characters, so that prefixes, zeros and surrogate pairs meet often.
const part = fc.string({
  unit: fc.constantFrom('a', 'b', '\u0000', '\u0001', 'é', '～', '😀'),
  maxLength: 4,
});
const key = fc.array(part, { minLength: 1, maxLength: 4 });

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = Buffer.compare(Buffer.from(a[i] ?? ''), Buffer.from(b[i] ?? ''));
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

describe('the encoding of row keys', () => {
  it('comes back as it went in', () => {
    fc.assert(
      fc.property(key, (parts) => {
        expect(decodeRowKey(encodeRowKey(parts))).toEqual(parts);
      }),
    );
  });

  it('orders keys part by part by their UTF-8 bytes, and tells all keys apart', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Buffer.compare(encodeRowKey(a), encodeRowKey(b))).toBe(compareParts(a, b));
      }),
      { numRuns: 1_000 },
    );
  });

  it('puts exactly the keys that begin with a prefix into its range', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 3 }), key, (prefix, candidate) => {
        const { from, to } = rowKeyRange(prefix);
        const encoded = encodeRowKey(candidate);
        const inside = Buffer.compare(encoded, from) >= 0 && (!to || Buffer.compare(encoded, to) < 0);
        expect(inside).toBe(prefix.every((text, i) => candidate[i] === text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses bytes that it never returns', () => {
    for (const bytes of [[0x61], [0x61, 0], [0x61, 0, 2], [0, 1, 0x61]]) {
      expect(() => decodeRowKey(Uint8Array.from(bytes))).toThrow("no row's key");
    }
  });
});
