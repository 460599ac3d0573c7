import { exact } from '../../aws/support.ts';
import { refusal } from '../faults/refusal.ts';
import type { ShapeValue } from '../model/shapes.ts';
import { rotated } from '../secrets/rotation-schedule.ts';
import { type SecretRecord, type VersionRecord, versionAt, versionOf } from '../secrets/secret-record.ts';
import { checkVersionLimits } from '../secrets/version-limits.ts';
import { attachStage, current, detachStage } from '../secrets/version-stages.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

type StageInput = ShapeValue<'UpdateSecretVersionStageRequest'>;

/** AWS Secrets Manager API reference, "UpdateSecretVersionStage". */
export const updateSecretVersionStage: Operation = defineOperation(
  'UpdateSecretVersionStage',
  'UpdateSecretVersionStageRequest',
  exact,
  async (input, call) => {
    const found = await findSecret(input, call);
    await changeSecret(found, call, ({ record }, nowMs) => {
      const versions = withStage(record, input);
      if (versions === record.versions) return undefined;
      checkVersionLimits(versions);
      const next = { ...record, versions };
      return { record: input.VersionStage === current ? rotated(next, nowMs) : next };
    });
    return { ARN: found.arn, Name: found.address.name };
  },
);

function withStage(record: SecretRecord, input: StageInput): readonly VersionRecord[] {
  const { VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = input;
  const holder = versionAt(record, stage);
  if (to === undefined) return withoutStage(record, holder, input);
  requireVersion(record, to, stage === current);
  if (from !== undefined) requireVersion(record, from, false);
  if (holder !== undefined && holder.id !== to && from === undefined)
    throw refusal('labelElsewhere', { stage, version: holder.id });
  if (from !== undefined && holder === undefined) throw refusal('labelNotThere', { stage, version: from });
  if (from !== undefined && holder !== undefined && holder.id !== from)
    throw refusal('labelOfOther', { stage, version: holder.id });
  return attachStage(record.versions, stage, to);
}

function withoutStage(
  record: SecretRecord,
  holder: VersionRecord | undefined,
  { VersionStage: stage, RemoveFromVersionId: from }: StageInput,
): readonly VersionRecord[] {
  if (from === undefined) throw refusal('nothingToMove');
  if (stage === current) throw refusal('currentRemoved');
  requireVersion(record, from, false);
  if (holder?.id !== from) throw refusal('labelNotThere', { stage, version: from });
  return detachStage(record.versions, stage);
}

/** @param withValue - whether a version that a rotation has made without a value does not count. */
function requireVersion(record: SecretRecord, id: string, withValue: boolean): void {
  const version = versionOf(record, id);
  if (version === undefined || (withValue && !version.hasValue))
    throw refusal('versionNotFound', { version: id });
}
