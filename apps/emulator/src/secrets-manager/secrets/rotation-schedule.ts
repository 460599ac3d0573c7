import { refusal } from '../faults/refusal.ts';
import type { Rotation, RotationRules, SecretRecord } from './secret-record.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
/** "You can rotate a secret as often as every four hours." AWS Secrets Manager API reference, "RotationRulesType". */
const shortestMs = 4 * hourMs;
const rateForm = /^rate\((\d{1,3}) (hour|day)s?\)$/;
const cronForm = /^cron\([0-9A-Za-z#?*/,-]+(?: [0-9A-Za-z#?*/,-]+){5}\)$/;

/** @throws {SecretsFault} InvalidParameterException for rules that are no schedule */
export function checkRotationRules({ AutomaticallyAfterDays, ScheduleExpression }: RotationRules): void {
  if ((AutomaticallyAfterDays === undefined) === (ScheduleExpression === undefined))
    throw refusal('rotationRules');
  if (ScheduleExpression === undefined || cronForm.test(ScheduleExpression)) return;
  const periodMs = rateMs(ScheduleExpression);
  if (periodMs === undefined || periodMs < shortestMs) throw refusal('rotationSchedule');
}

/**
 * When a secret is to be rotated next: by the end of the day, UTC, that lies a period after the last rotation. Undefined for a cron()
 * expression, which the emulator does not read.
 */
export function nextRotationMs(rules: RotationRules | undefined, fromMs: number): number | undefined {
  const { AutomaticallyAfterDays, ScheduleExpression = '' } = rules ?? {};
  const periodMs =
    AutomaticallyAfterDays === undefined ? rateMs(ScheduleExpression) : AutomaticallyAfterDays * dayMs;
  if (periodMs === undefined) return undefined;
  const nextMs = fromMs + periodMs;
  return periodMs < dayMs ? nextMs : nextMs - (nextMs % dayMs) + dayMs - 1000;
}

/** A record whose AWSCURRENT has moved: however that came, it counts as a rotation. */
export function rotated(record: SecretRecord, nowMs: number): SecretRecord {
  const { rotation } = record;
  return rotation?.enabled === true
    ? { ...record, rotation: { ...scheduled(rotation, nowMs), rotatedAtMs: nowMs } }
    : record;
}

/** Rotation with its next time, counted from a moment. */
export function scheduled({ nextAtMs: _, ...rotation }: Rotation, fromMs: number): Rotation {
  const nextAtMs = nextRotationMs(rotation.rules, fromMs);
  return nextAtMs === undefined ? rotation : { ...rotation, nextAtMs };
}

function rateMs(expression: string): number | undefined {
  const [, count, unit] = rateForm.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === 'hour' ? hourMs : dayMs);
}
