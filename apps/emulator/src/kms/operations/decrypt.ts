import { whenDone } from '../../when-done.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import type { Output } from '../wire/answers.ts';
import { missingMember } from '../wire/check-constraints.ts';
import { findCipherKey, requireCipher } from './ciphertexts.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findKey } from './find-key.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { noteUse } from './require-usable.ts';

type DecryptInput = ShapeValue<'DecryptRequest'>;

/** AWS KMS API reference, "Decrypt". */
export const decrypt: Operation = defineOperation('Decrypt', 'DecryptRequest', (input, call) => {
  if (input.DryRun === true && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT') === true)
    return dryRunWithoutCiphertext(input, call);
  if (input.CiphertextBlob === undefined) throw missingMember('ciphertextBlob');
  refuseUnavailable(input);
  const algorithm = input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
  const ciphertext = {
    blob: input.CiphertextBlob,
    keyId: input.KeyId,
    keyIdMember: 'keyId',
    algorithm,
    context: input.EncryptionContext,
  };
  return whenDone(findCipherKey(ciphertext, call), ({ key, materialId, open }) => {
    const plaintext = open();
    if (input.DryRun === true) throw dryRunSucceeded();
    const output = {
      EncryptionAlgorithm: algorithm,
      KeyId: key.arn,
      ...(materialId === undefined ? {} : { KeyMaterialId: materialId }),
      Plaintext: plaintext.toString('base64'),
    };
    plaintext.fill(0);
    noteUse(key, call);
    return output;
  });
});

async function dryRunWithoutCiphertext(input: DecryptInput, call: Call): Promise<Output> {
  if (input.KeyId === undefined) throw missingMember('keyId');
  refuseUnavailable(input);
  const key = await findKey(input.KeyId, call);
  requireCipher(key, input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT', input.EncryptionContext, call);
  throw dryRunSucceeded();
}
