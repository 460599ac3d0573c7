import { KmsFault } from '../../kms/faults/kms-fault.ts';
import type { SeedSecret, SeedSecretVersion } from '../../seeds/seed.ts';
import { SecretsFault } from '../faults/secrets-fault.ts';
import type { Secret, SecretRecord, VersionRecord } from './secret-record.ts';
import type { SecretValue } from './secret-value.ts';
import { hasValue, type ValueCall, type ValueMembers, withValueIn } from './secret-values.ts';
import { customerKey } from './value-vault.ts';

/**
 * What a secret that is there has otherwise than a seed says, in words; undefined where nothing is. What the seed leaves out may be as
 * it is. What became of a secret that a seed made is no difference: newer versions, labels that moved, versions that AWS has removed
 * since, a recovery window that has begun.
 */
export async function differenceOf(
  secret: Secret,
  seed: SeedSecret,
  call: ValueCall,
): Promise<string | undefined> {
  const { record } = secret;
  if (seed.arnSuffix !== undefined && seed.arnSuffix !== record.suffix) return 'ARN';
  if (seed.description !== undefined && seed.description !== record.description) return 'description';
  if (customerKey(seed.kmsKeyId) !== record.kmsKeyId) return 'KMS key';
  if (seed.tags !== undefined && !sameTags(seed.tags, record.tags)) return 'set of tags';
  for (const version of seed.versions) if (!(await hasVersion(secret, version, call))) return 'version';
  return undefined;
}

async function hasVersion(secret: Secret, wanted: SeedSecretVersion, call: ValueCall): Promise<boolean> {
  const { seeded, versions } = secret.record;
  const isWanted = (id: string, stages: readonly string[]): boolean =>
    (wanted.id === undefined || wanted.id === id) && sameSet(wanted.stages, stages);
  // Of a secret that no seed made there is only what it is now.
  const made = seeded ?? Object.fromEntries(versions.map(({ id, stages }) => [id, stages]));
  const ids = Object.keys(made).filter((id) => isWanted(id, made[id] ?? []));
  const present = versions.filter(({ id }) => ids.includes(id));
  // AWS removes versions without labels once there are many newer ones.
  if (ids.length > present.length) return true;
  return withValueIn(valueMembersOf(wanted.value), async (value) => {
    for (const version of present)
      if (value !== undefined && version.hasValue && (await mayHave(secret, version, value, call)))
        return true;
    return false;
  });
}

/** A value whose KMS key is disabled, or gone, cannot be looked at: nothing speaks against it then. */
async function mayHave(
  secret: Secret,
  version: VersionRecord,
  value: SecretValue,
  call: ValueCall,
): Promise<boolean> {
  try {
    return await hasValue(secret, version, value, call);
  } catch (error) {
    if (error instanceof SecretsFault && error.fault === 'DecryptionFailure') return true;
    if (error instanceof KmsFault && error.fault === 'AccessDeniedException') return true;
    throw error;
  }
}

/** A seed's value as the members of a request: a copy, the seed keeps its own. */
export function valueMembersOf(value: SeedSecretVersion['value']): ValueMembers {
  return 'text' in value
    ? { SecretString: value.text }
    : { SecretBinary: Uint8Array.from(value.bytes.reveal()) };
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry) => b.includes(entry));
}

function sameTags(a: SecretRecord['tags'], b: SecretRecord['tags']): boolean {
  const asTexts = (tags: SecretRecord['tags']): readonly string[] =>
    tags.map(({ Key, Value }) => JSON.stringify([Key, Value]));
  return sameSet(asTexts(a), asTexts(b));
}
