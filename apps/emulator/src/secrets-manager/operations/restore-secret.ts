import { exact } from '../../aws/support.ts';
import { refusal } from '../faults/refusal.ts';
import { findAnySecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS Secrets Manager API reference, "RestoreSecret": a secret that is not marked stays as it is. */
export const restoreSecret: Operation = defineOperation(
  'RestoreSecret',
  'RestoreSecretRequest',
  exact,
  async (input, call) => {
    const found = await findAnySecret(input, call);
    await call.secrets.change(found.address, (secret) => {
      if (secret?.record.suffix !== found.record.suffix) throw refusal('notFound');
      const { deletedAtMs, ...record } = secret.record;
      return deletedAtMs === undefined
        ? undefined
        : { record: { ...record, changedAtMs: call.clock.now().wallMs } };
    });
    return { ARN: found.arn, Name: found.address.name };
  },
);
