import {
  type CryptoBackend,
  type FieldContextOptions,
  type KeyPlace,
  type Plaintext,
  parseRecordHeader,
  prepareFieldContext,
  prepareValueContext,
  type RowId,
  type RowIdType,
  type Scope,
  type ScopeKind,
} from '@keyfold/crypto-core';
import dataKeys from '../../docs/formats/vectors/data-key.json' with { type: 'json' };
import wrappedKeys from '../../docs/formats/vectors/key-wrapping.json' with { type: 'json' };
import records from '../../docs/formats/vectors/record.json' with { type: 'json' };
import textForms from '../../docs/formats/vectors/text-form.json' with { type: 'json' };
import values from '../../docs/formats/vectors/value.json' with { type: 'json' };
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';

/** What the files of docs/formats/vectors have, as TypeScript infers it from JSON: any text for a kind or a type. */
interface PublishedContent {
  readonly type: string;
  readonly value: string | number | boolean;
}

interface PublishedScope {
  readonly kind: string;
  readonly id?: string | undefined;
}

interface PublishedContext {
  readonly tenant: string;
  readonly scope: PublishedScope;
  readonly context?: Readonly<Record<string, string | undefined>> | undefined;
}

interface PublishedField extends PublishedContext {
  readonly table: string;
  readonly field: string;
  readonly idType: string;
  readonly rowId: string;
}

interface PublishedPlace {
  readonly purpose: string;
  readonly tenant: string;
  readonly scope: PublishedScope;
  readonly version: number;
  readonly parentVersion: number;
  readonly keyReference?: string | undefined;
  readonly commitment?: string | undefined;
}

const scopeKinds: readonly ScopeKind[] = ['tenant', 'service', 'user', 'platform', 'secret'];
const rowIdTypes: readonly RowIdType[] = ['integer', 'text', 'uuid', 'bytes'];
const keyPurposes: readonly KeyPlace['purpose'][] = ['master-key', 'tenant-key', 'service-key', 'data-key'];

/** Every published vector of values, records, wrapped keys, data keys and text forms. */
export async function checkPublishedFormats(checks: Checks, backend: CryptoBackend): Promise<void> {
  await checkDataKeys(checks, backend);
  await checkWrappedKeys(checks, backend);
  await checkValues(checks, backend);
  await checkRecords(checks, backend);
  await checkTextForms(checks, backend);
}

async function checkDataKeys(checks: Checks, backend: CryptoBackend): Promise<void> {
  for (const { dataKey, commitment } of dataKeys.cases) {
    await checks.equal(`data-key.json ${dataKey}`, commitment, async () =>
      hex(await backend.commitmentOf(secretOf(dataKey))),
    );
  }
}

async function checkWrappedKeys(checks: Checks, backend: CryptoBackend): Promise<void> {
  const unwrap = async (wrappingKey: string, place: PublishedPlace, wrapped: string) => {
    const key = await backend.wrappingKey(secretOf(wrappingKey));
    return hex((await key.unwrap(bytesOf(wrapped), placeOf(place))).reveal());
  };
  for (const { name, wrappingKey, key, place, wrapped } of wrappedKeys.cases) {
    await checks.equal(`key-wrapping.json ${name}`, key, () => unwrap(wrappingKey, place, wrapped));
  }
  for (const { name, wrappingKey, place, wrapped } of wrappedKeys.refused) {
    await checks.fails(`key-wrapping.json ${name}`, 'key_unwrap_failed', () =>
      unwrap(wrappingKey, place, wrapped),
    );
  }
}

async function checkValues(checks: Checks, backend: CryptoBackend): Promise<void> {
  const header = parseRecordHeader(bytesOf(`f6${values.header}`));
  const open = async (options: PublishedContext, bytes: Uint8Array) => {
    const opener = await backend.openDataKey(header, secretOf(values.dataKey));
    return opener.openValue(bytes, prepareValueContext({ ...contextOf(options) }));
  };
  for (const { name, text, bytes, ...content } of values.cases) {
    await checks.equal(`value.json ${name}`, shown(plaintextOf(content)), async () =>
      shown(await open(values.options, backend.decodeText(text))),
    );
    await checks.equal(`value.json ${name} as text`, text, () => backend.encodeText(bytesOf(bytes)));
  }
  for (const { name, options, bytes, code } of values.refused) {
    await checks.fails(`value.json ${name}`, code, () => open(options, bytesOf(bytes)));
  }
}

async function checkRecords(checks: Checks, backend: CryptoBackend): Promise<void> {
  const header = parseRecordHeader(bytesOf(records.header.bytes));
  const open = async (options: PublishedField, bytes: Uint8Array) => {
    const opener = await backend.openDataKey(header, secretOf(records.dataKey));
    return opener.openField(bytes, prepareFieldContext(fieldOptionsOf(options)), rowIdOf(options));
  };
  for (const { name, options, text, bytes, ...content } of records.fields) {
    await checks.equal(`record.json ${name}`, shown(plaintextOf(content)), async () =>
      shown(await open(options, bytesOf(bytes))),
    );
    await checks.equal(`record.json ${name} as text`, bytes, () => hex(backend.decodeText(text)));
  }
  for (const { name, bytes, code } of records.refusedHeaders) {
    await checks.fails(`record.json ${name}`, code, () => parseRecordHeader(bytesOf(bytes)));
  }
  for (const { name, options, bytes, code } of records.refusedFields) {
    await checks.fails(`record.json ${name}`, code, () => open(options, bytesOf(bytes)));
  }
}

async function checkTextForms(checks: Checks, backend: CryptoBackend): Promise<void> {
  for (const { name, bytes, text } of textForms.cases) {
    await checks.equal(`text-form.json ${name}`, bytes, () => hex(backend.decodeText(text)));
  }
  for (const { name, text, code } of textForms.refused) {
    await checks.fails(`text-form.json ${name}`, code, () => backend.decodeText(text));
  }
}

function plaintextOf({ type, value }: PublishedContent): Plaintext {
  if (type === 'date') return new Date(Number(value));
  if (typeof value === 'boolean') return value;
  const text = String(value);
  if (type === 'text') return text;
  if (type === 'bytes') return bytesOf(text);
  if (type === 'number') return Number(text);
  return type === 'bigint' ? BigInt(text) : JSON.parse(text);
}

/** A plaintext with its type, so that 7, '7' and 7n differ. */
function shown(value: Plaintext): string {
  if (value instanceof Uint8Array) return `bytes ${hex(value)}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (Object.is(value, -0)) return 'number -0';
  return typeof value === 'object' ? `json ${JSON.stringify(value)}` : `${typeof value} ${value}`;
}

function contextOf({ tenant, scope, context }: PublishedContext) {
  const entries = Object.entries(context ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { tenant, scope: scopeOf(scope), context: Object.fromEntries(entries) };
}

function fieldOptionsOf(options: PublishedField): FieldContextOptions {
  const { table, field, idType } = options;
  return { ...contextOf(options), table, field, idType: oneOf(rowIdTypes, idType) };
}

function rowIdOf({ idType, rowId }: PublishedField): RowId {
  return idType === 'bytes' ? bytesOf(rowId) : rowId;
}

function placeOf({
  purpose,
  tenant,
  scope,
  version,
  parentVersion,
  keyReference,
  commitment,
}: PublishedPlace): KeyPlace {
  return {
    purpose: oneOf(keyPurposes, purpose),
    tenant,
    scope: scopeOf(scope),
    version,
    parentVersion,
    ...(keyReference === undefined ? {} : { keyReference: bytesOf(keyReference) }),
    ...(commitment === undefined ? {} : { commitment: bytesOf(commitment) }),
  };
}

function scopeOf({ kind, id = '' }: PublishedScope): Scope {
  const known = oneOf(scopeKinds, kind);
  return known === 'tenant' || known === 'platform' ? { kind: known } : { kind: known, id };
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new Error(`${text} is none of ${known.join(', ')}.`);
  return found;
}
