import { KmsFault } from '../faults/kms-fault.ts';
import type { Key } from '../keys/key.ts';
import { isRotatable, type MaterialRecord } from '../keys/key-record.ts';
import type { Output } from '../wire/answers.ts';
import { findManagedKey } from './find-key.ts';
import { toSeconds } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';
import { page } from './page.ts';

/** AWS KMS API reference, "ListKeyRotations". */
export const listKeyRotations: Operation = defineOperation(
  'ListKeyRotations',
  'ListKeyRotationsRequest',
  async (input, call) => {
    const key = await findManagedKey(input.KeyId, call);
    if (!isRotatable(key.record)) throw new KmsFault('UnsupportedOperationException');
    const all = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL';
    const materials = key.record.materials.filter(({ rotation }) => all || rotation !== undefined);
    const { items, members } = page(materials, ({ id }) => id, input, call.caller.operation);
    return { Rotations: items.map((material) => entry(key, material)), ...members };
  },
);

function entry({ address, record }: Key, material: MaterialRecord): Output {
  const { rotation } = material;
  return {
    KeyId: address.keyId,
    KeyMaterialId: material.id,
    KeyMaterialState: material.state,
    ...(rotation === undefined
      ? {}
      : { RotationDate: toSeconds(rotation.atMs), RotationType: rotation.type }),
    ...(record.origin === 'EXTERNAL' ? imported(material) : {}),
  };
}

function imported({ held, validToMs, description }: MaterialRecord): Output {
  return {
    ...(description === undefined ? {} : { KeyMaterialDescription: description }),
    ImportState: held ? 'IMPORTED' : 'PENDING_IMPORT',
    ...(held
      ? { ExpirationModel: validToMs === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES' }
      : {}),
    ...(validToMs === undefined ? {} : { ValidTo: toSeconds(validToMs) }),
  };
}
