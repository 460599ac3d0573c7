import type { JsonArray, JsonObject, Plaintext } from '@keyfold/crypto-core';

/** For each kind of plaintext, its type. */
export interface PlaintextByKind {
  readonly text: string;
  readonly number: number;
  readonly bigint: bigint;
  readonly boolean: boolean;
  readonly date: Date;
  readonly bytes: Uint8Array;
  readonly json: JsonObject | JsonArray;
}

/** What a value is, once decrypted. */
export type PlaintextKind = keyof PlaintextByKind;

const kindsByType: Readonly<Record<string, PlaintextKind>> = {
  string: 'text',
  number: 'number',
  bigint: 'bigint',
  boolean: 'boolean',
};

const kindsByTag: Readonly<Record<string, PlaintextKind>> = {
  '[object Uint8Array]': 'bytes', // of another realm
  '[object Date]': 'date',
};

/**
 * The kind of a value; undefined where it has none, as null. What it says of an object is only whether it is worth
 * trying: the crypto core decides what can be encrypted.
 */
export function kindOf(value: unknown): PlaintextKind | undefined {
  const kind = kindsByType[typeof value];
  if (kind !== undefined || typeof value !== 'object' || value === null) return kind;
  if (value instanceof Uint8Array) return 'bytes'; // mostly: the tag says it, too, and takes ten times as long
  return kindsByTag[Object.prototype.toString.call(value)] ?? 'json';
}

/** Whether a decrypted value is of the kind. */
export function isOfKind<Kind extends PlaintextKind>(
  value: Plaintext,
  kind: Kind,
): value is PlaintextByKind[Kind] & Plaintext {
  return kindOf(value) === kind;
}
