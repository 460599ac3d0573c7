import type { VersionRecord } from './secret-record.ts';

export const current = 'AWSCURRENT';
export const previous = 'AWSPREVIOUS';
export const pending = 'AWSPENDING';

/**
 * Attaches a staging label to a version, and takes it from whichever has it. Where AWSCURRENT moves, AWSPREVIOUS goes to the version
 * that had it.
 *
 * AWS Secrets Manager API reference, "UpdateSecretVersionStage".
 */
export function attachStage(
  versions: readonly VersionRecord[],
  stage: string,
  versionId: string,
): readonly VersionRecord[] {
  const before = versions.find(({ stages }) => stages.includes(stage));
  if (before?.id === versionId) return versions;
  const moved = detachStage(versions, stage).map((version) =>
    version.id === versionId ? { ...version, stages: [...version.stages, stage] } : version,
  );
  return stage === current && before !== undefined ? attachStage(moved, previous, before.id) : moved;
}

/**
 * The same for several labels. AWSCURRENT comes last, so that its moving decides where AWSPREVIOUS is even where the request says
 * otherwise.
 */
export function attachStages(
  versions: readonly VersionRecord[],
  stages: readonly string[],
  versionId: string,
): readonly VersionRecord[] {
  const ordered = [
    ...stages.filter((stage) => stage !== current),
    ...stages.filter((stage) => stage === current),
  ];
  return ordered.reduce((moved, stage) => attachStage(moved, stage, versionId), versions);
}

/** Takes a staging label from the version that has it. */
export function detachStage(versions: readonly VersionRecord[], stage: string): readonly VersionRecord[] {
  return versions.map((version) =>
    version.stages.includes(stage)
      ? { ...version, stages: version.stages.filter((other) => other !== stage) }
      : version,
  );
}
