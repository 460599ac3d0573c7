import type { Awaitable } from '@keyfold/crypto-core';
import { refusal } from '../faults/refusal.ts';
import type { SecretChange } from '../secrets/secret-book.ts';
import type { Secret, SecretRecord } from '../secrets/secret-record.ts';
import type { SealedValue } from '../secrets/secret-value.ts';
import { requireUnmarked } from './find-secret.ts';
import type { Call } from './operation.ts';

/** What is to become of a secret that stays. The record's time of change is set for it. */
export interface SecretUpdate {
  readonly record: SecretRecord;
  readonly values?: ReadonlyMap<string, SealedValue>;
}

/**
 * Changes a secret that was found, once earlier changes are done.
 *
 * @param plan - given the secret as it then is; returns undefined where nothing is to be stored.
 * @throws {SecretsFault} ResourceNotFoundException or InvalidRequestException where it was deleted meanwhile
 */
export function changeSecret(
  found: Secret,
  call: Call,
  plan: (secret: Secret, nowMs: number) => Awaitable<SecretUpdate | undefined>,
): Promise<void> {
  return call.secrets.change(found.address, async (secret): Promise<SecretChange | undefined> => {
    if (secret?.record.suffix !== found.record.suffix) throw refusal('notFound');
    requireUnmarked(secret);
    const nowMs = call.clock.now().wallMs;
    const update = await plan(secret, nowMs);
    return update && { ...update, record: { ...update.record, changedAtMs: nowMs } };
  });
}
