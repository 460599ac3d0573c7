import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import type { FieldContextOptions, ValueContextOptions } from '../src/index.ts';
import {
  type KeyPlace,
  type Plaintext,
  parseRecordHeader,
  prepareFieldContext,
  prepareValueContext,
} from '../src/index.ts';
import { codeOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { bytesOf, hex, publishedVectors, secretOf } from './fixtures.ts';

/* What a reader has to do with the published vectors, through every backend. */

interface Content {
  readonly type: 'bytes' | 'text' | 'number' | 'bigint' | 'json' | 'date' | 'boolean';
  readonly value: string | number | boolean;
}

type FieldOptions = FieldContextOptions & { readonly rowId: string };
type PublishedPlace = Omit<KeyPlace, 'keyReference' | 'commitment'> & {
  readonly keyReference?: string;
  readonly commitment?: string;
};

const plaintexts: Readonly<Record<Content['type'], (value: Content['value']) => Plaintext>> = {
  bytes: (value) => bytesOf(String(value)),
  text: String,
  number: Number,
  bigint: (value) => BigInt(value),
  json: (value) => JSON.parse(String(value)),
  date: (value) => new Date(Number(value)),
  boolean: Boolean,
};

const values = publishedVectors<{
  dataKey: string;
  header: string;
  options: ValueContextOptions;
  cases: readonly (Content & { name: string; bytes: string; text: string })[];
  refused: readonly { name: string; options: ValueContextOptions; bytes: string; code: string }[];
}>('value.json');
const records = publishedVectors<{
  dataKey: string;
  header: { bytes: string };
  fields: readonly (Content & { name: string; options: FieldOptions; bytes: string })[];
  refusedFields: readonly { name: string; options: FieldOptions; bytes: string; code: string }[];
}>('record.json');
const wrappedKeys = publishedVectors<{
  cases: readonly {
    name: string;
    wrappingKey: string;
    key: string;
    place: PublishedPlace;
    wrapped: string;
  }[];
  refused: readonly { name: string; wrappingKey: string; place: PublishedPlace; wrapped: string }[];
}>('key-wrapping.json');
const dataKeys = publishedVectors<{ cases: readonly { dataKey: string; commitment: string }[] }>(
  'data-key.json',
);
const textForms = publishedVectors<{
  cases: readonly { name: string; bytes: string; text: string }[];
  refused: readonly { name: string; text: string; code: string }[];
}>('text-form.json');

function rowIdOf({ idType, rowId }: FieldOptions): string | Uint8Array {
  return idType === 'bytes' ? bytesOf(rowId) : rowId;
}

function placeOf({ keyReference, commitment, ...place }: PublishedPlace): KeyPlace {
  return {
    ...place,
    ...(keyReference === undefined ? {} : { keyReference: bytesOf(keyReference) }),
    ...(commitment === undefined ? {} : { commitment: bytesOf(commitment) }),
  };
}

describe.each(backends)('the %s backend reads', (on, backend) => {
  const openerOf = (header: string, dataKey: string) =>
    backend.openDataKey(parseRecordHeader(bytesOf(header)), secretOf(dataKey));

  it('value.json, and refuses by name what is wrong', async () => {
    const opener = await openerOf(`f6${values.header}`, values.dataKey);
    for (const { name, type, value, bytes, text } of values.cases) {
      expect(backend.encodeText(bytesOf(bytes)), name).toBe(text);
      const opened = await opener.openValue(backend.decodeText(text), prepareValueContext(values.options));
      expect(opened, name).toEqual(plaintexts[type](value));
    }
    for (const { name, options, bytes, code } of values.refused) {
      const open = async () => opener.openValue(bytesOf(bytes), prepareValueContext(options));
      expect(await codeOf(open), name).toBe(code);
    }
    evidence.report(
      `docs/formats/vectors/value.json read by ${on}`,
      values.cases.length + values.refused.length,
    );
  });

  it('record.json, and refuses by name what is wrong', async () => {
    const opener = await openerOf(records.header.bytes, records.dataKey);
    for (const { name, type, value, options, bytes } of records.fields) {
      const opened = await opener.openField(bytesOf(bytes), prepareFieldContext(options), rowIdOf(options));
      expect(opened, name).toEqual(plaintexts[type](value));
    }
    for (const { name, options, bytes, code } of records.refusedFields) {
      const open = async () =>
        opener.openField(bytesOf(bytes), prepareFieldContext(options), rowIdOf(options));
      expect(await codeOf(open), name).toBe(code);
    }
    evidence.report(
      `docs/formats/vectors/record.json read by ${on}`,
      records.fields.length + records.refusedFields.length,
    );
  });

  it('key-wrapping.json, and refuses what is wrong', async () => {
    for (const { name, wrappingKey, key, place, wrapped } of wrappedKeys.cases) {
      const wrapping = await backend.wrappingKey(secretOf(wrappingKey));
      const unwrapped = await wrapping.unwrap(bytesOf(wrapped), placeOf(place));
      expect(hex(unwrapped.reveal()), name).toBe(key);
    }
    for (const { name, wrappingKey, place, wrapped } of wrappedKeys.refused) {
      const wrapping = await backend.wrappingKey(secretOf(wrappingKey));
      const unwrap = async () => wrapping.unwrap(bytesOf(wrapped), placeOf(place));
      expect(await codeOf(unwrap), name).toBe('key_unwrap_failed');
    }
    evidence.report(
      `docs/formats/vectors/key-wrapping.json read by ${on}`,
      wrappedKeys.cases.length + wrappedKeys.refused.length,
    );
  });

  it('data-key.json', async () => {
    for (const { dataKey, commitment } of dataKeys.cases) {
      expect(hex(await backend.commitmentOf(secretOf(dataKey)))).toBe(commitment);
    }
    evidence.report(`docs/formats/vectors/data-key.json read by ${on}`, dataKeys.cases.length);
  });

  it('text-form.json, and refuses by name what is wrong', async () => {
    for (const { name, bytes, text } of textForms.cases) {
      expect(backend.encodeText(bytesOf(bytes)), name).toBe(text);
      expect(hex(backend.decodeText(text)), name).toBe(bytes);
    }
    for (const { name, text, code } of textForms.refused) {
      expect(await codeOf(() => backend.decodeText(text)), name).toBe(code);
    }
    evidence.report(
      `docs/formats/vectors/text-form.json read by ${on}`,
      textForms.cases.length + textForms.refused.length,
    );
  });
});
