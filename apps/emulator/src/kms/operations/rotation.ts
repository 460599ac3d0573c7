import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { Key } from '../keys/key.ts';
import { dayMs } from '../keys/key-progress.ts';
import { isRotatable, type RotationSchedule } from '../keys/key-record.ts';
import { isPrimary } from '../keys/multi-region.ts';
import { rotate, rotateToPending } from '../keys/rotate.ts';
import { findManagedKey } from './find-key.ts';
import { toSeconds } from './key-metadata.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

const defaultPeriodDays = 365;
/** AWS KMS developer guide, "Resource quotas": on-demand rotations of a key. */
const maxOnDemandRotations = 25;

/** AWS KMS API reference, "EnableKeyRotation". The copies of a multi-Region key share the schedule. */
export const enableKeyRotation: Operation = defineOperation(
  'EnableKeyRotation',
  'EnableKeyRotationRequest',
  async (input, call) => {
    const periodDays = input.RotationPeriodInDays ?? defaultPeriodDays;
    const nextAtMs = call.clock.now().wallMs + periodDays * dayMs;
    await changeSchedule(input.KeyId, call, () => ({ enabled: true, periodDays, nextAtMs }));
    return undefined;
  },
);

/** AWS KMS API reference, "DisableKeyRotation". */
export const disableKeyRotation: Operation = defineOperation(
  'DisableKeyRotation',
  'DisableKeyRotationRequest',
  async (input, call) => {
    await changeSchedule(input.KeyId, call, (schedule) => schedule && { ...schedule, enabled: false });
    return undefined;
  },
);

/** AWS KMS API reference, "GetKeyRotationStatus". A key that waits for its deletion does not rotate. */
export const getKeyRotationStatus: Operation = defineOperation(
  'GetKeyRotationStatus',
  'GetKeyRotationStatusRequest',
  async (input, call) => {
    const { arn, record } = await findManagedKey(input.KeyId, call);
    if (!isRotatable(record)) throw new KmsFault('UnsupportedOperationException');
    const { rotation, deletion } = record;
    if (rotation?.enabled !== true || deletion !== undefined)
      return { KeyId: arn, KeyRotationEnabled: false };
    return {
      KeyId: arn,
      KeyRotationEnabled: true,
      NextRotationDate: toSeconds(rotation.nextAtMs),
      RotationPeriodInDays: rotation.periodDays,
    };
  },
);

/** AWS KMS API reference, "RotateKeyOnDemand": to fresh material, or to the imported one that waits. Done at once. */
export const rotateKeyOnDemand: Operation = defineOperation(
  'RotateKeyOnDemand',
  'RotateKeyOnDemandRequest',
  async (input, call) => {
    const found = await findManagedKey(input.KeyId, call);
    await call.keys.update(found.address, (key, family) => {
      requireState(key, call.caller.operation);
      requirePrimaryRotatable(key);
      const rotation = { type: 'ON_DEMAND', atMs: call.clock.now().wallMs } as const;
      const { materials, origin } = key.record;
      const made = materials.filter((material) => material.rotation?.type === 'ON_DEMAND').length;
      if (made >= maxOnDemandRotations)
        throw ownFault('rotationLimit', { arn: key.arn, max: maxOnDemandRotations });
      if (origin === 'AWS_KMS') return rotate(family, rotation, undefined);
      if (materials.some(({ state }) => state === 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'))
        throw ownFault('rotationPendingElsewhere', { arn: key.arn });
      if (!materials.some(({ state }) => state === 'PENDING_ROTATION'))
        throw ownFault('rotationNothingPending', { arn: key.arn });
      return rotateToPending(family, rotation);
    });
    return { KeyId: found.arn };
  },
);

async function changeSchedule(
  keyId: string,
  call: Call,
  next: (schedule: RotationSchedule | undefined) => RotationSchedule | undefined,
): Promise<void> {
  const found = await findManagedKey(keyId, call);
  await call.keys.update(found.address, (key, family) => {
    requireState(key, call.caller.operation);
    if (key.record.origin === 'EXTERNAL') throw wrongOrigin(key);
    requirePrimaryRotatable(key);
    const schedule = next(key.record.rotation);
    if (schedule === undefined || schedule === key.record.rotation) return [];
    return family.map(({ address, record }) => ({ address, record: { ...record, rotation: schedule } }));
  });
}

/** @throws {KmsFault} UnsupportedOperationException for a key that has one material for ever, and for a replica */
function requirePrimaryRotatable(key: Key): void {
  if (!isRotatable(key.record) || !isPrimary(key)) throw new KmsFault('UnsupportedOperationException');
}

/** The refusal of an operation that keys of another origin have. */
export function wrongOrigin({ arn, record }: Key): KmsFault {
  return new KmsFault(
    'UnsupportedOperationException',
    `${arn} origin is ${record.origin} which is not valid for this operation.`,
  );
}
