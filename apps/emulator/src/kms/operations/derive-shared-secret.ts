import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { currentMaterial } from '../keys/key.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { findUsable, noteUse, requireAlgorithm } from './require-usable.ts';

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
    if (publicKey === undefined)
      throw new KmsFault(
        'ValidationException',
        `The public key is not a DER-encoded SubjectPublicKeyInfo on the curve of key spec ${key.record.keySpec}.`,
      );
    if (input.DryRun === true) throw dryRunSucceeded();
    const secret = diffieHellman({ privateKey, publicKey });
    const output = {
      KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
      KeyId: key.arn,
      KeyOrigin: key.record.origin,
      SharedSecret: secret.toString('base64'),
    };
    secret.fill(0);
    noteUse(key, call);
    return output;
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
