import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeyfoldError, parseStrictJson, readStrictJson, StrictJsonError } from '../src/index.ts';
import { parserRuns } from './property-runs.ts';

function faultOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof StrictJsonError) return error.fault;
    throw error;
  }
  return 'none';
}

describe('strict JSON refuses', () => {
  it.each([
    ['{"a":1,"a":2}', 'duplicate_name'],
    ['{"a":1,"\\u0061":2}', 'duplicate_name'],
    ['[{"b":{"a":1,"c":[{}],"a":2}}]', 'duplicate_name'],
    [`{${[...'abcdefghijkl'].map((name) => `"${name}":1`).join()},"b":2}`, 'duplicate_name'],
    [`{${[...'abcdefghijkl'].map((name) => `"${name}":1`).join()},"k":2}`, 'duplicate_name'],
    [`{${[...'abcdefghijkl'].map((name) => `"${name}":1`).join()},"m":2}`, 'none'],
    ['{"a":"\ud800"}', 'lone_surrogate'],
    ['{"a":{"x":1},"b":{"x":1}}', 'none'],
    ['{"a":["a","a"],"b":"a"}', 'none'],
    ['{"a":"\\"a\\":1,","b":1}', 'none'],
    ['{"\\\\":1,"\\\\\\\\":1}', 'none'],
    ['{"__proto__":1}', 'forbidden_name'],
    ['{"\\u005f_proto__":1}', 'forbidden_name'],
    ['["__proto__"]', 'none'],
    ['{"constructor":1,"toString":2}', 'none'],
    ['"\\ud800"', 'lone_surrogate'],
    ['{"\\udc00":1}', 'lone_surrogate'],
    ['"\\ud83d\\ude00"', 'none'],
    ['1e400', 'number_out_of_range'],
    ['-1e400', 'number_out_of_range'],
    ['9007199254740992', 'number_out_of_range'],
    ['9007199254740991', 'none'],
    ['-0', 'none'],
    ['1e20', 'none'],
    ['NaN', 'not_valid'],
    ['Infinity', 'not_valid'],
    ['', 'not_valid'],
    ['"', 'not_valid'],
    ['"\\', 'not_valid'],
    ['{"a":1,"a":}', 'not_valid'],
    ['{"a"', 'not_valid'],
    ['01', 'not_valid'],
    ['\ufeff{}', 'not_valid'],
  ])('%s: %s', (text, fault) => {
    expect(faultOf(() => parseStrictJson(text))).toBe(fault);
  });

  it('nesting beyond the depth it is given, at any length, without recursion', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(faultOf(() => parseStrictJson(nested(32)))).toBe('none');
    expect(faultOf(() => parseStrictJson(nested(33)))).toBe('too_deep');
    expect(faultOf(() => parseStrictJson(nested(33), { maxDepth: 33 }))).toBe('none');
    expect(faultOf(() => parseStrictJson('{"a":'.repeat(1_000_000)))).toBe('too_deep');
    expect(faultOf(() => parseStrictJson(`"${'['.repeat(100)}"`))).toBe('none');
  });

  it('bytes that are no UTF-8', () => {
    expect(faultOf(() => readStrictJson(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('not_utf8');
    expect(faultOf(() => readStrictJson(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)))).toBe('not_utf8');
  });
});

describe('strict JSON', () => {
  it('keeps __proto__ as data for those who ask, and touches no prototype', () => {
    const value = parseStrictJson('{"__proto__":{"polluted":1}}', { protoName: 'keep' });
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    const twice = '{"__proto__":1,"__proto__":2}';
    expect(faultOf(() => parseStrictJson(twice, { protoName: 'keep' }))).toBe('duplicate_name');
  });

  it('quotes nothing of a text that it refuses', () => {
    try {
      parseStrictJson('{"secret": hunter2}');
      expect.fail('accepted');
    } catch (error) {
      expect(isKeyfoldError(error) && error.cause).toBe(undefined);
      expect(`${error} ${JSON.stringify(error)}`).not.toContain('hunter2');
    }
  });

  it('gives back what JSON.stringify wrote, and throws nothing but its own error', () => {
    const flat = fc.jsonValue({ maxDepth: 5, noUnicodeString: false });
    fc.assert(
      fc.property(flat, (value) => {
        const text = JSON.stringify(value);
        const fault = faultOf(() => expect(parseStrictJson(text)).toEqual(JSON.parse(text)));
        expect(['none', 'number_out_of_range', 'lone_surrogate', 'forbidden_name']).toContain(fault);
      }),
    );
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '"a"',
      '1',
      '-',
      'e',
      '\\ud800',
      'null',
      ' ',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => void faultOf(() => parseStrictJson(text))),
      { numRuns: parserRuns },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => void faultOf(() => readStrictJson(bytes))),
      {
        numRuns: parserRuns,
      },
    );
  });

  it('reads an object with 20,000 names', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `"${i}":"\\\\\\""`).join(',');
    expect(faultOf(() => parseStrictJson(`{${names}}`))).toBe('none');
  });
});
