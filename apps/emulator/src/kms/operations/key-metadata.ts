import type { Key } from '../keys/key.ts';
import { type KeyAddress, keyArn } from '../keys/key-address.ts';
import { currentMaterialRecord, isRotatable, type KeyRecord } from '../keys/key-record.ts';
import { type KeyUsage, keySpecs } from '../keys/key-specs.ts';
import { isPrimary } from '../keys/multi-region.ts';
import type { Output } from '../wire/answers.ts';

/** What the list of a key's algorithms is called. */
export const algorithmLists: Readonly<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
  ENCAPSULATE_DECAPSULATE: 'EncapsulationAlgorithms',
};

/** AWS KMS API reference, "KeyMetadata": the members that AWS sends for such a key, and no others. */
export function keyMetadata(key: Pick<Key, 'address' | 'arn' | 'record'>): Output {
  const { address, arn, record } = key;
  const { keySpec, keyUsage } = record;
  return {
    AWSAccountId: address.accountId,
    Arn: arn,
    CreationDate: toSeconds(record.createdAtMs),
    ...currentMaterial(record),
    CustomerMasterKeySpec: keySpec,
    ...customKeyStore(record),
    ...deletion(record),
    Description: record.description,
    Enabled: record.keyState === 'Enabled',
    [algorithmLists[keyUsage]]: keySpecs[keySpec].usages[keyUsage],
    ...expiration(record),
    KeyId: address.keyId,
    KeyManager: record.managedBy === undefined ? 'CUSTOMER' : 'AWS',
    KeySpec: keySpec,
    KeyState: record.keyState,
    KeyUsage: keyUsage,
    MultiRegion: record.multiRegion !== undefined,
    ...multiRegion(address, record),
    Origin: record.origin,
  };
}

/** AWS JSON's timestamps: seconds with milliseconds as decimals. */
export function toSeconds(ms: number): number {
  return ms / 1000;
}

/** Only keys that rotate have materials that are told apart. */
function currentMaterial(record: KeyRecord): Output {
  const current = isRotatable(record) ? currentMaterialRecord(record) : undefined;
  return current === undefined ? {} : { CurrentKeyMaterialId: current.id };
}

function customKeyStore({ customKeyStore: kept }: KeyRecord): Output {
  if (kept === undefined) return {};
  return {
    CustomKeyStoreId: kept.id,
    ...(kept.cloudHsmClusterId === undefined ? {} : { CloudHsmClusterId: kept.cloudHsmClusterId }),
    ...(kept.xksKeyId === undefined ? {} : { XksKeyConfiguration: { Id: kept.xksKeyId } }),
  };
}

function deletion({ deletion: planned }: KeyRecord): Output {
  if (planned === undefined) return {};
  return planned.atMs === undefined
    ? { PendingDeletionWindowInDays: planned.windowDays }
    : { DeletionDate: toSeconds(planned.atMs) };
}

function expiration({ origin, materials }: KeyRecord): Output {
  const held = materials.filter((material) => material.held);
  if (origin !== 'EXTERNAL' || held.length === 0) return {};
  const expiring = held.flatMap(({ validToMs }) => (validToMs === undefined ? [] : [validToMs]));
  return expiring.length === 0
    ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
    : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: toSeconds(Math.min(...expiring)) };
}

function multiRegion(address: KeyAddress, record: KeyRecord): Output {
  if (record.multiRegion === undefined) return {};
  const { primaryRegion, regions } = record.multiRegion;
  const copyIn = (region: string): object => ({ Arn: keyArn({ ...address, region }), Region: region });
  return {
    MultiRegionConfiguration: {
      MultiRegionKeyType: isPrimary({ address, record }) ? 'PRIMARY' : 'REPLICA',
      PrimaryKey: copyIn(primaryRegion),
      ReplicaKeys: regions.filter((region) => region !== primaryRegion).map(copyIn),
    },
  };
}
