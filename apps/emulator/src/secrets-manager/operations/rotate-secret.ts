import type { Output } from '../../kms/wire/answers.ts';
import { refusal } from '../faults/refusal.ts';
import type { ShapeValue } from '../model/shapes.ts';
import { checkRotationRules, scheduled } from '../secrets/rotation-schedule.ts';
import { type Rotation, type SecretRecord, versionAt, versionOf } from '../secrets/secret-record.ts';
import { checkVersionLimits } from '../secrets/version-limits.ts';
import { attachStage, current, pending } from '../secrets/version-stages.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

type RotateSecretInput = ShapeValue<'RotateSecretRequest'>;

/** A function, with or without a version or an alias. */
const lambdaForm = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(?::[\w$-]{1,128})?$/;

/**
 * AWS Secrets Manager API reference, "RotateSecret". There is no Lambda here: the rotation is begun as AWS begins it, with a version
 * that is AWSPENDING and has no value, and it ends when whoever plays the function puts the value and moves AWSCURRENT.
 */
export const rotateSecret: Operation = defineOperation(
  'RotateSecret',
  'RotateSecretRequest',
  {
    support: 'simulated',
    note: 'No Lambda function is invoked, now or when a rotation is due. RotateSecret makes the version that is AWSPENDING and has no value yet; the rotation ends when PutSecretValue has given it one and UpdateSecretVersionStage moves AWSCURRENT to it, as a rotation function does. With RotateImmediately false the configuration is stored and not tested. NextRotationDate is not told for cron() expressions. Managed external secrets are refused.',
  },
  async (input, call) => {
    const found = await findSecret(input, call);
    const { ClientRequestToken: token } = input;
    if (token === undefined) throw refusal('noToken');
    if (
      input.ExternalSecretRotationMetadata !== undefined ||
      input.ExternalSecretRotationRoleArn !== undefined
    )
      throw refusal('external');

    let output: Output = {};
    await changeSecret(found, call, ({ record }, nowMs) => {
      const configured = { ...record, rotation: rotationOf(record, input, nowMs) };
      output = { ARN: found.arn, Name: found.address.name };
      if (input.RotateImmediately === false) return { record: configured };
      const begun = withPending(configured, token, found.arn, nowMs);
      output = { ...output, VersionId: token };
      return { record: begun };
    });
    return output;
  },
);

function rotationOf({ rotation }: SecretRecord, input: RotateSecretInput, nowMs: number): Rotation {
  const lambdaArn = (input.RotationLambdaARN ?? '') === '' ? rotation?.lambdaArn : input.RotationLambdaARN;
  if (lambdaArn === undefined) throw refusal('noLambda');
  if (!lambdaForm.test(lambdaArn)) throw refusal('rotationArn');
  const rules = input.RotationRules ?? rotation?.rules;
  if (rules !== undefined) checkRotationRules(rules);
  const { rotatedAtMs } = rotation ?? {};
  return scheduled(
    {
      enabled: true,
      lambdaArn,
      ...(rules === undefined ? {} : { rules }),
      ...(rotatedAtMs === undefined ? {} : { rotatedAtMs }),
    },
    rotatedAtMs ?? nowMs,
  );
}

/** The record with a version that waits for its value. One that waits already, under the same token, is the same request again. */
function withPending(record: SecretRecord, token: string, arn: string, nowMs: number): SecretRecord {
  const waiting = versionAt(record, pending);
  if (waiting !== undefined && waiting.id === token) return record;
  if (waiting !== undefined && waiting.id !== versionAt(record, current)?.id)
    throw refusal('previousRotation');
  if (versionOf(record, token) !== undefined) throw refusal('tokenInUse', { token, arn });
  const version = { id: token, createdAtMs: nowMs, stages: [], hasValue: false };
  const versions = attachStage([...record.versions, version], pending, token);
  checkVersionLimits(versions);
  return { ...record, versions };
}
