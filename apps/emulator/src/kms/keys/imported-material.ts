import type { Key, KeyChange } from './key.ts';
import { isPending, type KeyRecord, type MaterialRecord, stateWhenEnabled } from './key-record.ts';
import { isPrimary } from './multi-region.ts';

/**
 * The changes that imported material brings to a key and its copies. AWS KMS API reference, "ImportKeyMaterial": the copies of a
 * multi-Region key have the same materials, each has to be imported into each of them, and into the primary key first.
 */
export function importMaterial(
  key: Key,
  family: readonly Key[],
  material: MaterialRecord,
): readonly KeyChange[] {
  const changed = family.map(({ address, record }): KeyChange & { readonly record: KeyRecord } => {
    const isHere = address.region === key.address.region;
    const known = record.materials.find(({ id }) => id === material.id);
    if (!isHere && known !== undefined) return { address, record };
    const { validToMs: _, ...elsewhere } = material;
    const entry = isHere ? material : { ...elsewhere, held: false };
    const materials =
      known === undefined
        ? [...record.materials, entry]
        : record.materials.map((other) => (other === known ? entry : other));
    const next = { ...record, materials };
    const keyState = isHere && record.keyState === 'PendingImport' ? stateWhenEnabled(next) : record.keyState;
    return { address, record: { ...next, keyState } };
  });
  return settled(changed);
}

/**
 * A key without some of its imported materials, and its copies. Material that never was current is forgotten when it leaves the
 * primary key; any other can be imported again.
 */
export function dropMaterials(
  key: Key,
  family: readonly Key[],
  ids: readonly string[],
): readonly KeyChange[] {
  const forgotten = isPrimary(key)
    ? key.record.materials.filter((material) => ids.includes(material.id) && isPending(material))
    : [];
  const isForgotten = (id: string): boolean => forgotten.some((material) => material.id === id);
  const changed = family.map((copy) => {
    const { address, record } = copy;
    const isHere = address.region === key.address.region;
    const removed = record.materials
      .filter(({ id, held }) => held && (isForgotten(id) || (isHere && ids.includes(id))))
      .map(({ id }) => id);
    const materials = record.materials
      .filter(({ id }) => !isForgotten(id))
      .map((material) => (isHere && ids.includes(material.id) ? unheld(material) : material));
    const next = { ...record, materials };
    return { address, record: isHere ? asIncomplete(next) : next, removed };
  });
  return settled(changed);
}

function unheld({ validToMs: _, ...material }: MaterialRecord): MaterialRecord {
  return { ...material, held: false };
}

/** A key that lacks any material that was ever current waits for it, unless it waits for its deletion. */
function asIncomplete(record: KeyRecord): KeyRecord {
  if (record.origin !== 'EXTERNAL' || record.deletion !== undefined) return record;
  return stateWhenEnabled(record) === 'Enabled' ? record : { ...record, keyState: 'PendingImport' };
}

/** New material can be rotated to once every copy has it. */
function settled(changes: readonly (KeyChange & { readonly record: KeyRecord })[]): readonly KeyChange[] {
  const isEverywhere = (id: string): boolean =>
    changes.every(({ record }) => record.materials.some((material) => material.id === id && material.held));
  return changes.map((change) => {
    const materials = change.record.materials.map((material) =>
      isPending(material) ? { ...material, state: pendingState(isEverywhere(material.id)) } : material,
    );
    return { ...change, record: { ...change.record, materials } };
  });
}

function pendingState(isEverywhere: boolean): MaterialRecord['state'] {
  return isEverywhere ? 'PENDING_ROTATION' : 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
}

/** The changes for a key and its copies once there is another copy, which has no imported material yet. */
export function unsettled(record: KeyRecord): KeyRecord {
  const materials = record.materials.map((material) =>
    isPending(material) ? { ...material, state: pendingState(false) } : material,
  );
  return { ...record, materials };
}
