import type { Output } from '../../kms/wire/answers.ts';
import { versionAt } from '../secrets/secret-record.ts';
import { current, pending } from '../secrets/version-stages.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS Secrets Manager API reference, "CancelRotateSecret": a version that a rotation has begun keeps its labels. */
export const cancelRotateSecret: Operation = defineOperation(
  'CancelRotateSecret',
  'CancelRotateSecretRequest',
  {
    support: 'simulated',
    note: 'Turns rotation off. There is no Lambda function that would have to be stopped.',
  },
  async (input, call) => {
    const found = await findSecret(input, call);
    let output: Output = {};
    await changeSecret(found, call, ({ record }) => {
      const waiting = versionAt(record, pending);
      const isBegun = waiting !== undefined && waiting.id !== versionAt(record, current)?.id;
      output = {
        ARN: found.arn,
        Name: found.address.name,
        ...(isBegun ? { VersionId: waiting.id } : {}),
      };
      if (record.rotation?.enabled !== true) return undefined;
      const { nextAtMs: _, ...rotation } = record.rotation;
      return { record: { ...record, rotation: { ...rotation, enabled: false } } };
    });
    return output;
  },
);
