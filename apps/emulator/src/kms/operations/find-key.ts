import { KmsFault } from '../faults/kms-fault.ts';
import { keyArn } from '../keys/key-address.ts';
import { type KeyReference, readKeyReference } from '../keys/key-reference.ts';
import type { Key } from '../keys/key-ring.ts';
import type { Call } from './operation.ts';

/**
 * The key that a request's `KeyId` names.
 *
 * @throws {KmsFault} NotFoundException where there is none, and what {@link readKeyReference} throws
 */
export function findKey(keyId: string, call: Call): Promise<Key> {
  return keyOf(readKeyReference(keyId, call.caller), call);
}

/**
 * The same for operations that manage a key, where AWS takes no alias.
 *
 * @throws {KmsFault} InvalidArnException for an alias, and what {@link findKey} throws
 */
export function findManagedKey(keyId: string, call: Call): Promise<Key> {
  const reference = readKeyReference(keyId, call.caller);
  if (reference.kind === 'alias')
    throw new KmsFault('InvalidArnException', 'Key Aliases are not supported for this operation.');
  return keyOf(reference, call);
}

async function keyOf(reference: KeyReference, { keys }: Call): Promise<Key> {
  // There are no aliases yet: none is found.
  if (reference.kind === 'alias')
    throw new KmsFault('NotFoundException', `Alias ${reference.arn} is not found.`);
  const key = await keys.find(reference.address);
  if (key === undefined)
    throw new KmsFault('NotFoundException', `Key '${keyArn(reference.address)}' does not exist`);
  return key;
}
