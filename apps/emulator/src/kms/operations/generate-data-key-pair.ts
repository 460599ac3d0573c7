import { sealCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import { currentMaterial } from '../keys/key.ts';
import { keySpecs } from '../keys/key-specs.ts';
import { makeKeyPair } from '../keys/make-material.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import type { Output } from '../wire/answers.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { findUsable, noteUse, requireAlgorithm } from './require-usable.ts';

/** AWS KMS API reference, "GenerateDataKeyPair". */
export const generateDataKeyPair: Operation = defineOperation(
  'GenerateDataKeyPair',
  'GenerateDataKeyPairRequest',
  (input, call) =>
    makeDataKeyPair(input, call, (privateKey) => ({ PrivateKeyPlaintext: privateKey.toString('base64') })),
);

/** AWS KMS API reference, "GenerateDataKeyPairWithoutPlaintext". */
export const generateDataKeyPairWithoutPlaintext: Operation = defineOperation(
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyPairWithoutPlaintextRequest',
  (input, call) => makeDataKeyPair(input, call, () => ({})),
);

/** @param reveal - what the answer shows of the private key, which is PKCS #8 in DER. */
async function makeDataKeyPair(
  input: ShapeValue<'GenerateDataKeyPairRequest'>,
  call: Call,
  reveal: (privateKey: Buffer) => Output,
): Promise<Output> {
  refuseUnavailable(input);
  const key = await findUsable(input.KeyId, 'ENCRYPT_DECRYPT', call);
  requireAlgorithm(key, 'SYMMETRIC_DEFAULT');
  const kind = keySpecs[input.KeyPairSpec].material;
  // AWS has SM2 in the China Regions alone.
  if (kind === undefined || kind.kind === 'secret') throw new KmsFault('UnsupportedOperationException');
  if (input.DryRun === true) throw dryRunSucceeded();
  const { publicKey, privateKey } = await makeKeyPair(kind);
  const blob = sealCiphertextBlob(key, privateKey, input.EncryptionContext, call.nonces);
  const output = {
    KeyId: key.arn,
    KeyMaterialId: currentMaterial(key).id,
    KeyPairSpec: input.KeyPairSpec,
    PrivateKeyCiphertextBlob: blob.toString('base64'),
    PublicKey: publicKey.toString('base64'),
    ...reveal(privateKey),
  };
  privateKey.fill(0);
  noteUse(key, call);
  return output;
}
