import { defaultKeyPolicy } from './default-key-policy.ts';
import { importMaterial } from './imported-material.ts';
import type { Key, KeyChange } from './key.ts';
import type { KeyAddress } from './key-address.ts';
import { createKeyMaterial, type NewMaterial, takeMaterial } from './key-material.ts';
import {
  type KeyRecord,
  type MaterialRecord,
  type RotationSchedule,
  stateWhenEnabled,
  type Tag,
} from './key-record.ts';
import { type KeySpec, type KeyUsage, keySpecs, type MaterialKind } from './key-specs.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';
import { isMultiRegionId } from './multi-region.ts';

/** One generation of the material of a key that is given whole. */
export interface SeededMaterial extends Omit<MaterialRecord, 'id' | 'held'> {
  /** As `asMaterial` gives it; stays the caller's. */
  readonly bytes: Uint8Array;
}

/** A key that is given whole, id and material included. Whoever gives it has checked that AWS KMS could have such a key. */
export interface SeededKey {
  readonly address: KeyAddress;
  readonly createdAtMs: number;
  readonly description: string;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly origin: 'AWS_KMS' | 'EXTERNAL';
  readonly rotation: RotationSchedule | undefined;
  /** Undefined: AWS's default. */
  readonly policy: string | undefined;
  readonly tags: readonly Tag[];
  /** Oldest first. None: fresh material, or none yet of an EXTERNAL key. */
  readonly materials: readonly SeededMaterial[];
}

/** The key as CreateKey, imports and rotations would have left it. An id that begins with `mrk-` makes it a primary key. */
export async function seededKey(
  seeded: SeededKey,
): Promise<{ readonly record: KeyRecord; readonly added: readonly NewMaterial[] }> {
  const { address, keySpec, keyUsage, origin, policy, rotation } = seeded;
  const kind = kindOf(keySpec);
  const isGiven = seeded.materials.length > 0 || origin === 'EXTERNAL';
  const added = isGiven
    ? seeded.materials.map(({ bytes }) => takeMaterial(address, kind, new Uint8Array(bytes)))
    : [await createKeyMaterial(address, kind)];
  const materials = added.map(({ material: { id } }, index): MaterialRecord => {
    const { bytes: _, ...given } = seeded.materials[index] ?? { state: 'CURRENT', bytes: undefined };
    return { ...given, id, held: true };
  });
  const record: KeyRecord = {
    format: 2,
    createdAtMs: seeded.createdAtMs,
    description: seeded.description,
    keySpec,
    keyUsage,
    origin,
    keyState: 'Enabled',
    ...(isMultiRegionId(address.keyId)
      ? { multiRegion: { primaryRegion: address.region, regions: [address.region] } }
      : {}),
    materials,
    ...(rotation === undefined ? {} : { rotation }),
    policy: policy ?? defaultKeyPolicy(address),
    tags: seeded.tags,
  };
  return { record: { ...record, keyState: stateWhenEnabled(record) }, added };
}

/** The ids that materials have in a key. */
export function seededMaterialIds(
  address: KeyAddress,
  keySpec: KeySpec,
  materials: readonly Pick<SeededMaterial, 'bytes'>[],
): readonly string[] {
  return materials.map(({ bytes }) => {
    const { material, content } = takeMaterial(address, kindOf(keySpec), new Uint8Array(bytes));
    content.fill(0);
    return material.id;
  });
}

/** The changes that bring a seeded material into a copy of an EXTERNAL multi-Region key, where each has to be imported. */
export function importIntoCopy(
  copy: Key,
  family: readonly Key[],
  { bytes, ...given }: SeededMaterial,
): readonly KeyChange[] {
  const { address, record } = copy;
  const added = takeMaterial(address, kindOf(record.keySpec), new Uint8Array(bytes));
  const { id } = added.material;
  const known = record.materials.find((material) => material.id === id);
  const entry: MaterialRecord = { ...given, id, state: known?.state ?? given.state, held: true };
  return importMaterial(copy, family, entry).map((change) =>
    change.address.region === address.region ? { ...change, added: [added] } : change,
  );
}

function kindOf(keySpec: KeySpec): MaterialKind {
  const kind = keySpecs[keySpec].material;
  if (kind === undefined) throw new KmsStateUnreadableError('A KMS key has a spec that has no material.');
  return kind;
}
