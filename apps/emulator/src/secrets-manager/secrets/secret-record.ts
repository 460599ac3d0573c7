import type { Place } from '../../kms/keys/key-address.ts';
import { type SecretAddress, secretArn } from './secret-address.ts';
import { SecretsStateUnreadableError } from './secrets-state-unreadable-error.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What is kept of a version beside its value. */
export interface VersionRecord {
  /** The ClientRequestToken that made it. */
  readonly id: string;
  readonly createdAtMs: number;
  /** Staging labels, in the order in which they came. */
  readonly stages: readonly string[];
  /** False where a rotation has begun and nobody has put a value yet. */
  readonly hasValue: boolean;
  /** The key that its value is under: an ARN, or `default` for the account's AWS managed key. */
  readonly kmsKey?: string;
  readonly accessedOnMs?: number;
}

/** What RotateSecret was told. */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number;
  readonly Duration?: string;
  readonly ScheduleExpression?: string;
}

/** Rotation, once it was configured. */
export interface Rotation {
  readonly enabled: boolean;
  readonly lambdaArn: string;
  readonly rules?: RotationRules;
  readonly rotatedAtMs?: number;
  readonly nextAtMs?: number;
}

/** All that is kept of a secret but its values. */
export interface SecretRecord {
  /** Of this row's layout. */
  readonly format: 1;
  /** The random end of the ARN. */
  readonly suffix: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** The day, at midnight UTC. */
  readonly accessedOnMs?: number;
  readonly description?: string;
  /** As it was given. Absent: the account's AWS managed key. */
  readonly kmsKeyId?: string;
  readonly type?: string;
  readonly tags: readonly Tag[];
  /** In the order in which they were made. */
  readonly versions: readonly VersionRecord[];
  readonly rotation?: Rotation;
  /** The resource policy's JSON, character for character as it was given. */
  readonly policy?: string;
  /** The versions that a seed has made, with the staging labels that it gave them: kept, whatever became of them since. */
  readonly seeded?: Readonly<Record<string, readonly string[]>>;
  /** When the recovery window ends. */
  readonly deletedAtMs?: number;
}

/** A secret: where it is and what is kept of it. */
export interface Secret {
  readonly address: SecretAddress;
  readonly arn: string;
  readonly record: SecretRecord;
}

/** @param key - the row's: account, Region, name. */
export function secretOf(key: readonly string[], record: SecretRecord): Secret {
  const [accountId = '', region = '', name = ''] = key;
  const address = { accountId, region, name };
  return { address, arn: secretArn(address, record.suffix), record };
}

/** The key of a secret's row. */
export function secretKey({ accountId, region, name }: SecretAddress): readonly string[] {
  return [accountId, region, name];
}

/** What the keys of a place's rows begin with. */
export function placeKey({ accountId, region }: Place): readonly string[] {
  return [accountId, region];
}

/** The version that has a staging label. */
export function versionAt({ versions }: SecretRecord, stage: string): VersionRecord | undefined {
  return versions.find(({ stages }) => stages.includes(stage));
}

/** The version of an id. */
export function versionOf({ versions }: SecretRecord, id: string): VersionRecord | undefined {
  return versions.find((version) => version.id === id);
}

/** The bytes of a secret's row: JSON in UTF-8. */
export function encodeSecretRecord(record: SecretRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** @throws {SecretsStateUnreadableError} where the bytes are not a record that this version writes. */
export function decodeSecretRecord(content: Uint8Array): SecretRecord {
  let row: unknown;
  try {
    row = JSON.parse(Buffer.from(content).toString('utf8'));
  } catch (cause) {
    throw new SecretsStateUnreadableError("A secret's row is not JSON.", cause);
  }
  if (!isSecretRecord(row))
    throw new SecretsStateUnreadableError("A secret's row has another format than 1.");
  return row;
}

function isSecretRecord(row: unknown): row is SecretRecord {
  if (typeof row !== 'object' || row === null || !('format' in row) || row.format !== 1) return false;
  return (
    'suffix' in row &&
    typeof row.suffix === 'string' &&
    'versions' in row &&
    Array.isArray(row.versions) &&
    'tags' in row &&
    Array.isArray(row.tags)
  );
}
