import type { Output } from '../../kms/wire/answers.ts';
import { refusal } from '../faults/refusal.ts';
import type { ShapeValue } from '../model/shapes.ts';
import { toSeconds } from '../secrets/secret-members.ts';
import type { Secret } from '../secrets/secret-record.ts';
import { changeSecret } from './change-secret.ts';
import { lookUpSecret } from './find-secret.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

type DeleteSecretInput = ShapeValue<'DeleteSecretRequest'>;

const minWindowDays = 7;
const maxWindowDays = 30;
const dayMs = 24 * 60 * 60 * 1000;

/** AWS Secrets Manager API reference, "DeleteSecret". */
export const deleteSecret: Operation = defineOperation(
  'DeleteSecret',
  'DeleteSecretRequest',
  {
    support: 'exact',
    note: "Follows the emulator's clock: a secret is gone as soon as its recovery window is over, and at once with ForceDeleteWithoutRecovery.",
  },
  async (input, call) => {
    checkWindow(input);
    const found = await lookUpSecret(input, call);
    if (input.ForceDeleteWithoutRecovery === true) return forceDelete(found, input, call);
    if (found === undefined) throw refusal('notFound');
    if (found.record.deletedAtMs !== undefined) throw refusal('deleteMarked');

    let deletedAtMs = 0;
    await changeSecret(found, call, ({ record }, nowMs) => {
      deletedAtMs = nowMs + (input.RecoveryWindowInDays ?? maxWindowDays) * dayMs;
      return { record: { ...record, deletedAtMs } };
    });
    return { ARN: found.arn, Name: found.address.name, DeletionDate: toSeconds(deletedAtMs) };
  },
);

function checkWindow({ RecoveryWindowInDays: days, ForceDeleteWithoutRecovery }: DeleteSecretInput): void {
  if (days === undefined) return;
  if (days < minWindowDays || days > maxWindowDays) throw refusal('recoveryWindow');
  if (ForceDeleteWithoutRecovery === true) throw refusal('forceWithWindow');
}

/** "If you forcibly delete an already deleted or nonexistent secret, the operation does not return ResourceNotFoundException." */
async function forceDelete(
  found: Secret | undefined,
  { SecretId }: DeleteSecretInput,
  call: Call,
): Promise<Output> {
  const DeletionDate = toSeconds(call.clock.now().wallMs);
  if (found === undefined)
    return { ...(SecretId.startsWith('arn:') ? { ARN: SecretId } : { Name: SecretId }), DeletionDate };
  await call.secrets.change(found.address, (secret) =>
    secret?.record.suffix === found.record.suffix ? { record: null } : undefined,
  );
  return { ARN: found.arn, Name: found.address.name, DeletionDate };
}
