import { refusal } from '../faults/refusal.ts';
import type { VersionRecord } from './secret-record.ts';

/** AWS Secrets Manager user guide, "Secrets Manager quotas". */
const maxLabels = 20;
/** "Secrets Manager removes unlabeled versions when there are more than 100 …" */
const maxVersionsKept = 100;
/** "… but it does not remove versions created less than 24 hours ago." */
const keptForMs = 24 * 60 * 60 * 1000;
/**
 * AWS does not tell the quota. It lies above the 144 versions that one update every ten minutes, which AWS lets go on for ever, makes
 * in the 24 hours in which none is removed.
 */
const maxVersions = 150;

/** The versions that AWS would have removed by now: the oldest of those without a staging label. */
export function outdatedVersions(
  versions: readonly VersionRecord[],
  nowMs: number,
): ReadonlySet<VersionRecord> {
  const surplus = Math.max(0, versions.length - maxVersionsKept);
  return new Set(
    versions
      .filter(({ stages, createdAtMs }) => stages.length === 0 && nowMs - createdAtMs >= keptForMs)
      .slice(0, surplus),
  );
}

/** @throws {SecretsFault} LimitExceededException for too many versions, or too many staging labels */
export function checkVersionLimits(versions: readonly VersionRecord[]): void {
  if (versions.length > maxVersions) throw refusal('versions', { max: maxVersions });
  if (versions.reduce((count, { stages }) => count + stages.length, 0) > maxLabels)
    throw refusal('labels', { max: maxLabels });
}
