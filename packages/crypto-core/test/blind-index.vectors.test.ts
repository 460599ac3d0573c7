import { describe, expect, it } from 'vitest';
import { BlindIndexDeclaration } from '../src/blind-index/blind-index-declaration.ts';
import { type IndexValueKind, indexValueKinds } from '../src/blind-index/index-values.ts';
import { type BlindIndexOptions, declareBlindIndex, openBlindIndex } from '../src/index.ts';
import { backends } from './backends.ts';
import { countCases } from './count-cases.ts';
import { bytesOf, hex, publishedVectors, secretOf } from './fixtures.ts';

interface PublishedEntry {
  readonly name: string;
  readonly options: BlindIndexOptions<IndexValueKind>;
  readonly version: number;
  readonly value: string | number | boolean;
  readonly canonical: string;
  readonly message: string;
  readonly bytes: string;
  readonly text: string;
}

function plaintextOf({ options, value }: PublishedEntry): string | Uint8Array | bigint | Date | boolean {
  if (typeof value === 'number') return new Date(value);
  if (typeof value === 'boolean') return value;
  if (options.values === 'bytes') return bytesOf(value);
  return options.values === 'integer' ? BigInt(value) : value;
}

const file = publishedVectors<{
  key: string;
  cases: readonly PublishedEntry[];
  refused: readonly { values: IndexValueKind; value: string }[];
}>('blind-index.json');

describe.each(backends)('docs/formats/vectors/blind-index.json by the backend %s', (name, backend) => {
  countCases(`docs/formats/vectors/blind-index.json on ${name}`);
  it.each(file.cases)('$name', async (published) => {
    const declaration = declareBlindIndex(published.options);
    const message = BlindIndexDeclaration.messageOf(declaration, published.version, plaintextOf(published));
    expect(hex(message)).toBe(published.message);
    const keys = [{ version: published.version, key: secretOf(file.key) }];
    using index = openBlindIndex({ backend, declaration, keys });
    const [entry] = await index.entriesToFind(plaintextOf(published));
    expect(hex(entry?.bytes ?? new Uint8Array())).toBe(published.bytes);
    expect(entry?.text).toBe(published.text);
    expect(entry?.version).toBe(published.version);
  });
});

describe('docs/formats/vectors/blind-index.json', () => {
  countCases('docs/formats/vectors/blind-index.json, refused');
  it.each(file.refused)('$values refuses $value', ({ values, value }) => {
    expect(indexValueKinds[values].canonical(value)).toBeUndefined();
  });
});
