import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonArray, JsonObject, JsonValue, Plaintext } from '../src/index.ts';
import { decodePlaintext } from '../src/plaintext-codec.ts';
import { newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { codeOf, errorOf, fieldContext, valueContext } from './fixtures.ts';
import { parserRuns, slowRuns } from './property-runs.ts';

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

describe.each(backends)('every plaintext on %s', (_, backend) => {
  const inputs = slowRuns(4);

  it('comes back from a value as its own type, also by way of the text form', async () => {
    const { sealer, opener } = await newDataKey(backend);
    await fc.assert(
      fc.asyncProperty(plaintext, async (value) => {
        const sealed = await sealer.sealValue(value, valueContext);
        expect(await opener.openValue(sealed, valueContext)).toStrictEqual(value);
        const bytes = backend.decodeText(backend.encodeText(sealed));
        expect(await opener.openValue(bytes, valueContext)).toStrictEqual(value);
      }),
      { numRuns: inputs },
    );
  });

  it('comes back from a field as its own type', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const field = fieldContext();
    await fc.assert(
      fc.asyncProperty(plaintext, fc.bigInt(), async (value, rowId) => {
        const sealed = await sealer.sealField(value, field, rowId);
        expect(await opener.openField(sealed, field, rowId)).toStrictEqual(value);
      }),
      { numRuns: inputs },
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
      { numRuns: parserRuns },
    );
  });

  it('that is refused is not quoted in the error', () => {
    const content = new TextEncoder().encode('\x05{"ssn":"078-05-1120",}');
    const error = errorOf(() => decodePlaintext(content));
    expect(error.message).not.toContain('078');
    expect(error.cause).toBeUndefined();
  });
});
