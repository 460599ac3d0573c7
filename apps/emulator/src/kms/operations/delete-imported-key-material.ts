import { ownFault } from '../faults/own-texts.ts';
import { dropMaterials } from '../keys/imported-material.ts';
import { currentMaterialRecord } from '../keys/key-record.ts';
import { isSymmetric } from '../keys/key-specs.ts';
import { findManagedKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';
import { wrongOrigin } from './rotation.ts';

/** AWS KMS API reference, "DeleteImportedKeyMaterial": the current material, or the one that is named. */
export const deleteImportedKeyMaterial: Operation = defineOperation(
  'DeleteImportedKeyMaterial',
  'DeleteImportedKeyMaterialRequest',
  async (input, call) => {
    const found = await findManagedKey(input.KeyId, call);
    if (found.record.origin !== 'EXTERNAL') throw wrongOrigin(found);
    let deleted: string | undefined;
    await call.keys.update(found.address, (key, family) => {
      requireState(key, call.caller.operation);
      const { record } = key;
      const id = input.KeyMaterialId ?? currentMaterialRecord(record)?.id;
      const material = record.materials.find((other) => other.id === id);
      if (input.KeyMaterialId !== undefined && material === undefined)
        throw ownFault('materialMissing', { material: input.KeyMaterialId, arn: key.arn });
      deleted = material?.id;
      if (material?.held !== true) return [];
      return dropMaterials(key, family, [material.id]);
    });
    return {
      KeyId: found.arn,
      ...(deleted !== undefined && isSymmetric(found.record.keySpec) ? { KeyMaterialId: deleted } : {}),
    };
  },
);
