import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { Key, KeyChange } from '../keys/key.ts';
import { dayMs } from '../keys/key-progress.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { isPrimary } from '../keys/multi-region.ts';
import { findManagedKey } from './find-key.ts';
import { toSeconds } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

/** AWS KMS API reference, "ScheduleKeyDeletion". */
const defaultWindowDays = 30;
const [minWindowDays, maxWindowDays] = [7, 30];

/** AWS KMS API reference, "ScheduleKeyDeletion". A primary key waits until its last replica is deleted. */
export const scheduleKeyDeletion: Operation = defineOperation(
  'ScheduleKeyDeletion',
  'ScheduleKeyDeletionRequest',
  async (input, call) => {
    const windowDays = input.PendingWindowInDays ?? defaultWindowDays;
    if (windowDays < minWindowDays || windowDays > maxWindowDays)
      throw ownFault('deletionWindow', { min: minWindowDays, max: maxWindowDays });
    const found = await findManagedKey(input.KeyId, call);
    const atMs = call.clock.now().wallMs + windowDays * dayMs;
    let waits = false;
    await call.keys.update(found.address, (key, family) => {
      requireState(key, call.caller.operation);
      const { record } = key;
      waits = isPrimary(key) && (record.multiRegion?.regions.length ?? 1) > 1;
      const next: KeyRecord = waits
        ? { ...record, keyState: 'PendingReplicaDeletion', deletion: { windowDays } }
        : { ...record, keyState: 'PendingDeletion', deletion: { windowDays, atMs } };
      return replace(key, next, family, waits ? undefined : atMs);
    });
    return {
      ...(waits ? {} : { DeletionDate: toSeconds(atMs) }),
      KeyId: found.arn,
      KeyState: waits ? 'PendingReplicaDeletion' : 'PendingDeletion',
      PendingWindowInDays: windowDays,
    };
  },
);

/** AWS KMS API reference, "CancelKeyDeletion": the key is disabled then. */
export const cancelKeyDeletion: Operation = defineOperation(
  'CancelKeyDeletion',
  'CancelKeyDeletionRequest',
  async (input, call) => {
    const found = await findManagedKey(input.KeyId, call);
    await call.keys.update(found.address, (key, family) => {
      const { deletion, ...record } = key.record;
      // AWS KMS developer guide, "Key states of AWS KMS keys", note 4.
      if (deletion === undefined)
        throw new KmsFault('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
      return replace(key, { ...record, keyState: 'Disabled' }, family, undefined);
    });
    return { KeyId: found.arn };
  },
);

/** The key's new record, and in all copies of it when it leaves them. */
function replace(
  key: Key,
  next: KeyRecord,
  family: readonly Key[],
  leavesAtMs: number | undefined,
): readonly KeyChange[] {
  return family.map((copy) => {
    const record = copy === key ? next : copy.record;
    if (record.multiRegion === undefined) return { address: copy.address, record };
    const { [key.address.region]: _, ...others } = record.multiRegion.leavingAtMs ?? {};
    const leavingAtMs = leavesAtMs === undefined ? others : { ...others, [key.address.region]: leavesAtMs };
    return {
      address: copy.address,
      record: { ...record, multiRegion: { ...record.multiRegion, leavingAtMs } },
    };
  });
}
