import { exact } from '../../aws/support.ts';
import type { Output } from '../../kms/wire/answers.ts';
import { refusal } from '../faults/refusal.ts';
import { putVersion } from '../secrets/put-version.ts';
import { type Secret, type SecretRecord, versionOf } from '../secrets/secret-record.ts';
import { hasValue, withValueIn } from '../secrets/secret-values.ts';
import { current } from '../secrets/version-stages.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS Secrets Manager API reference, "PutSecretValue". */
export const putSecretValue: Operation = defineOperation(
  'PutSecretValue',
  'PutSecretValueRequest',
  {
    ...exact,
    note: 'RotationToken is checked for its form and then ignored: every caller is taken for itself.',
  },
  async (input, call) => {
    const found = await findSecret(input, call);
    const { ClientRequestToken: id, VersionStages } = input;
    return withValueIn(input, async (value) => {
      if (value === undefined) throw refusal('noValue');
      if (id === undefined) throw refusal('noToken');
      let output: Output = {};
      await changeSecret(found, call, async (secret, nowMs) => {
        const known = versionOf(secret.record, id);
        if (known?.hasValue === true) {
          // Sent twice: nothing happens, unless it says something else the second time.
          if (!(await hasValue(secret, known, value, call)))
            throw refusal('tokenInUse', { token: id, arn: secret.arn });
          output = outputOf(secret, secret.record, id);
          return undefined;
        }
        const isFirst = secret.record.versions.length === 0;
        const stages = [...(isFirst ? [current] : []), ...(VersionStages ?? [current])];
        const update = await putVersion(secret, { id, value, stages }, nowMs, call);
        output = outputOf(secret, update.record, id);
        return update;
      });
      return output;
    });
  },
);

function outputOf({ arn, address }: Secret, record: SecretRecord, id: string): Output {
  return {
    ARN: arn,
    Name: address.name,
    VersionId: id,
    VersionStages: versionOf(record, id)?.stages ?? [],
  };
}
