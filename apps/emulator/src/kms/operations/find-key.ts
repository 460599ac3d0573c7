import { KmsFault } from '../faults/kms-fault.ts';
import type { Key } from '../keys/key.ts';
import { keyArn } from '../keys/key-address.ts';
import { type KeyReference, readKeyReference } from '../keys/key-reference.ts';
import { accessDenied } from '../policy/access-denied.ts';
import type { Call } from './operation.ts';

/**
 * The key that a request's `KeyId` names.
 *
 * @throws {KmsFault} NotFoundException where there is none, AccessDeniedException where it is another account's and the caller was
 *   not let through to it, and what {@link readKeyReference} throws
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

/** The key that a reference leads to, of whichever account. An alias leads nowhere once its key is gone. */
export async function lookUpKey(
  reference: KeyReference,
  { aliases, keys }: Pick<Call, 'aliases' | 'keys'>,
): Promise<Key | undefined> {
  if (reference.kind === 'key') return keys.find(reference.address);
  const alias = await aliases.get(reference.place, reference.name);
  return alias && keys.find({ ...reference.place, keyId: alias.targetKeyId });
}

async function keyOf(reference: KeyReference, call: Call): Promise<Key> {
  const { accountId } = reference.kind === 'alias' ? reference.place : reference.address;
  const isForeign = accountId !== call.caller.accountId;
  const key = await lookUpKey(reference, call);
  // Whether another account has such a key is not told; and an alias may have changed since the caller was let through.
  if (key === undefined ? isForeign : !isAdmitted(key, call, isForeign)) throw notAdmitted(call);
  if (key !== undefined) return key;
  throw new KmsFault(
    'NotFoundException',
    reference.kind === 'alias'
      ? `Alias ${reference.arn} is not found.`
      : `Key '${keyArn(reference.address)}' does not exist`,
  );
}

function isAdmitted(key: Key, { admission }: Call, isForeign: boolean): boolean {
  return admission === undefined ? !isForeign : admission.has(key.arn);
}

function notAdmitted({ caller, identity }: Call): KmsFault {
  return accessDenied(identity.principal.arn, `kms:${caller.operation}`, '*', 'other-account');
}
