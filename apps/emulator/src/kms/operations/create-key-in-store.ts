import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { Key } from '../keys/key.ts';
import type { CustomKeyStoreKey, KeyOrigin } from '../keys/key-record.ts';
import { isSymmetric, type KeySpec } from '../keys/key-specs.ts';
import type { KeyStore } from '../keys/key-store-book.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { findKeyStore } from './custom-key-store-input.ts';
import { keysOfStore } from './keys-of-store.ts';
import type { Call } from './operation.ts';

type StoreInput = Pick<ShapeValue<'CreateKeyRequest'>, 'CustomKeyStoreId' | 'MultiRegion' | 'XksKeyId'> & {
  readonly Origin: KeyOrigin;
};

/**
 * Makes a key where its request wants it: in a custom key store, or, for every other origin, in none. AWS KMS API reference,
 * "CreateKey": only symmetric encryption keys of one Region, and only in a store that is connected.
 *
 * @throws {KmsFault} for a request whose origin, store and external key do not go together, CustomKeyStoreNotFoundException,
 *   CustomKeyStoreInvalidStateException, XksKeyAlreadyInUseException
 */
export async function inCustomKeyStore(
  input: StoreInput,
  keySpec: KeySpec,
  call: Call,
  make: (customKeyStore: CustomKeyStoreKey | undefined) => Promise<Key>,
): Promise<Key> {
  const { CustomKeyStoreId: id, Origin: origin, XksKeyId: xksKeyId } = input;
  const isStored = origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE';
  if (isStored !== (id !== undefined)) throw ownFault('keyOriginWithoutStore');
  if ((origin === 'EXTERNAL_KEY_STORE') !== (xksKeyId !== undefined)) throw ownFault('keyXksId');
  if (id === undefined) return make(undefined);
  if (!isSymmetric(keySpec)) throw new KmsFault('UnsupportedOperationException');
  if (input.MultiRegion === true) throw ownFault('keyMultiRegionInStore');
  // One at a time: no two keys may have one external key, and a store with a key cannot be deleted.
  return call.keyStores.exclusively(async () => {
    const store = await findKeyStore(id, call);
    if (store.record.type !== origin)
      throw ownFault('keyStoreOfOtherType', { store: id, type: store.record.type });
    requireConnected(store);
    if (xksKeyId === undefined) {
      const { cloudHsmClusterId } = store.record;
      return make({ id, ...(cloudHsmClusterId === undefined ? {} : { cloudHsmClusterId }) });
    }
    for await (const { customKeyStore } of keysOfStore(id, call))
      if (customKeyStore?.xksKeyId === xksKeyId) throw new KmsFault('XksKeyAlreadyInUseException');
    return make({ id, xksKeyId });
  });
}

/** @throws {KmsFault} CustomKeyStoreInvalidStateException for a store that is not connected */
export function requireConnected({ record }: KeyStore): void {
  if (record.connectionState !== 'CONNECTED') throw new KmsFault('CustomKeyStoreInvalidStateException');
}
