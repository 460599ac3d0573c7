import { type KeyRecord, stateWhenEnabled } from '../keys/key-record.ts';
import { isPrimary } from '../keys/multi-region.ts';
import { findManagedKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

/** AWS KMS API reference, "EnableKey". A rotation that was missed meanwhile happens now, and once. */
export const enableKey: Operation = defineOperation('EnableKey', 'EnableKeyRequest', async (input, call) => {
  const found = await findManagedKey(input.KeyId, call);
  await call.keys.update(found.address, (key, family) => {
    requireState(key, call.caller.operation);
    if (key.record.keyState === 'Enabled') return [];
    const nowMs = call.clock.now().wallMs;
    // The copies of a multi-Region key share the schedule, which is the primary key's.
    const changed = isPrimary(key) ? family : [key];
    return changed.map((copy) => {
      const record = isPrimary(key) ? withoutMissed(copy.record, nowMs) : copy.record;
      const keyState = copy === key ? stateWhenEnabled(record) : record.keyState;
      return { address: copy.address, record: { ...record, keyState } };
    });
  });
  return undefined;
});

/** A rotation that was missed is due now. */
function withoutMissed(record: KeyRecord, nowMs: number): KeyRecord {
  if (record.rotation === undefined) return record;
  const nextAtMs = Math.max(record.rotation.nextAtMs, nowMs);
  return { ...record, rotation: { ...record.rotation, nextAtMs } };
}

/** AWS KMS API reference, "DisableKey". */
export const disableKey: Operation = defineOperation(
  'DisableKey',
  'DisableKeyRequest',
  async (input, call) => {
    const found = await findManagedKey(input.KeyId, call);
    await call.keys.update(found.address, (key) => {
      requireState(key, call.caller.operation);
      const { address, record } = key;
      return record.keyState === 'Disabled' ? [] : [{ address, record: { ...record, keyState: 'Disabled' } }];
    });
    return undefined;
  },
);
