import { sealCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { requireAlgorithm, requireUsable } from './require-usable.ts';

/** AWS KMS API reference, "Encrypt". */
export const encrypt: Operation = defineOperation('Encrypt', 'EncryptRequest', async (input, call) => {
  refuseUnavailable(input);
  const key = await findKey(input.KeyId, call);
  requireUsable(key, 'ENCRYPT_DECRYPT', call.caller.operation);
  const algorithm = input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
  requireAlgorithm(key, algorithm);
  if (input.DryRun === true) throw dryRunSucceeded();
  const blob = sealCiphertextBlob(key, input.Plaintext, input.EncryptionContext, call.nonces);
  return { CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: algorithm, KeyId: key.arn };
});
