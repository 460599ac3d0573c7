import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonArray, JsonObject, JsonValue, Plaintext } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { decodePlaintext } from '../src/plaintext-codec.ts';
import { codeOf, dataKeyPair, errorOf, fieldContext, valueContext } from './fixtures.ts';

const { sealer, opener } = dataKeyPair();
const field = fieldContext();

const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue; array: JsonArray; object: JsonObject }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => number + 0), // JSON writes -0 as 0
      fc.boolean(),
      fc.constant(null),
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('value')),
    object: fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { noNullPrototype: true }),
  }),
).value;

const plaintext: fc.Arbitrary<Plaintext> = fc.oneof(
  fc.uint8Array({ size: 'medium' }),
  fc.string({ unit: 'binary', size: 'medium' }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.date({ noInvalidDate: true }),
  fc.array(json),
  fc.dictionary(fc.string({ unit: 'binary' }), json, { noNullPrototype: true }),
);

describe('every plaintext', () => {
  it('comes back from a value as its own type', () => {
    fc.assert(
      fc.property(plaintext, (value) => {
        expect(opener.openValue(sealer.sealValue(value, valueContext), valueContext)).toStrictEqual(value);
      }),
      { numRuns: 3_000 },
    );
  });

  it('comes back from a field as its own type', () => {
    fc.assert(
      fc.property(plaintext, fc.bigInt(), (value, rowId) => {
        expect(opener.openField(sealer.sealField(value, field, rowId), field, rowId)).toStrictEqual(value);
      }),
      { numRuns: 3_000 },
    );
  });

  it('comes back from the text form', () => {
    fc.assert(
      fc.property(plaintext, (value) => {
        const text = nodeBackend.encodeText(sealer.sealValue(value, valueContext));
        expect(opener.openValue(nodeBackend.decodeText(text), valueContext)).toStrictEqual(value);
      }),
    );
  });
});

describe('authentic content', () => {
  it('of any bytes gives a value or a named error, and nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 8 }), (bytes, type) => {
        const code = codeOf(() => decodePlaintext(Uint8Array.of(type, ...bytes)));
        expect(['did not throw', 'unsupported_format', 'non_canonical_encoding']).toContain(code);
      }),
      { numRuns: 10_000 },
    );
  });

  it('that is refused is not quoted in the error', () => {
    const content = new TextEncoder().encode('\x05{"ssn":"078-05-1120",}');
    const error = errorOf(() => decodePlaintext(content));
    expect(error.message).not.toContain('078');
    expect(error.cause).toBeUndefined();
  });
});
