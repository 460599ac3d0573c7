import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { ownFault } from '../faults/own-texts.ts';
import { currentMaterial } from '../keys/key.ts';
import { answerSecret } from './answer-secret.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { findUsable, requireAlgorithm } from './require-usable.ts';

/** AWS KMS API reference, "DeriveSharedSecret": the x-coordinate of the ECDH point (SP 800-56A §5.7.1.2). */
export const deriveSharedSecret: Operation = defineOperation(
  'DeriveSharedSecret',
  'DeriveSharedSecretRequest',
  async (input, call) => {
    refuseUnavailable(input);
    const key = await findUsable(input.KeyId, 'KEY_AGREEMENT', call);
    requireAlgorithm(key, input.KeyAgreementAlgorithm);
    const privateKey = currentMaterial(key).key;
    const publicKey = readPublicKey(input.PublicKey, privateKey);
    if (publicKey === undefined) throw ownFault('publicKeyOfOtherCurve', { keySpec: key.record.keySpec });
    if (input.DryRun === true) throw dryRunSucceeded();
    const secret = diffieHellman({ privateKey, publicKey });
    const { KeyAgreementAlgorithm } = input;
    return answerSecret(key, secret, { KeyAgreementAlgorithm, KeyOrigin: key.record.origin }, call);
  },
);

/** A public key on the private key's curve; the runtime refuses points that are not on theirs. */
function readPublicKey(spki: Buffer, privateKey: KeyObject): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return curve !== undefined && curve === privateKey.asymmetricKeyDetails?.namedCurve ? key : undefined;
  } catch {
    return undefined;
  }
}
