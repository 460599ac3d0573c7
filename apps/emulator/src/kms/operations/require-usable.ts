import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { Key } from '../keys/key.ts';
import { type Algorithm, type KeyUsage, keySpecs } from '../keys/key-specs.ts';
import { type KeyState, keyStates, refusedStates } from '../keys/key-states.ts';
import { findKey } from './find-key.ts';
import type { Call } from './operation.ts';

const refused: Readonly<Record<string, readonly KeyState[]>> = refusedStates;

/** The key that a request's `KeyId` names, where it may be used for that now. See {@link requireUsable}. */
export async function findUsable(keyId: string, usage: KeyUsage, call: Call): Promise<Key> {
  const key = await findKey(keyId, call);
  requireUsable(key, usage, call.caller.operation);
  return key;
}

/**
 * Refuses a key that an operation may not use now. That the usage is looked at first, then the state, then the algorithm, is our
 * choice: AWS does not tell its order.
 *
 * @throws {KmsFault} InvalidKeyUsageException for another usage, and what {@link requireState} throws
 */
export function requireUsable(key: Key, usage: KeyUsage, operation: string): void {
  const { arn, record } = key;
  if (record.keyUsage !== usage)
    throw new KmsFault(
      'InvalidKeyUsageException',
      `${arn} key usage is ${record.keyUsage} which is not valid for ${operation}.`,
    );
  requireState(key, operation);
}

/** @throws {KmsFault} DisabledException or KMSInvalidStateException where the key's state does not allow the operation */
export function requireState({ arn, record: { keyState } }: Key, operation: string): void {
  if (refused[operation]?.includes(keyState) !== true) return;
  const { fault, text } = keyStates[keyState];
  throw new KmsFault(fault, text(arn));
}

/** @throws {KmsFault} InvalidKeyUsageException where the key's spec does not have the algorithm for its usage */
export function requireAlgorithm({ record: { keySpec, keyUsage } }: Key, algorithm: Algorithm): void {
  if (keySpecs[keySpec].usages[keyUsage]?.includes(algorithm) !== true)
    throw ownFault('algorithmOfOtherSpec', { algorithm, keySpec });
}

/** Remembers that a key did something. To be called when nothing can go wrong any more. */
export function noteUse(key: Key, { caller, clock, requestId, uses }: Call): void {
  uses.note(key, caller.operation, clock.now().wallMs, requestId);
}
