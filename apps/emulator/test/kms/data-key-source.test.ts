import { describe, expect, it } from 'vitest';
import { DataKeySource } from '../../src/kms/crypto/data-key-source.ts';

describe('data keys from a pool', () => {
  it('have the length that was asked for, and are never the same or part of one another', () => {
    const source = new DataKeySource();
    const keys = Array.from({ length: 3000 }, (_, index) =>
      source.next([16, 24, 32, 64, 65, 1024][index % 6] ?? 0),
    );
    expect(keys.slice(0, 6).map(({ byteLength }) => byteLength)).toEqual([16, 24, 32, 64, 65, 1024]);
    const pieces = keys.flatMap((key) =>
      Array.from({ length: Math.floor(key.byteLength / 8) }, (_, at) =>
        key.toString('hex', at * 8, at * 8 + 8),
      ),
    );
    expect(new Set(pieces).size).toBe(pieces.length);
  });

  it('have memory of their own: to zeroise one leaves the others', () => {
    const source = new DataKeySource();
    const [first, second] = [source.next(32), source.next(32)];
    const before = Buffer.from(second);
    first.fill(0);
    expect(second.equals(before)).toBe(true);
  });
});
