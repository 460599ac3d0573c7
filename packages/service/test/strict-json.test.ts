import { describe, expect, it } from 'vitest';
import {
  parseStrictJson,
  readStrictJson,
  StrictJsonError,
  type StrictJsonFault,
} from '../src/strict-json.ts';

function faultOf(text: string): StrictJsonFault | null {
  try {
    parseStrictJson(text);
    return null;
  } catch (error) {
    if (error instanceof StrictJsonError) return error.fault;
    throw error;
  }
}

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('strict JSON', () => {
  it('refuses a name that occurs twice in one object, however it is spelled', () => {
    expect(faultOf('{"a":1,"a":1}')).toBe('duplicate_name');
    expect(faultOf('{"a":1,"\\u0061":2}')).toBe('duplicate_name');
    expect(faultOf('{"a":{"b":1,"c":[1,{"x":1}],"b":1}}')).toBe('duplicate_name');
    expect(faultOf('[{"a":[]},{"a":{},"b":"a","a":0}]')).toBe('duplicate_name');
  });

  it('takes one name in different objects, and as a value', () => {
    expect(faultOf('{"a":{"a":"a"},"b":["a","a",{"a":1}],"c":{"a":1}}')).toBe(null);
    expect(faultOf('["a","a"]')).toBe(null);
  });

  it('refuses __proto__ as a name, however it is spelled, and takes it as a value', () => {
    expect(faultOf('{"__proto__":{}}')).toBe('forbidden_name');
    expect(faultOf('{"a":[{"\\u005f_proto__":1}]}')).toBe('forbidden_name');
    expect(faultOf('{"a":"__proto__"}')).toBe(null);
    expect(({} as Record<string, unknown>)['x']).toBe(undefined);
  });

  it('refuses nesting beyond 32 levels, however deep it goes', () => {
    expect(faultOf(nested(32))).toBe(null);
    expect(faultOf(nested(33))).toBe('too_deep');
    expect(faultOf(nested(100_000))).toBe('too_deep');
    expect(faultOf(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`)).toBe('too_deep');
    expect(faultOf(`[${'[],'.repeat(1000)}[]]`)).toBe(null);
  });

  it('refuses half a surrogate pair in any string', () => {
    expect(faultOf('"\\ud800"')).toBe('lone_surrogate');
    expect(faultOf('{"\\udc00":1}')).toBe('lone_surrogate');
    expect(faultOf('["\\ud83d\\ude42","🙂"]')).toBe(null);
  });

  it('is not misled by brackets, commas, quotes and backslashes inside strings', () => {
    const value = { 'a"b': '[[{,"', 'c\\': '\\', 'd\\"': ['}', '",'], e: '{"e":1,"e":2}' };
    expect(parseStrictJson(JSON.stringify(value))).toEqual(value);
  });

  it('refuses what is no JSON, no UTF-8, or begins with a byte order mark', () => {
    for (const text of ['', ' ', '{', '[1,]', "{'a':1}", 'NaN', '\ufeff{}', '{"a":1}x', '/**/1']) {
      expect(faultOf(text), text).toBe('not_valid');
    }
    for (const bytes of [[0xff], [0x22, 0xed, 0xa0, 0x80, 0x22], [0xef, 0xbb, 0xbf, 0x7b, 0x7d]]) {
      expect(() => readStrictJson(Uint8Array.from(bytes))).toThrow(StrictJsonError);
    }
  });

  it('quotes nothing of the text in its error', () => {
    for (const text of ['canary', '{"canary":1,"canary":2}', '"canary\\ud800"']) {
      try {
        parseStrictJson(text);
        expect.unreachable();
      } catch (error) {
        expect(error instanceof StrictJsonError && `${error.stack}${error.cause}`).not.toContain('canary');
      }
    }
  });
});
