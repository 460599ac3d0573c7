import type {
  FieldContextOptions,
  KeyPlace,
  Plaintext,
  RowId,
  RowIdType,
  Scope,
  ScopeKind,
  ValueContextOptions,
} from '@keyfold/crypto-core';
import { bytesOf } from './bytes.ts';

/** What the files of docs/formats/vectors have, as TypeScript infers it from JSON: any text for a kind or a type. */
export interface PublishedContent {
  readonly type: string;
  readonly value: string | number | boolean;
}

export interface PublishedScope {
  readonly kind: string;
  readonly id?: string | undefined;
}

export interface PublishedContext {
  readonly tenant: string;
  readonly scope: PublishedScope;
  readonly context?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface PublishedField extends PublishedContext {
  readonly table: string;
  readonly field: string;
  readonly idType: string;
  readonly rowId: string;
}

export interface PublishedPlace {
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

export function plaintextOf({ type, value }: PublishedContent): Plaintext {
  if (type === 'date') return new Date(Number(value));
  if (typeof value === 'boolean') return value;
  const text = String(value);
  if (type === 'text') return text;
  if (type === 'bytes') return bytesOf(text);
  if (type === 'number') return Number(text);
  return type === 'bigint' ? BigInt(text) : JSON.parse(text);
}

export function contextOf({ tenant, scope, context }: PublishedContext): ValueContextOptions {
  const entries = Object.entries(context ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { tenant, scope: scopeOf(scope), context: Object.fromEntries(entries) };
}

export function fieldOptionsOf(options: PublishedField): FieldContextOptions {
  const { table, field, idType } = options;
  return { ...contextOf(options), table, field, idType: oneOf(rowIdTypes, idType) };
}

export function rowIdOf({ idType, rowId }: PublishedField): RowId {
  return idType === 'bytes' ? bytesOf(rowId) : rowId;
}

export function placeOf({
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

export function scopeOf({ kind, id = '' }: PublishedScope): Scope {
  const known = oneOf(scopeKinds, kind);
  return known === 'tenant' || known === 'platform' ? { kind: known } : { kind: known, id };
}

export function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new Error(`${text} is none of ${known.join(', ')}.`);
  return found;
}
