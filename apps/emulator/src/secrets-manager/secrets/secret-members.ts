import type { Output } from '../../kms/wire/answers.ts';
import type { Rotation, Secret, SecretRecord } from './secret-record.ts';

/** AWS JSON's timestamps: seconds with milliseconds as decimals. */
export function toSeconds(ms: number): number {
  return ms / 1000;
}

/**
 * What DescribeSecret and ListSecrets say of a secret: the members that have a value, and no others.
 *
 * @param stagesMember - what the operation calls the map of versions.
 */
export function secretMembers(
  { arn, address, record }: Secret,
  stagesMember: 'VersionIdsToStages' | 'SecretVersionsToStages',
): Output {
  return {
    ARN: arn,
    Name: address.name,
    ...present('Description', record.description),
    ...present('KmsKeyId', record.kmsKeyId),
    ...rotationMembers(record.rotation),
    LastChangedDate: toSeconds(record.changedAtMs),
    ...date('LastAccessedDate', record.accessedOnMs),
    ...date('DeletedDate', record.deletedAtMs),
    ...(record.tags.length === 0 ? {} : { Tags: record.tags }),
    ...stages(record, stagesMember),
    CreatedDate: toSeconds(record.createdAtMs),
  };
}

/** A secret that was never set to rotate says nothing of it. */
function rotationMembers(rotation: Rotation | undefined): Output {
  if (rotation === undefined) return {};
  const { enabled, lambdaArn, rules, rotatedAtMs, nextAtMs } = rotation;
  return {
    RotationEnabled: enabled,
    RotationLambdaARN: lambdaArn,
    ...present('RotationRules', rules),
    ...date('LastRotatedDate', rotatedAtMs),
    ...(enabled ? date('NextRotationDate', nextAtMs) : {}),
  };
}

/** Versions without a label are not among them. */
function stages({ versions }: SecretRecord, member: string): Output {
  const labelled = versions.filter((version) => version.stages.length > 0);
  return labelled.length === 0
    ? {}
    : { [member]: Object.fromEntries(labelled.map((version) => [version.id, version.stages])) };
}

function present(member: string, value: unknown): Output {
  return value === undefined ? {} : { [member]: value };
}

function date(member: string, ms: number | undefined): Output {
  return ms === undefined ? {} : { [member]: toSeconds(ms) };
}
