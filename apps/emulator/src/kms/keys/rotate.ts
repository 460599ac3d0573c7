import type { Key, KeyChange } from './key.ts';
import { takeMaterial } from './key-material.ts';
import type { MaterialRecord, RotationSchedule } from './key-record.ts';
import { keySpecs } from './key-specs.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';
import { makeMaterial } from './make-material.ts';

/**
 * Gives a key and all of its copies fresh material; what the older encrypted still opens.
 *
 * @param schedule - the schedule from then on.
 */
export async function rotate(
  family: readonly Key[],
  rotation: NonNullable<MaterialRecord['rotation']>,
  schedule: RotationSchedule | undefined,
): Promise<readonly KeyChange[]> {
  const kind = keySpecs[family[0]?.record.keySpec ?? 'SYMMETRIC_DEFAULT'].material;
  if (kind === undefined) throw new KmsStateUnreadableError('A KMS key has a spec that has no material.');
  const secret = await makeMaterial(kind);
  const changes = family.map(({ address, record }) => {
    // Copies of one key share its id, from which with the secret the material's id follows.
    const added = takeMaterial(address, kind, new Uint8Array(secret));
    const fresh: MaterialRecord = { id: added.material.id, state: 'CURRENT', held: true, rotation };
    return {
      address,
      record: {
        ...record,
        materials: [...record.materials.map(retired), fresh],
        ...(schedule === undefined ? {} : { rotation: schedule }),
      },
      added: [added],
    };
  });
  secret.fill(0);
  return changes;
}

/** Makes the imported material that waits for it current, in a key and all of its copies. */
export function rotateToPending(
  family: readonly Key[],
  rotation: NonNullable<MaterialRecord['rotation']>,
): readonly KeyChange[] {
  return family.map(({ address, record }) => {
    const materials = record.materials.map((material) =>
      material.state === 'PENDING_ROTATION'
        ? ({ ...material, state: 'CURRENT', rotation } as const)
        : retired(material),
    );
    return { address, record: { ...record, materials } };
  });
}

function retired(material: MaterialRecord): MaterialRecord {
  return { ...material, state: 'NON_CURRENT' };
}
