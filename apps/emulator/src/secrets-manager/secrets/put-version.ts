import { rotated } from './rotation-schedule.ts';
import { type Secret, type SecretRecord, type VersionRecord, versionAt } from './secret-record.ts';
import type { SealedValue, SecretValue } from './secret-value.ts';
import { sealFor, type ValueCall } from './secret-values.ts';
import { checkVersionLimits, outdatedVersions } from './version-limits.ts';
import { attachStages, current } from './version-stages.ts';

/** A version that is to be. */
export interface NewVersion {
  /** The ClientRequestToken. */
  readonly id: string;
  readonly value: SecretValue;
  /** Staging labels that it takes from whichever versions have them. */
  readonly stages: readonly string[];
}

/**
 * Gives a secret a version with a value: a new one, or the one that a rotation has made without.
 *
 * @throws {SecretsFault} LimitExceededException, and what sealing throws
 */
export async function putVersion(
  secret: Secret,
  { id, value, stages }: NewVersion,
  nowMs: number,
  call: ValueCall,
): Promise<{ readonly record: SecretRecord; readonly values: ReadonlyMap<string, SealedValue> }> {
  const { record } = secret;
  const outdated = outdatedVersions(record.versions, nowMs);
  const begun = record.versions.find((version) => version.id === id);
  const others = record.versions.filter((version) => !outdated.has(version) && version !== begun);
  const version = { id, createdAtMs: nowMs, stages: begun?.stages ?? [], hasValue: true };
  // Before anything is sealed: the KMS is not asked for what will be refused.
  checkVersionLimits(attachStages([...others, version], stages, id));
  const sealed = await sealFor(secret, id, value, call);
  const versions: readonly VersionRecord[] = attachStages(
    [...others, { ...version, kmsKey: sealed.kmsKey }],
    stages,
    id,
  );
  const next = { ...record, versions };
  const hasMoved = versionAt(next, current)?.id !== versionAt(record, current)?.id;
  return { record: hasMoved ? rotated(next, nowMs) : next, values: new Map([[id, sealed]]) };
}
