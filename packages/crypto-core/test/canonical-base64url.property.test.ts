import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCanonicalBase64url } from '../src/node/canonical-base64url.ts';

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function isCanonical(text: string): boolean {
  return isCanonicalBase64url(text, Buffer.from(text, 'base64url'));
}

function isSpelledSoByNode(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

describe('canonical base64url is told as by encoding again', () => {
  it('for any text of digits and of what Node forgives', () => {
    const forgiven = fc.constantFrom(
      '+',
      '/',
      '=',
      ' ',
      '\n',
      '\0',
      '.',
      'é',
      '\u0151',
      '\uff19',
      '\ud800',
      '😀',
    );
    const character = fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...digits) },
      { weight: 1, arbitrary: forgiven },
    );
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 40 }), (text) => {
        expect(isCanonical(text)).toBe(isSpelledSoByNode(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('for every last group of one to three digits', () => {
    let canonical = 0;
    for (const a of digits) {
      expect(isCanonical(a)).toBe(false);
      for (const b of digits) {
        const two = `AAAA${a}${b}`;
        if (isCanonical(two)) canonical++;
        expect(isCanonical(two)).toBe(isSpelledSoByNode(two));
        const three = `${a}A${b}`;
        expect(isCanonical(three)).toBe(isSpelledSoByNode(three));
      }
    }
    expect(canonical, 'each byte once').toBe(256);
  });

  it('at the lengths around which another way is taken', () => {
    for (const length of [8188, 8190, 8191, 8192, 8194, 8196]) {
      const text = 'A'.repeat(length);
      expect(isCanonical(text)).toBe(true);
      for (const other of ['+', '\u0141', '\u0101', 'é', '=']) {
        expect(isCanonical(other + text.slice(1)), `${other} first of ${length}`).toBe(false);
        expect(isCanonical(text.slice(1) + other), `${other} last of ${length}`).toBe(false);
      }
    }
  });
});
