import { randomFillSync } from 'node:crypto';
import { sealCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { requireAlgorithm, requireUsable } from './require-usable.ts';

const byteLengths: Readonly<Record<ShapeValue<'DataKeySpec'>, number>> = { AES_128: 16, AES_256: 32 };

/** AWS KMS API reference, "GenerateDataKey". */
export const generateDataKey: Operation = defineOperation(
  'GenerateDataKey',
  'GenerateDataKeyRequest',
  async (input, call) => {
    refuseUnavailable(input);
    const key = await findKey(input.KeyId, call);
    const byteLength = dataKeyByteLength(input);
    requireUsable(key, 'ENCRYPT_DECRYPT', call.caller.operation);
    requireAlgorithm(key, 'SYMMETRIC_DEFAULT');
    if (input.DryRun === true) throw dryRunSucceeded();

    const dataKey = Buffer.alloc(byteLength);
    randomFillSync(dataKey);
    const blob = sealCiphertextBlob(key, dataKey, input.EncryptionContext, call.nonces);
    // AWS's protocol carries the key as text. It is the caller's, and no string that is kept here.
    const output = {
      CiphertextBlob: blob.toString('base64'),
      KeyId: key.arn,
      KeyMaterialId: key.currentMaterial.id,
      Plaintext: dataKey.toString('base64'),
    };
    dataKey.fill(0);
    return output;
  },
);

function dataKeyByteLength({ KeySpec, NumberOfBytes }: ShapeValue<'GenerateDataKeyRequest'>): number {
  const byteLength = KeySpec === undefined ? NumberOfBytes : byteLengths[KeySpec];
  if (byteLength === undefined || (KeySpec !== undefined && NumberOfBytes !== undefined))
    throw new KmsFault('ValidationException', 'Please specify either number of bytes or key spec.');
  return byteLength;
}
