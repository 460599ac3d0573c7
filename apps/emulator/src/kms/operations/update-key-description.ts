import { findManagedKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

/** AWS KMS API reference, "UpdateKeyDescription". */
export const updateKeyDescription: Operation = defineOperation(
  'UpdateKeyDescription',
  'UpdateKeyDescriptionRequest',
  async (input, call) => {
    const found = await findManagedKey(input.KeyId, call);
    await call.keys.update(found.address, (key) => {
      requireState(key, call.caller.operation);
      return [{ address: key.address, record: { ...key.record, description: input.Description } }];
    });
    return undefined;
  },
);
