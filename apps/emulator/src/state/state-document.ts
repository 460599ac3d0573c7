import { SecretBytes } from '@keyfold/crypto-core';
import type { StoredRow } from '@keyfold/key-hierarchy';
import { type ClockSetting, isClockSetting } from '../clock/emulator-clock.ts';
import { InvalidStateDocumentError } from '../control/control-errors.ts';
import type { DevelopmentAccess } from '../development-access.ts';
import { stateTables } from './state-tables.ts';

/**
 * An emulator's whole state as JSON, for another emulator: rows of the store, and the key that they are under. It holds key
 * material in the clear, as the state folder does.
 */
export interface StateDocument {
  readonly format: 'keyfold-emulator-state';
  readonly version: 1;
  /** ISO 8601, UTC; by the real clock. */
  readonly exportedAt: string;
  readonly clock: ClockSetting;
  readonly access: DevelopmentAccess;
  /** base64 of 32 bytes. */
  readonly platformRoot: string;
  readonly rows: readonly StateDocumentRow[];
}

export interface StateDocumentRow {
  readonly table: string;
  readonly key: readonly string[];
  readonly revision: number;
  /** base64 */
  readonly content: string;
}

/** What is in a document. */
export interface StateContent {
  readonly clock: ClockSetting;
  readonly access: DevelopmentAccess;
  readonly platformRoot: SecretBytes;
  readonly rows: readonly StoredRow[];
}

export function writeStateDocument({ clock, access, platformRoot, rows }: StateContent): StateDocument {
  return {
    format: 'keyfold-emulator-state',
    version: 1,
    exportedAt: new Date().toISOString(),
    clock,
    access,
    // A document is text by its nature: here, and nowhere else, the key becomes some.
    platformRoot: base64(platformRoot.reveal()),
    rows: rows.map(({ table, key, revision, content }) => ({
      table,
      key,
      revision,
      content: base64(content),
    })),
  };
}

/**
 * Reads a document.
 *
 * @throws {InvalidStateDocumentError} for anything else, naming what is wrong without quoting it
 */
export function readStateDocument(value: unknown): StateContent {
  const document = members(value, 'The document');
  if (document['format'] !== 'keyfold-emulator-state')
    throw new InvalidStateDocumentError("The document is not an emulator's exported state.");
  if (document['version'] !== 1)
    throw new InvalidStateDocumentError(
      `The document has the version ${Number(document['version'])}; this emulator reads 1.`,
    );
  const { rows, platformRoot } = document;
  const root = bytesOf(platformRoot, 'The platform root');
  if (root.byteLength !== 32) throw new InvalidStateDocumentError('The platform root has not 32 bytes.');
  if (!Array.isArray(rows)) throw new InvalidStateDocumentError('The document has no list of rows.');
  return {
    platformRoot: SecretBytes.take(root),
    clock: clockOf(document['clock']),
    access: accessOf(document['access']),
    rows: rows.map((row: unknown, index) => rowOf(row, index)),
  };
}

function rowOf(value: unknown, index: number): StoredRow {
  const { table, key, revision, content } = members(value, `Row ${index}`);
  if (typeof table !== 'string' || !stateTables.includes(table))
    throw new InvalidStateDocumentError(`Row ${index} is of a table that this emulator does not have.`);
  if (!Array.isArray(key) || key.length < 1 || key.length > 8 || !key.every(isKeyPart))
    throw new InvalidStateDocumentError(`The key of row ${index} has not 1 to 8 parts.`);
  if (!Number.isSafeInteger(revision) || Number(revision) < 1)
    throw new InvalidStateDocumentError(`The revision of row ${index} is none.`);
  return {
    table,
    key: key.map(String),
    revision: Number(revision),
    content: bytesOf(content, `The content of row ${index}`),
  };
}

function clockOf(value: unknown): ClockSetting {
  const clock = members(value, 'The clock');
  const { aheadMs, frozenAtMs } = clock;
  if (!isClockSetting(clock)) throw new InvalidStateDocumentError('The clock stands nowhere.');
  return { aheadMs: Number(aheadMs), frozenAtMs: frozenAtMs === null ? null : Number(frozenAtMs) };
}

function accessOf(value: unknown): DevelopmentAccess {
  const { tenant, service, apiKey } = members(value, 'The access');
  if (typeof tenant !== 'string' || typeof service !== 'string' || typeof apiKey !== 'string')
    throw new InvalidStateDocumentError('The access does not name a tenant, a service and an API key.');
  return { tenant, service, apiKey };
}

function members(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidStateDocumentError(`${what} is not an object.`);
  return { ...value };
}

const isKeyPart = (part: unknown): boolean => typeof part === 'string' && part.isWellFormed();

function bytesOf(text: unknown, what: string): Uint8Array {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
  // Buffer.from skips what is no base64.
  if (bytes === undefined || bytes.toString('base64') !== text)
    throw new InvalidStateDocumentError(`${what} is not base64.`);
  return Uint8Array.from(bytes);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
