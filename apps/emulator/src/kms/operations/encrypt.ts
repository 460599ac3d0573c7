import { whenDone } from '../../when-done.ts';
import { requireCipher, requireFits, seal } from './ciphertexts.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { noteUse } from './require-usable.ts';

/** AWS KMS API reference, "Encrypt". */
export const encrypt: Operation = defineOperation('Encrypt', 'EncryptRequest', (input, call) => {
  refuseUnavailable(input);
  return whenDone(findKey(input.KeyId, call), (key) => {
    const algorithm = input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
    requireCipher(key, algorithm, input.EncryptionContext, call);
    requireFits(key, algorithm, input.Plaintext);
    if (input.DryRun === true) throw dryRunSucceeded();
    const blob = seal(key, algorithm, input.Plaintext, input.EncryptionContext, call);
    noteUse(key, call);
    return { CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: algorithm, KeyId: key.arn };
  });
});
