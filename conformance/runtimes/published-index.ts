import {
  type BlindIndexOptions,
  type CryptoBackend,
  declareBlindIndex,
  type IndexValueKind,
  openBlindIndex,
} from '@keyfold/crypto-core';
import entries from '../../docs/formats/vectors/blind-index.json' with { type: 'json' };
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';
import { oneOf, type PublishedScope, scopeOf } from './published-values.ts';

const kinds: readonly IndexValueKind[] = [
  'text',
  'text-nfc',
  'text-case',
  'email',
  'phone',
  'identity-number',
  'bytes',
  'integer',
  'date',
  'boolean',
];

interface PublishedIndex {
  readonly tenant: string;
  readonly scope: PublishedScope;
  readonly table: string;
  readonly column: string;
  readonly name: string;
  readonly values: string;
  readonly bits: number;
}

/** Published entries of blind indexes, and values that no entry is made of. */
export async function checkIndexes(checks: Checks, backend: CryptoBackend): Promise<void> {
  const entryOf = async (options: PublishedIndex, version: number, value: string | number | boolean) => {
    const declaration = declareBlindIndex(optionsOf(options));
    const index = openBlindIndex({ backend, declaration, keys: [{ version, key: secretOf(entries.key) }] });
    const [entry] = await index.entriesToFind(plaintextOf(options.values, value));
    return entry;
  };
  for (const { name, options, version, value, bytes, text } of entries.cases) {
    await checks.equal(`blind-index.json ${name}`, `${bytes} ${text}`, async () => {
      const entry = await entryOf(options, version, value);
      return `${hex(entry?.bytes ?? new Uint8Array())} ${entry?.text}`;
    });
  }
  const anyIndex = { tenant: 'a', scope: { kind: 'tenant' }, table: 't', column: 'c', name: 'n', bits: 32 };
  for (const { values, value } of entries.refused) {
    await checks.fails(`blind-index.json ${values} ${JSON.stringify(value)}`, 'unsupported_value', () =>
      entryOf({ ...anyIndex, values }, 1, value),
    );
  }
}

function optionsOf(published: PublishedIndex): BlindIndexOptions<IndexValueKind> {
  const { scope, values, ...names } = published;
  return { ...names, scope: scopeOf(scope), values: oneOf(kinds, values), acceptLowEntropy: true };
}

function plaintextOf(
  kind: string,
  value: string | number | boolean,
): string | Uint8Array | bigint | Date | boolean {
  if (typeof value === 'number') return new Date(value);
  if (typeof value === 'boolean') return value;
  if (kind === 'bytes') return bytesOf(value);
  return kind === 'integer' ? BigInt(value) : value;
}
