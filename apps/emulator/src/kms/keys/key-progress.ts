import { dropMaterials } from './imported-material.ts';
import type { Key, KeyChange } from './key.ts';
import type { KeyRecord } from './key-record.ts';
import { isPrimary } from './multi-region.ts';
import { rotate } from './rotate.ts';

export const dayMs: number = 24 * 60 * 60 * 1000;

/**
 * What the clock has brought about: deletion, expiry of imported material, automatic rotation. One step at a time: who asks goes on
 * until nothing is due.
 *
 * @param family - the key's copies in all Regions, itself included.
 */
export async function progress(
  key: Key,
  family: readonly Key[],
  nowMs: number,
): Promise<readonly KeyChange[]> {
  const { materials } = key.record;
  const gone = family.find(({ record }) => (record.deletion?.atMs ?? nowMs + 1) <= nowMs);
  if (gone !== undefined) return deleteKey(gone, family);
  if (materials.some((material) => material.held && (material.validToMs ?? nowMs + 1) <= nowMs))
    return expire(key, family, nowMs);
  const primary = family.find(isPrimary) ?? key;
  const { rotation, keyState } = primary.record;
  if (rotation?.enabled === true && keyState === 'Enabled' && rotation.nextAtMs <= nowMs) {
    const next = { ...rotation, nextAtMs: rotation.nextAtMs + rotation.periodDays * dayMs };
    return rotate(family, { type: 'AUTOMATIC', atMs: rotation.nextAtMs }, next);
  }
  return [];
}

/** Removes a key; when the last replica goes, the waiting period of a primary key that is to be deleted begins. */
function deleteKey(key: Key, family: readonly Key[]): readonly KeyChange[] {
  const atMs = key.record.deletion?.atMs ?? 0;
  const others = family.filter((other) => other !== key);
  return [
    { address: key.address, record: null },
    ...others.map(({ address, record }) => ({
      address,
      record: withoutRegion(record, key.address.region, atMs),
    })),
  ];
}

function withoutRegion(record: KeyRecord, region: string, atMs: number): KeyRecord {
  if (record.multiRegion === undefined) return record;
  const regions = record.multiRegion.regions.filter((other) => other !== region);
  const { [region]: _, ...leavingAtMs } = record.multiRegion.leavingAtMs ?? {};
  const next = { ...record, multiRegion: { ...record.multiRegion, regions, leavingAtMs } };
  if (record.keyState !== 'PendingReplicaDeletion' || record.deletion === undefined || regions.length > 1)
    return next;
  const deletion = { ...record.deletion, atMs: atMs + record.deletion.windowDays * dayMs };
  return { ...next, keyState: 'PendingDeletion', deletion };
}

function expire(key: Key, family: readonly Key[], nowMs: number): readonly KeyChange[] {
  const expired = key.record.materials
    .filter(({ held, validToMs }) => held && validToMs !== undefined && validToMs <= nowMs)
    .map(({ id }) => id);
  return dropMaterials(key, family, expired);
}
