import type { Awaitable } from '@keyfold/crypto-core';
import { whenDone } from '../../when-done.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { Key } from '../keys/key.ts';
import { keyArn } from '../keys/key-address.ts';
import { type KeyReference, readKeyReference } from '../keys/key-reference.ts';
import { accessDenied } from '../policy/access-denied.ts';
import { accessRow } from '../policy/access-rows.ts';
import { requireServiceUse } from '../policy/managed-key-use.ts';
import type { Call } from './operation.ts';

/**
 * The key that a request's `KeyId` names, at once where it is in memory.
 *
 * @param action - the permission that it takes. Default: that of the operation, or of the first key that it names.
 * @throws {KmsFault} NotFoundException where there is none, AccessDeniedException where it is another account's and the caller was
 *   not let through to it, and what {@link readKeyReference} throws
 */
export function findKey(keyId: string, call: Call, action?: string): Awaitable<Key> {
  return keyOf(readKeyReference(keyId, call.caller), call, (key) =>
    requireServiceUse(key, action ?? actionOf(call), call),
  );
}

/** The permission that an operation takes for its only key, or the first of two. */
export function actionOf({ caller: { operation } }: Call): string {
  return accessRow(operation).keys[0]?.action ?? `kms:${operation}`;
}

/**
 * The same for operations that manage a key, where AWS takes no alias.
 *
 * @throws {KmsFault} InvalidArnException for an alias, UnsupportedOperationException for a key that AWS manages where the operation
 *   would change it, and what {@link findKey} throws
 */
export async function findManagedKey(keyId: string, call: Call): Promise<Key> {
  const reference = readKeyReference(keyId, call.caller);
  // As AWS answers: github.com/hashicorp/terraform/issues/20813.
  if (reference.kind === 'alias')
    throw new KmsFault('InvalidArnException', 'Key Aliases are not supported for this operation.');
  const key = await keyOf(reference, call);
  if (key.record.managedBy !== undefined && !isLeftToCustomers.test(call.caller.operation))
    throw ownFault('keyManagedByAws', { arn: key.arn });
  if (call.caller.operation === 'CreateGrant') requireServiceUse(key, actionOf(call), call);
  return key;
}

/** What may be asked about a key that AWS manages, and the grants that services make. */
const isLeftToCustomers = /^(?:Describe|Get|List)|Grant$/;

/** The key that a reference leads to, of whichever account. An alias leads nowhere once its key is gone. */
export function lookUpKey(
  reference: KeyReference,
  { aliases, keys }: Pick<Call, 'aliases' | 'keys'>,
): Awaitable<Key | undefined> {
  if (reference.kind === 'key') return keys.find(reference.address);
  const { place, name } = reference;
  return aliases.get(place, name).then((alias) => alias && keys.find({ ...place, keyId: alias.targetKeyId }));
}

function keyOf(
  reference: KeyReference,
  call: Call,
  checkManaged: (key: Key) => void = () => {},
): Awaitable<Key> {
  return whenDone(lookUpKey(reference, call), (key) => admittedKey(key, reference, call, checkManaged));
}

function admittedKey(
  key: Key | undefined,
  reference: KeyReference,
  call: Call,
  checkManaged: (key: Key) => void,
): Awaitable<Key> {
  const { accountId } = reference.kind === 'alias' ? reference.place : reference.address;
  const isForeign = accountId !== call.caller.accountId;
  // Whether another account has such a key is not told; and an alias may have changed since the caller was let through.
  if (key === undefined ? isForeign : !isAdmitted(key, call, isForeign)) throw notAdmitted(call);
  if (key?.record.managedBy !== undefined) checkManaged(key);
  if (key !== undefined) return asAvailable(key, call);
  // Recorded; of an alias: github.com/sigstore/cosign/issues/1474.
  throw new KmsFault(
    'NotFoundException',
    reference.kind === 'alias'
      ? `Alias ${reference.arn} is not found.`
      : `Key '${keyArn(reference.address)}' does not exist`,
  );
}

/**
 * AWS KMS developer guide, "Key states of AWS KMS keys": a key is unavailable as long as its custom key store is disconnected. Its own
 * state is kept, and one that waits for its deletion stays in that state (note 13).
 */
export function asAvailable(key: Key, { keyStores }: Pick<Call, 'keyStores'>): Awaitable<Key> {
  const { customKeyStore, deletion } = key.record;
  if (customKeyStore === undefined || deletion !== undefined) return key;
  return keyStores
    .get(key.address, customKeyStore.id)
    .then((store) =>
      store?.connectionState === 'CONNECTED'
        ? key
        : { ...key, record: { ...key.record, keyState: 'Unavailable' } },
    );
}

function isAdmitted(key: Key, { admission }: Call, isForeign: boolean): boolean {
  return admission === undefined ? !isForeign : admission.includes(key.arn);
}

function notAdmitted({ caller, identity }: Call): KmsFault {
  return accessDenied(identity.principal.arn, `kms:${caller.operation}`, '*', 'other-account');
}
