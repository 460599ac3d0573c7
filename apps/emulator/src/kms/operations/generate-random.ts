import { randomBytes } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { requireConnected } from './create-key-in-store.ts';
import { findKeyStore } from './custom-key-store-input.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';

/** AWS KMS API reference, "GenerateRandom". */
export const generateRandom: Operation = defineOperation(
  'GenerateRandom',
  'GenerateRandomRequest',
  async (input, call) => {
    // As AWS answers, though it does not document a key spec here: github.com/nsmithuk/local-kms/issues/6.
    if (input.NumberOfBytes === undefined)
      throw new KmsFault('ValidationException', 'Please specify either number of bytes or key spec.');
    refuseUnavailable(input);
    if (input.CustomKeyStoreId !== undefined) await requireCluster(input.CustomKeyStoreId, call);
    return { Plaintext: randomBytes(input.NumberOfBytes).toString('base64') };
  },
);

/** Random bytes come out of CloudHSM clusters only. */
async function requireCluster(id: string, call: Call): Promise<void> {
  const store = await findKeyStore(id, call);
  const { type } = store.record;
  if (type !== 'AWS_CLOUDHSM') throw ownFault('keyStoreOfOtherType', { store: id, type });
  requireConnected(store);
}
