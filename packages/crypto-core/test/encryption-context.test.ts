import { describe, expect, it } from 'vitest';
import { FieldContext, ValueContext } from '../src/encryption-context.ts';
import { type EncryptionContext, prepareFieldContext, prepareValueContext } from '../src/index.ts';
import { encodeKeyPlace } from '../src/key-place.ts';
import { billing, codeOf, dataKeyPair, errorOf, fieldContext, hex, valueContext } from './fixtures.ts';

function valueAad(context: EncryptionContext): string {
  return hex(ValueContext.aadOf(prepareValueContext({ tenant: 'acme', scope: billing, context })));
}

function fieldAad(
  idType: 'integer' | 'text' | 'uuid' | 'bytes',
  rowId: string | number | bigint | Uint8Array,
) {
  return hex(FieldContext.aadOf(fieldContext({ idType }), rowId));
}

describe('encryption context', () => {
  it('does not depend on the order of its entries', () => {
    expect(valueAad({ b: '2', a: '1', '\u{1f511}': '3', '\uffee': '4' })).toBe(
      valueAad({ '\uffee': '4', '\u{1f511}': '3', a: '1', b: '2' }),
    );
  });

  it('stays what it was, whatever is encoded after it', () => {
    const sizes = [0, 1, 400, 470, 512, 600, 8_000];
    const made = Array.from({ length: 700 }, (_, index) => {
      const context = { n: String(index), x: 'x'.repeat(sizes[index % sizes.length] ?? 0) };
      const prepared = prepareValueContext({ tenant: 'acme', scope: billing, context });
      return { context, prepared, aad: hex(ValueContext.aadOf(prepared)) };
    });
    expect(new Set(made.map(({ aad }) => aad)).size).toBe(made.length);
    for (const { context, prepared, aad } of made) {
      expect(hex(ValueContext.aadOf(prepared))).toBe(aad);
      expect(valueAad(context)).toBe(aad);
    }
  });

  it('has own enumerable names only; the names of JavaScript are data', () => {
    const inherited: EncryptionContext = Object.assign(Object.create(null), { a: '1' });
    Object.defineProperty(inherited, 'hidden', { value: 'x' });
    expect(valueAad(inherited)).toBe(valueAad({ a: '1' }));
    const proto = valueAad(JSON.parse('{"__proto__":"x"}'));
    expect(proto).not.toBe(valueAad({}));
    expect(proto).not.toBe(valueAad(JSON.parse('{"__proto__":"y"}')));
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });

  it('is not normalised: NFC and NFD are two contexts', () => {
    expect(valueAad({ n: '\u00e9' })).not.toBe(valueAad({ n: 'e\u0301' }));
  });

  it.each([
    ['null', null],
    ['an array', ['a']],
    ['a map', new Map([['a', '1']])],
    ['an instance of a class', new (class Context {})()],
    ['text', 'a=1'],
    ['undefined', undefined],
  ])('is refused when it is %s', (_, context) => {
    // @ts-expect-error what a caller without types may pass
    expect(codeOf(() => valueAad(context))).toBe('invalid_encryption_context');
  });

  it.each([[1], [null], [undefined], [true], [{}]])('is refused when a value is %o', (value) => {
    // @ts-expect-error what a caller without types may pass
    expect(codeOf(() => valueAad({ a: value }))).toBe('invalid_encryption_context');
  });

  it('says in its errors nothing of what it holds', () => {
    const error = errorOf(() => valueAad({ 'secret-key': 'secret-value\ud800' }));
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('secret-');
  });

  it('of one call is not disturbed by another that a getter makes meanwhile', () => {
    const context = { b: '2' };
    Object.defineProperty(context, 'a', {
      enumerable: true,
      get: () => {
        valueAad({ other: 'x'.repeat(300) });
        return '1';
      },
    });
    expect(valueAad(context)).toBe(valueAad({ a: '1', b: '2' }));
  });

  it('is of a plain object only: what a class or a prototype holds would not be bound', () => {
    const inherited = Object.create(null, { tenant: { value: 'x', enumerable: true } });
    for (const context of [
      new (class Context {})(),
      Object.create(class extends null {}.prototype),
      Object.create(inherited),
    ]) {
      expect(codeOf(() => valueAad(context))).toBe('invalid_encryption_context');
    }
  });

  it('is read once, so that what was checked is what is bound', () => {
    const shifty = (...values: unknown[]) => ({
      enumerable: true,
      get: () => (values.length > 1 ? values.shift() : values[0]),
    });
    const scope = Object.defineProperty({ id: 'billing' }, 'kind', shifty('service', 'user'));
    const place = Object.defineProperty(
      { tenant: 'acme', scope: billing, version: 1, parentVersion: 1 },
      'purpose',
      shifty('service-key', 'tenant-key'),
    );
    const options = Object.defineProperty(
      { tenant: 'acme', scope: billing, table: 't', field: 'f' },
      'idType',
      shifty('integer', 'text'),
    );
    const { sealer, opener } = dataKeyPair();
    const bound = Reflect.apply(prepareValueContext, undefined, [{ tenant: 'acme', scope, context: {} }]);
    const expected = prepareValueContext({ tenant: 'acme', scope: billing, context: {} });
    expect(opener.openValue(sealer.sealValue('x', bound), expected)).toBe('x');
    expect(Reflect.apply(encodeKeyPlace, undefined, [place])).toEqual(
      encodeKeyPlace({
        purpose: 'service-key',
        tenant: 'acme',
        scope: billing,
        version: 1,
        parentVersion: 1,
      }),
    );
    const field = Reflect.apply(prepareFieldContext, undefined, [options]);
    expect(codeOf(() => sealer.sealField('x', field, 'seven'))).toBe('invalid_encryption_context');
  });

  it('is not made by anyone but its functions', () => {
    const { sealer } = dataKeyPair();
    // @ts-expect-error a plain object is no prepared context
    expect(codeOf(() => sealer.sealValue('x', {}))).toBe('invalid_encryption_context');
    // @ts-expect-error a plain object is no prepared context
    expect(codeOf(() => sealer.sealField('x', {}, 1))).toBe('invalid_encryption_context');
    // @ts-expect-error a context of a field is none of a value
    expect(codeOf(() => sealer.sealValue('x', fieldContext()))).toBe('invalid_encryption_context');
    // @ts-expect-error a context of a value is none of a field
    expect(codeOf(() => sealer.sealField('x', valueContext, 1))).toBe('invalid_encryption_context');
    // @ts-expect-error what a caller without types may leave out
    expect(codeOf(() => sealer.sealValue('x'))).toBe('invalid_encryption_context');
    // @ts-expect-error what a caller without types may pass
    expect(codeOf(() => sealer.sealField('x', null, 1))).toBe('invalid_encryption_context');
  });

  it.each(['table', 'field'] as const)('of a field needs a name for its %s', (name) => {
    expect(codeOf(() => fieldContext({ [name]: '' }))).toBe('invalid_encryption_context');
    expect(codeOf(() => fieldContext({ [name]: 'x'.repeat(256) }))).toBe('invalid_encryption_context');
    expect(codeOf(() => fieldContext({ [name]: '\ud800' }))).toBe('invalid_encryption_context');
    expect(() => fieldContext({ [name]: 'x'.repeat(255) })).not.toThrow();
  });

  it('of a field needs a type of row ids that exists', () => {
    const options = { tenant: 'acme', scope: billing, table: 'people', field: 'ssn', idType: 'toString' };
    // @ts-expect-error an unknown type
    expect(codeOf(() => prepareFieldContext(options))).toBe('invalid_encryption_context');
  });

  it('needs a kind of scope that exists', () => {
    const options = { tenant: 'acme', scope: { kind: 'toString' }, context: {} };
    // @ts-expect-error an unknown kind
    expect(codeOf(() => prepareValueContext(options))).toBe('invalid_encryption_context');
  });
});

describe('row ids', () => {
  it('of type integer are the same as number, bigint and digits', () => {
    expect(fieldAad('integer', 7)).toBe(fieldAad('integer', '7'));
    expect(fieldAad('integer', 7)).toBe(fieldAad('integer', 7n));
    expect(fieldAad('integer', -0)).toBe(fieldAad('integer', 0n));
    expect(fieldAad('integer', -12n)).toBe(fieldAad('integer', '-12'));
    expect(fieldAad('integer', 2n ** 63n)).toBe(fieldAad('integer', '9223372036854775808'));
  });

  it('of type uuid are the same in either case and as bytes', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
    expect(fieldAad('uuid', '00112233-4455-6677-8899-aabbccddeeff')).toBe(fieldAad('uuid', bytes));
    expect(fieldAad('uuid', '00112233-4455-6677-8899-AABBCCDDEEFF')).toBe(fieldAad('uuid', bytes));
  });

  it('differ between types', () => {
    const ids = [fieldAad('integer', '7'), fieldAad('text', '7'), fieldAad('bytes', Uint8Array.of(0x37))];
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['integer', 1.5],
    ['integer', Number.NaN],
    ['integer', 2 ** 53],
    ['integer', '007'],
    ['integer', '+7'],
    ['integer', '-0'],
    ['integer', ' 7'],
    ['integer', '7\n'],
    ['integer', ''],
    ['integer', '٧'],
    ['integer', Uint8Array.of(7)],
    ['text', ''],
    ['text', 7],
    ['text', '\udc00'],
    ['text', 'x'.repeat(1025)],
    ['text', '漢'.repeat(342)],
    ['text', 'x'.repeat(100_000)],
    ['uuid', '00112233445566778899aabbccddeeff'],
    ['uuid', '00112233-4455-6677-8899-aabbccddeef'],
    ['uuid', '00112233-4455-6677-8899-aabbccddeeff\n'],
    ['uuid', new Uint8Array(15)],
    ['bytes', new Uint8Array(0)],
    ['bytes', new Uint8Array(1025)],
    ['bytes', 'ff'],
  ] as const)('of type %s are not %o', (idType, rowId) => {
    expect(codeOf(() => fieldAad(idType, rowId))).toBe('invalid_encryption_context');
  });

  it.each([[null], [undefined], [[7]], [{ toString: () => '7' }], [true]])('are not %o', (rowId) => {
    for (const idType of ['integer', 'text', 'uuid', 'bytes'] as const) {
      // @ts-expect-error what a caller without types may pass
      expect(codeOf(() => fieldAad(idType, rowId))).toBe('invalid_encryption_context');
    }
  });

  it('of 1,024 bytes are the longest', () => {
    expect(() => fieldAad('text', `${'漢'.repeat(341)}x`)).not.toThrow();
    expect(() => fieldAad('bytes', new Uint8Array(1024))).not.toThrow();
  });
});
