import { KmsFault } from '../../kms/faults/kms-fault.ts';
import type { Place } from '../../kms/keys/key-address.ts';
import type { Connection } from '../../kms/policy/caller-identity.ts';
import type { KnownCredentials } from '../../kms/policy/identity-registry.ts';
import { refusal } from '../faults/refusal.ts';
import type { KmsCaller } from './kms-client.ts';
import type { SecretBook } from './secret-book.ts';
import type { Secret, VersionRecord } from './secret-record.ts';
import { equalValues, type SealedValue, type SecretValue } from './secret-value.ts';
import { SecretsStateUnreadableError } from './secrets-state-unreadable-error.ts';
import { customerKey, type ValueVault } from './value-vault.ts';

/** The members of a request that bring a value. */
export interface ValueMembers {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
}

/** AWS Secrets Manager user guide, "Secrets Manager quotas". */
export const maxValueByteLength = 65_536;
const noBytes = new Uint8Array();

/**
 * Does something with the value that a request brings, which is zeroised after that.
 *
 * @throws {SecretsFault} InvalidParameterException where it brings two
 * @throws {KmsFault} ValidationException where its text is longer in UTF-8 than it is in characters, and so too long
 */
export async function withValueIn<Result>(
  members: ValueMembers,
  work: (value: SecretValue | undefined) => Promise<Result>,
): Promise<Result> {
  const value = valueIn(members);
  try {
    return await work(value);
  } finally {
    value?.bytes.fill(0);
  }
}

function valueIn({ SecretString = '', SecretBinary = noBytes }: ValueMembers): SecretValue | undefined {
  // An empty value counts as none.
  if (SecretString !== '' && SecretBinary.byteLength > 0) throw refusal('bothValues');
  if (SecretBinary.byteLength > 0) return { kind: 'binary', bytes: SecretBinary };
  if (SecretString === '') return undefined;
  const bytes = Buffer.from(SecretString);
  if (bytes.byteLength <= maxValueByteLength) return { kind: 'string', bytes };
  bytes.fill(0);
  throw new KmsFault(
    'ValidationException',
    `1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to ${maxValueByteLength}`,
  );
}

/** A value as the members of an answer. */
export function valueMembers({ kind, bytes }: SecretValue): Readonly<Record<string, string>> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return kind === 'string'
    ? { SecretString: buffer.toString('utf8') }
    : { SecretBinary: buffer.toString('base64') };
}

/** What opening and sealing need to know of a request. */
export interface ValueCall {
  readonly secrets: SecretBook;
  readonly vault: ValueVault;
  readonly caller: Place;
  readonly credentials: KnownCredentials | undefined;
  readonly connection: Connection;
}

/** Makes sure that the caller can use the key that a secret has from now on. See {@link ValueVault.validateKey}. */
export function validateKey({ address, arn, record }: Secret, call: ValueCall): Promise<void> {
  return call.vault.validateKey(customerKey(record.kmsKeyId), { address, arn }, kmsCaller(call));
}

/** Seals a value as that of a version. */
export function sealFor(
  { address, arn, record }: Secret,
  versionId: string,
  value: SecretValue,
  call: ValueCall,
): Promise<SealedValue> {
  const place = { address, arn, versionId };
  return call.vault.seal(value, place, customerKey(record.kmsKeyId), kmsCaller(call));
}

/**
 * Opens the value of a version. The caller zeroises its bytes.
 *
 * @throws {SecretsFault} ResourceNotFoundException where it has none, or has gone meanwhile; DecryptionFailure
 */
export async function openVersion(
  secret: Secret,
  version: VersionRecord,
  call: ValueCall,
): Promise<SecretValue> {
  const { address, arn } = secret;
  const missing = refusal('versionNotFound', { version: version.id });
  if (!version.hasValue) throw missing;
  const sealed = await call.secrets.value(secret, version.id);
  if (sealed === undefined) {
    const now = await call.secrets.get(address);
    const isGone = now?.arn !== arn || !now.record.versions.some(({ id }) => id === version.id);
    throw isGone ? missing : new SecretsStateUnreadableError('The value of a secret version is missing.');
  }
  return call.vault.open(sealed, { address, arn, versionId: version.id }, kmsCaller(call));
}

/** Whether a version has just that value. */
export async function hasValue(
  secret: Secret,
  version: VersionRecord,
  value: SecretValue,
  call: ValueCall,
): Promise<boolean> {
  const known = await openVersion(secret, version, call);
  const isSame = equalValues(known, value);
  known.bytes.fill(0);
  return isSame;
}

function kmsCaller({ caller, credentials, connection }: ValueCall): KmsCaller {
  return { accountId: caller.accountId, region: caller.region, credentials, connection };
}
