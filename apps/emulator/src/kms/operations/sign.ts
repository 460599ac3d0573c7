import {
  digestByteLengths,
  type MessageType,
  signingAlgorithms,
  signMessage,
  verifyMessage,
} from '../crypto/signatures.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { currentMaterial, type Key } from '../keys/key.ts';
import { keySpecs, type SigningAlgorithm } from '../keys/key-specs.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { findUsable, noteUse, requireAlgorithm } from './require-usable.ts';

/** AWS KMS API reference, "Sign". */
export const sign: Operation = defineOperation('Sign', 'SignRequest', async (input, call) => {
  refuseUnavailable(input);
  const key = await findUsable(input.KeyId, 'SIGN_VERIFY', call);
  const { SigningAlgorithm, MessageType = 'RAW', Message } = input;
  requireMessage(key, SigningAlgorithm, MessageType, Message);
  if (input.DryRun === true) throw dryRunSucceeded();
  const isDigest = MessageType !== 'RAW';
  const signature = await signMessage(SigningAlgorithm, currentMaterial(key).key, Message, isDigest);
  noteUse(key, call);
  return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm };
});

/** AWS KMS API reference, "Verify". A signature that is not valid is an error, never `SignatureValid: false`. */
export const verify: Operation = defineOperation('Verify', 'VerifyRequest', async (input, call) => {
  refuseUnavailable(input);
  const key = await findUsable(input.KeyId, 'SIGN_VERIFY', call);
  const { SigningAlgorithm, MessageType = 'RAW', Message, Signature } = input;
  requireMessage(key, SigningAlgorithm, MessageType, Message);
  if (input.DryRun === true) throw dryRunSucceeded();
  const { key: privateKey, publicKey = privateKey } = currentMaterial(key);
  const isDigest = MessageType !== 'RAW';
  if (!(await verifyMessage(SigningAlgorithm, publicKey, Message, isDigest, Signature)))
    throw new KmsFault('KMSInvalidSignatureException');
  noteUse(key, call);
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm };
});

/**
 * @throws {KmsFault} InvalidKeyUsageException for an algorithm that the key does not have, ValidationException for a form or
 *   length of message that the algorithm does not have, UnsupportedOperationException for what the runtime lacks
 */
function requireMessage(key: Key, algorithm: SigningAlgorithm, type: MessageType, message: Uint8Array): void {
  requireAlgorithm(key, algorithm);
  const { messageTypes, unavailable, hash } = signingAlgorithms[algorithm];
  if (!messageTypes.includes(type)) throw messageTypeRefused(key, algorithm, type);
  if (type === 'DIGEST' && hash !== undefined && message.byteLength !== digestByteLengths[hash])
    throw new KmsFault('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
  if (unavailable.includes(type))
    throw new KmsFault(
      'UnsupportedOperationException',
      `MessageType ${type} with algorithm ${algorithm} is not available in the Keyfold emulator: its runtime lacks it.`,
    );
}

/** For a type that no algorithm of the key has, as AWS answers: github.com/floci-io/floci/issues/3025. */
function messageTypeRefused({ record }: Key, algorithm: SigningAlgorithm, type: MessageType): KmsFault {
  const { keySpec } = record;
  const algorithms = keySpecs[keySpec].usages.SIGN_VERIFY as readonly SigningAlgorithm[] | undefined;
  const isKnown = algorithms?.some((other) => signingAlgorithms[other].messageTypes.includes(type));
  return isKnown === true
    ? ownFault('messageTypeOfOtherAlgorithm', { type, algorithm })
    : new KmsFault('ValidationException', `Message type ${type} is incompatible with key spec ${keySpec}.`);
}
