import type { Awaitable } from '@keyfold/crypto-core';
import { whenDone } from '../../when-done.ts';
import { sealCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import { currentMaterial } from '../keys/key.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import type { Output } from '../wire/answers.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findKey } from './find-key.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { noteUse, requireAlgorithm, requireUsable } from './require-usable.ts';

type DataKeyInput = ShapeValue<'GenerateDataKeyRequest'>;

const byteLengths: Readonly<Record<ShapeValue<'DataKeySpec'>, number>> = { AES_128: 16, AES_256: 32 };

/** AWS KMS API reference, "GenerateDataKey". */
export const generateDataKey: Operation = defineOperation(
  'GenerateDataKey',
  'GenerateDataKeyRequest',
  (input, call) => makeDataKey(input, call, (dataKey) => ({ Plaintext: dataKey.toString('base64') })),
);

/** AWS KMS API reference, "GenerateDataKeyWithoutPlaintext". */
export const generateDataKeyWithoutPlaintext: Operation = defineOperation(
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintextRequest',
  (input, call) => makeDataKey(input, call, () => ({})),
);

/** @param reveal - what the answer shows of the data key. AWS's protocol carries it as text, which is the caller's. */
function makeDataKey(
  input: DataKeyInput,
  call: Call,
  reveal: (dataKey: Buffer) => Output,
): Awaitable<Output> {
  refuseUnavailable(input);
  return whenDone(findKey(input.KeyId, call), (key) => {
    const byteLength = dataKeyByteLength(input);
    requireUsable(key, 'ENCRYPT_DECRYPT', call.caller.operation);
    requireAlgorithm(key, 'SYMMETRIC_DEFAULT');
    if (input.DryRun === true) throw dryRunSucceeded();

    const dataKey = call.dataKeys.next(byteLength);
    const blob = sealCiphertextBlob(key, dataKey, input.EncryptionContext, call.nonces);
    const output = {
      CiphertextBlob: blob.toString('base64'),
      KeyId: key.arn,
      KeyMaterialId: currentMaterial(key).id,
      ...reveal(dataKey),
    };
    dataKey.fill(0);
    noteUse(key, call);
    return output;
  });
}

/** AWS's words for GenerateRandom, which takes the same two members: github.com/nsmithuk/local-kms/issues/6. */
function dataKeyByteLength({ KeySpec, NumberOfBytes }: DataKeyInput): number {
  const byteLength = KeySpec === undefined ? NumberOfBytes : byteLengths[KeySpec];
  if (byteLength === undefined || (KeySpec !== undefined && NumberOfBytes !== undefined))
    throw new KmsFault('ValidationException', 'Please specify either number of bytes or key spec.');
  return byteLength;
}
