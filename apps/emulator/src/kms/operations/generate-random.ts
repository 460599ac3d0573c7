import { randomBytes } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { missingMember } from '../wire/check-constraints.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';

/** AWS KMS API reference, "GenerateRandom". */
export const generateRandom: Operation = defineOperation(
  'GenerateRandom',
  'GenerateRandomRequest',
  (input) => {
    if (input.NumberOfBytes === undefined) throw missingMember('numberOfBytes');
    refuseUnavailable(input);
    if (input.CustomKeyStoreId !== undefined)
      throw new KmsFault(
        'UnsupportedOperationException',
        'CustomKeyStoreId is not available in the Keyfold emulator.',
      );
    return { Plaintext: randomBytes(input.NumberOfBytes).toString('base64') };
  },
);
