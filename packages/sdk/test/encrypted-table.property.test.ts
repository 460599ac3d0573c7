import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigint, boolean, bytes, clear, date, integerId, json, number, text } from '../src/index.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

const schema = {
  id: integerId('id'),
  fields: {
    text: text().nullable(),
    number: number().nullable(),
    bigint: bigint().nullable(),
    boolean: boolean().nullable(),
    date: date().nullable(),
    bytes: bytes().nullable(),
    json: json<object>().nullable(),
    clear: clear<unknown>(),
  },
};

const rows = fc.record({
  id: fc.maxSafeInteger(),
  text: fc.option(fc.string({ unit: 'binary' })),
  number: fc.option(fc.double()),
  bigint: fc.option(fc.bigInt()),
  boolean: fc.option(fc.boolean()),
  date: fc.option(fc.date({ noInvalidDate: true })),
  bytes: fc.option(fc.uint8Array()),
  json: fc
    .option(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())))
    .map(asParsed),
  clear: fc.option(fc.string()),
});

/** What JSON itself keeps of a value: -0 becomes 0, and objects have Object's prototype. */
function asParsed(value: unknown): object | null {
  return JSON.parse(JSON.stringify(value)) as object | null;
}

function plainBytes<Row extends { readonly bytes: Uint8Array | null }>(row: Row): Row {
  return { ...row, bytes: row.bytes === null ? null : Uint8Array.from(row.bytes) };
}

describe('rows of any content', () => {
  it('come back as they were', async () => {
    const { serviceKeys, elsewhere } = serviceBench();
    const table = serviceKeys().table('any', schema);
    const reader = elsewhere().table('any', schema);
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { maxLength: 5 }), async (plain) => {
        const opened = await reader.decryptMany(await table.encryptMany(plain));
        expect(opened.map(plainBytes)).toEqual(plain);
      }),
    );
  });

  it('do not open with a bit changed anywhere in field or header', async () => {
    const { serviceKeys } = serviceBench();
    const table = serviceKeys().table('any', { id: integerId('id'), fields: { text: text() } });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ id: fc.integer(), text: fc.string() }),
        fc.constantFrom('text' as const, 'keyfold' as const),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        async (plain, column, position, bit) => {
          const row = await table.encrypt(plain);
          const changed = Uint8Array.from(row[column]);
          const index = position % changed.byteLength;
          changed[index] = (changed[index] ?? 0) ^ (1 << bit);
          const error = await rejection(table.decrypt({ ...row, [column]: changed }));
          expect(error).toMatchObject({
            code: expect.stringMatching(
              /^(?:integrity_check_failed|not_keyfold_ciphertext|unsupported_format|key_reference_not_found|key_unwrap_failed)$/,
            ),
          });
        },
      ),
    );
  });
});
