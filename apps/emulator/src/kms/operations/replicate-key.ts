import { ownFault } from '../faults/own-texts.ts';
import { checkTags } from '../keys/check-tags.ts';
import { defaultKeyPolicy } from '../keys/default-key-policy.ts';
import { unsettled } from '../keys/imported-material.ts';
import type { Key, KeyChange } from '../keys/key.ts';
import { type KeyAddress, keyArn, partitionOf } from '../keys/key-address.ts';
import { takeMaterial } from '../keys/key-material.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { keySpecs } from '../keys/key-specs.ts';
import { isPrimary } from '../keys/multi-region.ts';
import { isRegion } from '../keys/regions.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { acceptKeyPolicy } from './accept-key-policy.ts';
import { findManagedKey } from './find-key.ts';
import { keyMetadata } from './key-metadata.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

type ReplicateInput = ShapeValue<'ReplicateKeyRequest'>;

/** AWS KMS API reference, "ReplicateKey". The answer says `Creating`, as AWS's does; the replica is there all the same. */
export const replicateKey: Operation = defineOperation(
  'ReplicateKey',
  'ReplicateKeyRequest',
  async (input, call) => {
    checkTags(input.Tags ?? []);
    const found = await findManagedKey(input.KeyId, call);
    const address: KeyAddress = { ...found.address, region: input.ReplicaRegion };
    if (input.Policy !== undefined)
      acceptKeyPolicy(
        { policy: input.Policy, bypassSafetyCheck: input.BypassPolicyLockoutSafetyCheck },
        address,
        call,
      );
    let replica = found.record;
    await call.keys.update(found.address, (key, family) => {
      requireState(key, call.caller.operation);
      requireReplicable(key, input.ReplicaRegion);
      const multiRegion = {
        ...key.record.multiRegion,
        primaryRegion: key.address.region,
        regions: [...(key.record.multiRegion?.regions ?? []), input.ReplicaRegion],
      };
      replica = replicaRecord(key, address, multiRegion, input, call);
      return [
        ...family.map((copy) => ({
          address: copy.address,
          record: unsettled({ ...copy.record, multiRegion }),
        })),
        { address, record: replica, added: copyMaterials(key, address) } satisfies KeyChange,
      ];
    });
    return {
      ReplicaKeyMetadata: keyMetadata({
        address,
        arn: keyArn(address),
        record: { ...replica, keyState: 'Creating', materials: [] },
      }),
      ReplicaPolicy: replica.policy,
      ...(replica.tags.length === 0 ? {} : { ReplicaTags: replica.tags }),
    };
  },
);

function requireReplicable(key: Key, region: string): void {
  const { address, record } = key;
  if (record.multiRegion === undefined || !isPrimary(key))
    throw ownFault('multiRegionNotPrimary', { arn: key.arn });
  if (!isRegion(region)) throw ownFault('multiRegionUnknown', { region });
  if (partitionOf(region) !== partitionOf(address.region)) throw ownFault('multiRegionPartition', { region });
  if (record.multiRegion.regions.includes(region))
    throw ownFault('multiRegionTwice', { arn: keyArn({ ...address, region }) });
}

/** What the copies share is copied; description, policy, tags and state are the replica's own. */
function replicaRecord(
  { record }: Key,
  address: KeyAddress,
  multiRegion: NonNullable<KeyRecord['multiRegion']>,
  input: ReplicateInput,
  { clock }: Call,
): KeyRecord {
  const isExternal = record.origin === 'EXTERNAL';
  const { rotation } = record;
  return {
    format: 2,
    createdAtMs: clock.now().wallMs,
    description: input.Description ?? '',
    keySpec: record.keySpec,
    keyUsage: record.keyUsage,
    origin: record.origin,
    keyState: isExternal ? 'PendingImport' : 'Enabled',
    multiRegion,
    // Imported material has to be imported into every copy.
    materials: isExternal
      ? unsettled(record).materials.map(({ validToMs: _, ...material }) => ({ ...material, held: false }))
      : record.materials,
    ...(rotation === undefined ? {} : { rotation }),
    policy: input.Policy ?? defaultKeyPolicy(address),
    tags: input.Tags ?? [],
  };
}

function copyMaterials({ materials, record }: Key, address: KeyAddress): NonNullable<KeyChange['added']> {
  const kind = keySpecs[record.keySpec].material;
  if (record.origin === 'EXTERNAL' || kind === undefined) return [];
  return [...materials.values()].map(({ key }) =>
    takeMaterial(
      address,
      kind,
      key.type === 'secret' ? key.export() : key.export({ type: 'pkcs8', format: 'der' }),
    ),
  );
}
