import { KmsFault } from '../faults/kms-fault.ts';
import { currentMaterial } from '../keys/key.ts';
import { keySpecs } from '../keys/key-specs.ts';
import { findKey } from './find-key.ts';
import { algorithmLists } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { requireState } from './require-usable.ts';

/** AWS KMS API reference, "GetPublicKey". */
export const getPublicKey: Operation = defineOperation(
  'GetPublicKey',
  'GetPublicKeyRequest',
  async (input, call) => {
    refuseUnavailable(input);
    const key = await findKey(input.KeyId, call);
    const { keySpec, keyUsage } = key.record;
    if (keySpecs[keySpec].material?.kind === 'secret') throw new KmsFault('UnsupportedOperationException');
    requireState(key, call.caller.operation);
    const publicKey = currentMaterial(key).publicKey?.export({ type: 'spki', format: 'der' });
    return {
      CustomerMasterKeySpec: keySpec,
      [algorithmLists[keyUsage]]: keySpecs[keySpec].usages[keyUsage],
      KeyId: key.arn,
      KeySpec: keySpec,
      KeyUsage: keyUsage,
      PublicKey: publicKey?.toString('base64'),
    };
  },
);
