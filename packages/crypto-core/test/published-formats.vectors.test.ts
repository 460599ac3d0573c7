import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FieldContext, ValueContext } from '../src/encryption-context.ts';
import {
  dataKeyHeader,
  encodeRecordHeader,
  type FieldContextOptions,
  type JsonArray,
  type JsonObject,
  type KeyPlace,
  type Plaintext,
  parseRecordHeader,
  parseValue,
  prepareFieldContext,
  prepareValueContext,
  type RowId,
  type ValueContextOptions,
} from '../src/index.ts';
import { encodeKeyPlace } from '../src/key-place.ts';
import { sealAt } from '../src/node/aead.ts';
import { nodeBackend } from '../src/node/index.ts';
import { NodeDataKey } from '../src/node/node-data-key.ts';
import { sealContent } from '../src/node/seal-content.ts';
import { decodePlaintext, encodePlaintext } from '../src/plaintext-codec.ts';
import { countCases } from './count-cases.ts';
import { bytesOf, codeOf, hex, publishedVectors, secretOf } from './fixtures.ts';

type Content =
  | { readonly type: 'bytes' | 'text' | 'number' | 'bigint' | 'json'; readonly value: string }
  | { readonly type: 'date'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean };
type Named = { readonly name: string };
type Refused = Named & { readonly code: string };
type FieldOptions = FieldContextOptions & { readonly rowId: string };
type PublishedPlace = Omit<KeyPlace, 'keyReference' | 'commitment'> & {
  readonly keyReference?: string;
  readonly commitment?: string;
};

function plaintextOf(content: Content): Plaintext {
  if (content.type === 'date') return new Date(content.value);
  if (content.type === 'boolean') return content.value;
  const from: Record<'bytes' | 'text' | 'number' | 'bigint' | 'json', (text: string) => Plaintext> = {
    bytes: bytesOf,
    text: (text) => text,
    number: Number,
    bigint: BigInt,
    json: (text): JsonObject | JsonArray => JSON.parse(text),
  };
  return from[content.type](content.value);
}

function rowIdOf({ idType, rowId }: FieldOptions): RowId {
  return idType === 'bytes' ? bytesOf(rowId) : rowId;
}

function placeOf({ keyReference, commitment, ...place }: PublishedPlace): KeyPlace {
  return {
    ...place,
    ...(keyReference === undefined ? {} : { keyReference: bytesOf(keyReference) }),
    ...(commitment === undefined ? {} : { commitment: bytesOf(commitment) }),
  };
}

describe('docs/formats/vectors/content.json', () => {
  countCases('docs/formats/vectors/content.json on node');
  const file = publishedVectors<{
    cases: readonly (Named & Content & { plaintext: string })[];
    refused: readonly (Refused & { plaintext: string })[];
  }>('content.json');

  it.each(file.cases)('$name', ({ plaintext, ...content }) => {
    const { type, content: encoded } = encodePlaintext(plaintextOf(content));
    expect(hex(Buffer.concat([Uint8Array.of(type), Buffer.from(encoded)]))).toBe(plaintext);
    expect(decodePlaintext(bytesOf(plaintext))).toStrictEqual(plaintextOf(content));
  });

  it.each(file.refused)('$name is refused: $code', ({ plaintext, code }) => {
    expect(codeOf(() => decodePlaintext(bytesOf(plaintext)))).toBe(code);
  });
});

describe('docs/formats/vectors/aad.json', () => {
  countCases('docs/formats/vectors/aad.json on node');
  const file = publishedVectors<{
    values: readonly (Named & { options: ValueContextOptions; aad: string })[];
    fields: readonly (Named & { options: FieldOptions; aad: string })[];
    refused: readonly (Named & { options: ValueContextOptions })[];
  }>('aad.json');

  it.each(file.values)('value: $name', ({ options, aad }) => {
    expect(hex(ValueContext.aadOf(prepareValueContext(options)))).toBe(aad);
  });

  it.each(file.fields)('field: $name', ({ options, aad }) => {
    expect(hex(FieldContext.aadOf(prepareFieldContext(options), rowIdOf(options)))).toBe(aad);
  });

  it.each(file.refused)('$name is refused', ({ options }) => {
    expect(codeOf(() => prepareValueContext(options))).toBe('invalid_encryption_context');
  });
});

describe('docs/formats/vectors/data-key.json', () => {
  countCases('docs/formats/vectors/data-key.json on node');
  const file = publishedVectors<{
    cases: readonly { dataKey: string; encryptionKey: string; commitment: string }[];
  }>('data-key.json');

  it.each(file.cases)('$dataKey', ({ dataKey, encryptionKey, commitment }) => {
    expect(new NodeDataKey(secretOf(dataKey)).encryptionKey().export().toString('hex')).toBe(encryptionKey);
    expect(hex(nodeBackend.commitmentOf(secretOf(dataKey)))).toBe(commitment);
  });
});

describe('docs/formats/vectors/key-wrapping.json', () => {
  countCases('docs/formats/vectors/key-wrapping.json on node');
  type Wrapped = Named & { wrappingKey: string; place: PublishedPlace; wrapped: string };
  const file = publishedVectors<{
    cases: readonly (Wrapped & { key: string; nonce: string; aad: string })[];
    refused: readonly Wrapped[];
  }>('key-wrapping.json');

  it.each(file.cases)('$name', ({ wrappingKey, key, nonce, place, aad, wrapped }) => {
    expect(hex(encodeKeyPlace(placeOf(place)))).toBe(aad);
    const unwrapped = nodeBackend.wrappingKey(secretOf(wrappingKey)).unwrap(bytesOf(wrapped), placeOf(place));
    expect(hex(unwrapped.reveal())).toBe(key);
    const out = new Uint8Array(wrapped.length / 2);
    sealAt(out, 0, createSecretKey(bytesOf(wrappingKey)), bytesOf(nonce), bytesOf(aad), bytesOf(key));
    expect(hex(out)).toBe(wrapped);
  });

  it.each(file.refused)('$name is refused', ({ wrappingKey, place, wrapped }) => {
    const key = nodeBackend.wrappingKey(secretOf(wrappingKey));
    expect(codeOf(() => key.unwrap(bytesOf(wrapped), placeOf(place)))).toBe('key_unwrap_failed');
  });
});

describe('docs/formats/vectors/value.json', () => {
  countCases('docs/formats/vectors/value.json on node');
  const file = publishedVectors<{
    dataKey: string;
    header: string;
    options: ValueContextOptions;
    aad: string;
    cases: readonly (Named & Content & { nonce: string; bytes: string; text: string })[];
    refused: readonly (Refused & { options: ValueContextOptions; bytes: string })[];
  }>('value.json');
  const opener = () =>
    nodeBackend.openDataKey(parseRecordHeader(bytesOf(`f6${file.header}`)), secretOf(file.dataKey));

  it.each(file.cases)('$name', ({ nonce, bytes, text, ...content }) => {
    expect(hex(parseValue(bytesOf(bytes)).header.bytes)).toBe(file.header);
    expect(nodeBackend.encodeText(bytesOf(bytes))).toBe(text);
    const context = prepareValueContext(file.options);
    expect(opener().openValue(nodeBackend.decodeText(text), context)).toStrictEqual(plaintextOf(content));
    const key = new NodeDataKey(secretOf(file.dataKey)).encryptionKey();
    const encoded = encodePlaintext(plaintextOf(content));
    const sealed = sealContent(0xf5, bytesOf(file.header), key, bytesOf(nonce), bytesOf(file.aad), encoded);
    expect(hex(sealed)).toBe(bytes);
  });

  it.each(file.refused)('$name is refused: $code', ({ options, bytes, code }) => {
    expect(codeOf(() => opener().openValue(bytesOf(bytes), prepareValueContext(options)))).toBe(code);
  });
});

describe('docs/formats/vectors/record.json', () => {
  countCases('docs/formats/vectors/record.json on node');
  const file = publishedVectors<{
    dataKey: string;
    header: {
      bytes: string;
      text: string;
      suite: number;
      keyReference: string;
      wrapped: string;
      commitment: string;
    };
    fields: readonly (Named &
      Content & { options: FieldOptions; nonce: string; bytes: string; text: string })[];
    refusedHeaders: readonly (Refused & { bytes: string })[];
    refusedFields: readonly (Refused & { options: FieldOptions; bytes: string })[];
  }>('record.json');
  const { header } = file;
  const opener = () =>
    nodeBackend.openDataKey(parseRecordHeader(bytesOf(header.bytes)), secretOf(file.dataKey));

  it('header', () => {
    const { suite, keyReference, wrapped, commitment, bytes } = parseRecordHeader(bytesOf(header.bytes));
    expect({
      suite,
      keyReference: hex(keyReference),
      wrapped: hex(wrapped),
      commitment: hex(commitment),
      bytes: `f6${hex(bytes)}`,
      text: nodeBackend.encodeText(bytesOf(header.bytes)),
    }).toEqual(header);
    expect(hex(encodeRecordHeader(dataKeyHeader({ keyReference, wrapped }, commitment)))).toBe(header.bytes);
  });

  it.each(file.fields)('$name', ({ options, nonce, bytes, text, ...content }) => {
    const context = prepareFieldContext(options);
    const field = nodeBackend.decodeText(text);
    expect(hex(field)).toBe(bytes);
    expect(opener().openField(field, context, rowIdOf(options))).toStrictEqual(plaintextOf(content));
    const key = new NodeDataKey(secretOf(file.dataKey)).encryptionKey();
    const aad = FieldContext.aadOf(context, rowIdOf(options));
    const encoded = encodePlaintext(plaintextOf(content));
    expect(hex(sealContent(0xf7, new Uint8Array(), key, bytesOf(nonce), aad, encoded))).toBe(bytes);
  });

  it.each(file.refusedHeaders)('header: $name is refused: $code', ({ bytes, code }) => {
    expect(codeOf(() => parseRecordHeader(bytesOf(bytes)))).toBe(code);
  });

  it.each(file.refusedFields)('field: $name is refused: $code', ({ options, bytes, code }) => {
    const open = () => opener().openField(bytesOf(bytes), prepareFieldContext(options), rowIdOf(options));
    expect(codeOf(open)).toBe(code);
  });
});

describe('docs/formats/vectors/text-form.json', () => {
  countCases('docs/formats/vectors/text-form.json on node');
  const file = publishedVectors<{
    cases: readonly (Named & { bytes: string; text: string })[];
    refused: readonly (Refused & { text: string })[];
  }>('text-form.json');

  it.each(file.cases)('$name', ({ bytes, text }) => {
    expect(nodeBackend.encodeText(bytesOf(bytes))).toBe(text);
    expect(hex(nodeBackend.decodeText(text))).toBe(bytes);
  });

  it.each(file.refused)('$name is refused: $code', ({ text, code }) => {
    expect(codeOf(() => nodeBackend.decodeText(text))).toBe(code);
  });
});
