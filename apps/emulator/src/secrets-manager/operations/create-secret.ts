import type { Output } from '../../kms/wire/answers.ts';
import { refusal } from '../faults/refusal.ts';
import type { ShapeValue } from '../model/shapes.ts';
import { readTags } from '../secrets/check-tags.ts';
import { putVersion } from '../secrets/put-version.ts';
import { isSecretName, randomSuffix, type SecretAddress, secretArn } from '../secrets/secret-address.ts';
import type { SecretChange } from '../secrets/secret-book.ts';
import { type Secret, type SecretRecord, versionOf } from '../secrets/secret-record.ts';
import type { SecretValue } from '../secrets/secret-value.ts';
import { hasValue, validateKey, withValueIn } from '../secrets/secret-values.ts';
import { customerKey } from '../secrets/value-vault.ts';
import { current } from '../secrets/version-stages.ts';
import { invalidName } from './find-secret.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

type CreateSecretInput = ShapeValue<'CreateSecretRequest'>;

/** AWS Secrets Manager API reference, "CreateSecret". The secret is durable when the answer goes out. */
export const createSecret: Operation = defineOperation(
  'CreateSecret',
  'CreateSecretRequest',
  {
    support: 'exact',
    note: 'AddReplicaRegions, and Type for managed external secrets, are refused with InvalidRequestException.',
  },
  async (input, call) => {
    const { accountId, region } = call.caller;
    const address = { accountId, region, name: input.Name };
    if (!isSecretName(input.Name)) throw invalidName();
    const suffix = randomSuffix();
    requirePermission(input, secretArn(address, suffix), call);
    if (input.AddReplicaRegions !== undefined) throw refusal('replication');
    if ((input.Type ?? '') !== '') throw refusal('external');
    const fresh = freshRecord(input, suffix, call);
    return withValueIn(input, async (value) => {
      if (value !== undefined && input.ClientRequestToken === undefined) throw refusal('noToken');
      let output: Output = {};
      await call.secrets.change(address, async (before): Promise<SecretChange | undefined> => {
        const [secret, change] =
          before === undefined
            ? await made(freshSecret(address, fresh), value, input, call)
            : [await repeated(before, value, input, call), undefined];
        output = {
          ARN: secret.arn,
          Name: input.Name,
          ...(value === undefined ? {} : { VersionId: input.ClientRequestToken }),
        };
        return change;
      });
      return output;
    });
  },
);

function requirePermission(input: CreateSecretInput, resource: string, call: Call): void {
  const { accountId } = call.caller;
  call.gate.require({ resource, accountId }, input, call);
  if (input.Tags !== undefined && input.Tags.length > 0)
    call.gate.require({ resource, accountId, operation: 'TagResource' }, input, call);
}

function freshRecord(input: CreateSecretInput, suffix: string, { clock }: Call): SecretRecord {
  const nowMs = clock.now().wallMs;
  const kmsKeyId = customerKey(input.KmsKeyId);
  return {
    format: 1,
    suffix,
    createdAtMs: nowMs,
    changedAtMs: nowMs,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    tags: readTags(input.Tags ?? []),
    versions: [],
  };
}

function freshSecret(address: SecretAddress, record: SecretRecord): Secret {
  return { address, arn: secretArn(address, record.suffix), record };
}

async function made(
  secret: Secret,
  value: SecretValue | undefined,
  { ClientRequestToken: id = '' }: CreateSecretInput,
  call: Call,
): Promise<readonly [Secret, SecretChange]> {
  const { record } = secret;
  await validateKey(secret, call);
  if (value === undefined) return [secret, { record }];
  return [secret, await putVersion(secret, { id, value, stages: [current] }, record.createdAtMs, call)];
}

/** The secret that is there already, where the request is one that was sent twice. */
async function repeated(
  secret: Secret,
  value: SecretValue | undefined,
  { Name, ClientRequestToken: token = '' }: CreateSecretInput,
  call: Call,
): Promise<Secret> {
  if (secret.record.deletedAtMs !== undefined) throw refusal('createMarked');
  const version = versionOf(secret.record, token);
  if (value === undefined || version?.hasValue !== true) throw refusal('exists', { name: Name });
  if (!(await hasValue(secret, version, value, call)))
    throw refusal('tokenInUse', { token, arn: secret.arn });
  return secret;
}
