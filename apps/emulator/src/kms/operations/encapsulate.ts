import type { KeyObject } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { currentMaterial } from '../keys/key.ts';
import { answerSecret } from './answer-secret.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { findUsable, requireAlgorithm } from './require-usable.ts';

// Node 22 has neither. An import by these names would keep the whole emulator from starting there; this finds nothing, which nobody
// calls: a key of ML-KEM can be neither made nor read there (see make-material.ts, key-material.ts).
const { decapsulate: decapsulateKey, encapsulate: encapsulateKey } = process.getBuiltinModule('node:crypto');

/** AWS KMS API reference, "Encapsulate": ML-KEM (FIPS 203 §7.2). */
export const encapsulate: Operation = defineOperation(
  'Encapsulate',
  'EncapsulateRequest',
  async (input, call) => {
    refuseUnavailable(input);
    const key = await findUsable(input.KeyId, 'ENCAPSULATE_DECAPSULATE', call);
    requireAlgorithm(key, input.EncapsulationAlgorithm);
    if (input.DryRun === true) throw dryRunSucceeded();
    const { key: privateKey, publicKey = privateKey } = currentMaterial(key);
    const { sharedKey, ciphertext } = encapsulateKey(publicKey);
    const { EncapsulationAlgorithm } = input;
    const SharedSecretCiphertextBlob = Buffer.from(ciphertext).toString('base64');
    return answerSecret(key, sharedKey, { EncapsulationAlgorithm, SharedSecretCiphertextBlob }, call);
  },
);

/** AWS KMS API reference, "Decapsulate" (FIPS 203 §7.3): a changed ciphertext gives another secret and no error. */
export const decapsulate: Operation = defineOperation(
  'Decapsulate',
  'DecapsulateRequest',
  async (input, call) => {
    refuseUnavailable(input);
    const key = await findUsable(input.KeyId, 'ENCAPSULATE_DECAPSULATE', call);
    requireAlgorithm(key, input.EncapsulationAlgorithm);
    const secret = open(currentMaterial(key).key, input.SharedSecretCiphertextBlob);
    if (secret === undefined) throw new KmsFault('InvalidCiphertextException');
    if (input.DryRun === true) throw dryRunSucceeded();
    const { EncapsulationAlgorithm } = input;
    return answerSecret(key, secret, { EncapsulationAlgorithm }, call);
  },
);

/** Undefined for a ciphertext of another length. */
function open(privateKey: KeyObject, ciphertext: Uint8Array): Buffer | undefined {
  try {
    return decapsulateKey(privateKey, ciphertext);
  } catch {
    return undefined;
  }
}
