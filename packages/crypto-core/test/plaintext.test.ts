import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { maxContentBytes } from '../src/format.ts';
import { encodePlaintext } from '../src/plaintext-codec.ts';
import { codeOf, dataKeyPair, fieldContext, valueContext } from './fixtures.ts';

const { sealer, opener } = dataKeyPair();

function roundTrip<T extends Parameters<typeof sealer.sealValue>[0]>(value: T) {
  return opener.openValue(sealer.sealValue(value, valueContext), valueContext);
}

function deep(levels: number): object {
  let value: object = [];
  for (let i = 1; i < levels; i++) value = { a: value };
  return value;
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;

describe('plaintexts', () => {
  it('keep -0, NaN and the infinities as numbers', () => {
    for (const value of [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(Object.is(roundTrip(value), value)).toBe(true);
    }
  });

  it('keep a leading U+FEFF and every normalisation form of text', () => {
    expect(roundTrip('\ufeffe\u0301')).toBe('\ufeffe\u0301');
  });

  it('keep a key __proto__ of JSON as data', () => {
    const opened = roundTrip(JSON.parse('{"__proto__":{"polluted":1},"constructor":"x"}'));
    expect(Object.keys(opened)).toEqual(['__proto__', 'constructor']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('give Buffers back as plain Uint8Arrays', () => {
    const opened = roundTrip(Buffer.from('abc'));
    expect(opened).toEqual(Uint8Array.of(0x61, 0x62, 0x63));
    expect(Object.getPrototypeOf(opened)).toBe(Uint8Array.prototype);
  });

  it('may come from another realm', () => {
    expect(roundTrip(runInNewContext('new Uint8Array([1, 2])'))).toEqual(Uint8Array.of(1, 2));
    expect(roundTrip(runInNewContext('new Date(5)'))).toEqual(new Date(5));
    expect(roundTrip(runInNewContext('({ a: [1] })'))).toEqual({ a: [1] });
    expect(roundTrip(runInNewContext('[[], { a: [1] }]'))).toEqual([[], { a: [1] }]);
  });

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    ['an invalid date', new Date(Number.NaN)],
    ['something that only claims to be a date', Object.create(Date.prototype)],
    ['a map', new Map()],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['a proxy of bytes', new Proxy(new Uint8Array(2), {})],
    ['something that only claims to be bytes', Object.create(Uint8Array.prototype)],
    ['an array of 16-bit integers', Uint16Array.of(1)],
    ['a boxed string', Object('text')],
    ['an instance of a class', new (class Card {})()],
    ['text with a lone surrogate', 'a\ud800'],
    ['JSON with undefined', { a: undefined }],
    ['JSON with a hole', new Array(1)],
    ['JSON with NaN', { a: Number.NaN }],
    ['JSON with a date', { a: new Date() }],
    ['JSON with bytes', [Uint8Array.of(1)]],
    ['JSON with a bigint', [1n]],
    ['JSON with a function', { toJSON: () => 'x' }],
    ['JSON with a lone surrogate in a key', { '\udc00': 1 }],
    ['JSON with a lone surrogate in a text', ['\udc00']],
    ['JSON with an array that has members besides its elements', { a: 'ab'.match(/b/) }],
    ['JSON with an array that has a hidden member', [Object.defineProperty([1], 'raw', { value: 1 })]],
    ['an array of a class', new (class Rows extends Array<number> {})()],
    ['an instance of a class that extends null', Object.create(class extends null {}.prototype)],
    ['JSON that contains itself', circular],
    ['JSON nested 102 levels deep', deep(102)],
  ])('are not %s', (_, value) => {
    expect(codeOf(() => sealer.sealValue(value, valueContext))).toBe('unsupported_value');
    expect(codeOf(() => sealer.sealField(value, fieldContext(), 1))).toBe('unsupported_value');
  });

  it('that are refused cost no seal', () => {
    const before = sealer.sealsLeft;
    codeOf(() => sealer.sealValue('\ud800', valueContext));
    expect(sealer.sealsLeft).toBe(before);
  });

  it('of JSON may be nested 101 levels deep', () => {
    expect(roundTrip(JSON.parse(JSON.stringify(deep(101))))).toEqual(deep(101));
  });

  it('are refused past 64 MiB, counted in bytes of UTF-8', () => {
    const limit = new Uint8Array(maxContentBytes + 1);
    expect(codeOf(() => encodePlaintext(limit))).toBe('unsupported_value');
    expect(encodePlaintext(limit.subarray(1)).content).toHaveLength(maxContentBytes);
    const third = 'é'.repeat(maxContentBytes / 2);
    expect(encodePlaintext(third).content).toBe(third);
    expect(codeOf(() => encodePlaintext(`${third}x`))).toBe('unsupported_value');
  });

  it('are read once, so that what was checked is what is encrypted', () => {
    let reads = 0;
    const shifty = {
      get a() {
        reads++;
        return reads === 1 ? 'first' : Number.NaN;
      },
    };
    expect(roundTrip(shifty)).toEqual({ a: 'first' });
  });

  it('that seal others while they are read do not mix with them', () => {
    const field = fieldContext();
    const inner: Uint8Array[] = [];
    const outer = {
      get a() {
        inner.push(sealer.sealValue('inner', valueContext), sealer.sealField('inner', field, 2));
        return 'outer';
      },
    };
    expect(roundTrip(outer)).toEqual({ a: 'outer' });
    expect(opener.openField(sealer.sealField(outer, field, 1), field, 1)).toEqual({ a: 'outer' });
    const [value = new Uint8Array(), sealedField = new Uint8Array()] = inner;
    expect(opener.openValue(value, valueContext)).toBe('inner');
    expect(opener.openField(sealedField, field, 2)).toBe('inner');
  });

  it.each([0, 1, 64, 65, 8190, 8191, 8192, 200_000])(
    'of %i bytes come back in memory of their own',
    (byteLength) => {
      const value = Uint8Array.from({ length: byteLength }, (_, i) => i);
      const opened = roundTrip(value);
      expect(opened).toEqual(value);
      // The type byte before the content is all that the ArrayBuffer holds besides.
      expect(opened).toHaveProperty('buffer.byteLength', byteLength + 1);
      expect(value).toEqual(Uint8Array.from({ length: byteLength }, (_, i) => i));
    },
  );

  it.each([2730, 2731, 8191, 8192, 100_000])(
    'of %i characters come back, whatever way they took',
    (length) => {
      for (const character of ['x', '漢', '🔑']) {
        expect(roundTrip(character.repeat(length))).toBe(character.repeat(length));
      }
    },
  );
});
