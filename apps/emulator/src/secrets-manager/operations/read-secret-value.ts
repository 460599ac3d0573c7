import type { Output } from '../../kms/wire/answers.ts';
import { refusal } from '../faults/refusal.ts';
import { toSeconds } from '../secrets/secret-members.ts';
import { type Secret, type VersionRecord, versionAt, versionOf } from '../secrets/secret-record.ts';
import { openVersion, valueMembers } from '../secrets/secret-values.ts';
import { current } from '../secrets/version-stages.ts';
import type { Call } from './operation.ts';

/** Which version of a secret is wanted. */
export interface VersionRequest {
  readonly VersionId?: string;
  readonly VersionStage?: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * A version's value and what goes with it.
 *
 * @throws {SecretsFault} ResourceNotFoundException, InvalidRequestException, DecryptionFailure
 */
export async function readSecretValue(secret: Secret, request: VersionRequest, call: Call): Promise<Output> {
  const version = wantedVersion(secret, request);
  const value = await openVersion(secret, version, call);
  const members = valueMembers(value);
  value.bytes.fill(0);
  await noteAccess(secret, version, call);
  return {
    ARN: secret.arn,
    Name: secret.address.name,
    VersionId: version.id,
    ...members,
    VersionStages: version.stages,
    CreatedDate: toSeconds(version.createdAtMs),
  };
}

function wantedVersion({ record }: Secret, { VersionId, VersionStage }: VersionRequest): VersionRecord {
  if (VersionId === undefined) {
    const stage = VersionStage ?? current;
    const version = versionAt(record, stage);
    if (version?.hasValue !== true) throw refusal('stageNotFound', { stage });
    return version;
  }
  const version = versionOf(record, VersionId);
  if (version?.hasValue !== true) throw refusal('versionNotFound', { version: VersionId });
  if (VersionStage !== undefined && !version.stages.includes(VersionStage))
    throw refusal('stageOfOtherVersion');
  return version;
}

/** AWS tells the day of the last access and no more: one write a day. What cannot be stored is tried again with the next access. */
async function noteAccess({ address, record }: Secret, { id }: VersionRecord, call: Call): Promise<void> {
  const nowMs = call.clock.now().wallMs;
  const accessedOnMs = nowMs - (nowMs % dayMs);
  if (record.accessedOnMs === accessedOnMs && versionOf(record, id)?.accessedOnMs === accessedOnMs) return;
  const noted = call.secrets.change(address, (now) => {
    if (now?.record.suffix !== record.suffix) return undefined;
    const versions = now.record.versions.map((version) =>
      version.id === id ? { ...version, accessedOnMs } : version,
    );
    return { record: { ...now.record, accessedOnMs, versions } };
  });
  // The value was read, and that is what the caller asked for.
  await noted.catch(() => {});
}
