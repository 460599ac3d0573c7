import { missingMember } from '../wire/check-constraints.ts';
import { findCipherKey, requireCipher, seal } from './ciphertexts.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { noteUse } from './require-usable.ts';

/** AWS KMS API reference, "ReEncrypt". The plaintext never leaves the emulator. */
export const reEncrypt: Operation = defineOperation('ReEncrypt', 'ReEncryptRequest', async (input, call) => {
  refuseUnavailable(input);
  const sourceAlgorithm = input.SourceEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
  const destinationAlgorithm = input.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
  const ignoresCiphertext =
    input.DryRun === true && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT') === true;
  if (ignoresCiphertext) {
    if (input.SourceKeyId === undefined) throw missingMember('sourceKeyId');
    const source = await findKey(input.SourceKeyId, call);
    requireCipher(source, sourceAlgorithm, input.SourceEncryptionContext, call);
  } else if (input.CiphertextBlob === undefined) throw missingMember('ciphertextBlob');
  const source =
    ignoresCiphertext || input.CiphertextBlob === undefined
      ? undefined
      : await findCipherKey(
          {
            blob: input.CiphertextBlob,
            keyId: input.SourceKeyId,
            keyIdMember: 'sourceKeyId',
            algorithm: sourceAlgorithm,
            context: input.SourceEncryptionContext,
          },
          call,
        );
  const destination = await findKey(input.DestinationKeyId, call, 'kms:ReEncryptTo');
  requireCipher(destination, destinationAlgorithm, input.DestinationEncryptionContext, call);
  const plaintext = source?.open();
  if (source === undefined || plaintext === undefined || input.DryRun === true) {
    plaintext?.fill(0);
    throw dryRunSucceeded();
  }
  try {
    const blob = seal(destination, destinationAlgorithm, plaintext, input.DestinationEncryptionContext, call);
    noteUse(source.key, call);
    noteUse(destination, call);
    return {
      CiphertextBlob: blob.toString('base64'),
      DestinationEncryptionAlgorithm: destinationAlgorithm,
      ...(destinationAlgorithm === 'SYMMETRIC_DEFAULT' && destination.current !== undefined
        ? { DestinationKeyMaterialId: destination.current.id }
        : {}),
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: sourceAlgorithm,
      SourceKeyId: source.key.arn,
      ...(source.materialId === undefined ? {} : { SourceKeyMaterialId: source.materialId }),
    };
  } finally {
    plaintext.fill(0);
  }
});
