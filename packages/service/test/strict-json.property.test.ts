import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson, readStrictJson, StrictJsonError } from '../src/strict-json.ts';

describe('strict JSON', () => {
  it('reads whatever JSON.stringify writes of well-formed values, as JSON.parse does', () => {
    const value = fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        fc.pre(!text.includes('"__proto__":'));
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes arbitrary bytes or refuses them with its own error', () => {
    const jsonLike = fc
      .array(
        fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'a', '"a"', '1', 'null', '\\u0061', ' '),
      )
      .map((tokens) => new TextEncoder().encode(tokens.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), jsonLike), (bytes) => {
        try {
          readStrictJson(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(StrictJsonError);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('finds a second member of the same name wherever it is put', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(names, fc.nat(), fc.nat(), fc.jsonValue(), (unique, which, where, value) => {
        fc.pre(!unique.includes('__proto__'));
        const members = unique.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
        const twice = members.toSpliced(
          where % (members.length + 1),
          0,
          members[which % members.length] ?? '',
        );
        expect(() => parseStrictJson(`{${twice.join()}}`)).toThrow(StrictJsonError);
      }),
      { numRuns: 500 },
    );
  });
});
