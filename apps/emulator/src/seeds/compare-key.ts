import { isDeepStrictEqual } from 'node:util';
import type { KeyRecord } from '../kms/keys/key-record.ts';
import { seededMaterialIds } from '../kms/keys/seeded-key.ts';
import type { GrantRecord } from '../kms/policy/grant.ts';
import { grantConstraints } from '../kms/policy/grant-use.ts';
import { readMembers } from '../kms/wire/read-members.ts';
import type { SeedCopy, SeedGrant, SeedKey } from './seed.ts';

/**
 * What a key that is there has otherwise than the seed says, as names of the seed's members. What the seed leaves out is not
 * compared, nor is what became of the key since: material that it was rotated to, and a rotation's next date.
 */
export function differencesOfKey(record: KeyRecord, seed: SeedKey): readonly string[] {
  const { spec, usage, origin, createdAtMs, rotation, replicas, address } = seed;
  const ids = seededMaterialIds(address, spec, record.keySpec === spec ? revealed(seed) : []);
  const known = record.materials.map(({ id }) => id).filter((id) => ids.includes(id));
  const regions = record.multiRegion?.regions ?? [];
  const { enabled = false, periodDays = 0 } = record.rotation ?? {};
  const isRotating = rotation?.enabled === true;
  return named({
    spec: record.keySpec === spec,
    usage: record.keyUsage === usage,
    origin: record.origin === origin,
    createdAt: createdAtMs === undefined || record.createdAtMs === createdAtMs,
    material: isDeepStrictEqual(known, ids),
    rotation:
      rotation === undefined ||
      (enabled === isRotating && (!isRotating || periodDays === rotation.periodDays)),
    replicas: replicas.every(({ region }) => regions.includes(region)),
  });
}

/** The same for what each copy has of its own. */
export function differencesOfCopy(record: KeyRecord, seed: SeedCopy): readonly string[] {
  const { description, tags, policy, state, deletionWindowDays } = seed;
  const { keyState, deletion } = record;
  // A primary key that is to be deleted waits for its replicas.
  const stated = keyState === 'PendingReplicaDeletion' ? 'PendingDeletion' : keyState;
  return named({
    description: description === undefined || record.description === description,
    tags: tags === undefined || isDeepStrictEqual(sortedTags(record.tags), sortedTags(tags)),
    policy: policy === undefined || record.policy === policy,
    state: state === undefined || stated === state,
    deletionWindowDays: deletionWindowDays === undefined || deletion?.windowDays === deletionWindowDays,
  });
}

/** The same for a grant of the same name. */
export function differencesOfGrant(record: GrantRecord, { request }: SeedGrant): readonly string[] {
  const wanted = readMembers('CreateGrantRequest', { KeyId: 'key', ...request });
  return named({
    grantee: record.granteePrincipal === wanted.GranteePrincipal,
    granteeService: record.granteeServicePrincipal === wanted.GranteeServicePrincipal,
    retiring: record.retiringPrincipal === wanted.RetiringPrincipal,
    retiringService: record.retiringServicePrincipal === wanted.RetiringServicePrincipal,
    operations: isDeepStrictEqual([...record.operations].sort(), [...new Set(wanted.Operations)].sort()),
    constraints: isDeepStrictEqual(
      sortedConstraints(record.constraints),
      sortedConstraints(wanted.Constraints === undefined ? undefined : grantConstraints(wanted.Constraints)),
    ),
  });
}

function named(same: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(same).filter((name) => same[name] !== true);
}

function revealed({ materials }: SeedKey): readonly { readonly bytes: Uint8Array }[] {
  return materials.map(({ bytes }) => ({ bytes: bytes.reveal() }));
}

function sortedTags(tags: NonNullable<SeedCopy['tags']>): readonly (readonly [string, string])[] {
  return sortedPairs(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
}

function sortedPairs(
  pairs: readonly (readonly [string, string])[] | undefined,
): readonly (readonly [string, string])[] {
  return [...(pairs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sortedConstraints(constraints: GrantRecord['constraints']): object {
  return {
    equals: sortedPairs(constraints?.encryptionContextEquals),
    subset: sortedPairs(constraints?.encryptionContextSubset),
    sourceArn: constraints?.sourceArn,
  };
}
