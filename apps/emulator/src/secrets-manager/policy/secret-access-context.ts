import { accessContext, type Members } from '../../kms/policy/access-context.ts';
import type { ConditionKey } from '../../kms/policy/condition-keys.ts';
import { ContextBuilder, type RequestContext } from '../../kms/policy/request-context.ts';
import type { Call } from '../operations/operation.ts';
import type { Secret } from '../secrets/secret-record.ts';

/** Members that are condition keys as they are. Service Authorization Reference, "AWS Secrets Manager". */
const memberKeys = [
  'BlockPublicPolicy',
  'Description',
  'ForceDeleteWithoutRecovery',
  'ForceOverwriteReplicaSecret',
  'KmsKeyId',
  'Name',
  'RecoveryWindowInDays',
  'RotateImmediately',
  'RotationLambdaARN',
  'Type',
  'VersionId',
  'VersionStage',
] as const;

/** The condition keys of a request. */
export function secretAccessContext(
  members: Members,
  secret: Secret | undefined,
  call: Pick<Call, 'identity' | 'connection' | 'caller' | 'clock'>,
): RequestContext {
  const { identity, connection, caller, clock } = call;
  const common = accessContext({
    identity,
    connection,
    members: {},
    operation: caller.operation,
    region: caller.region,
    nowMs: clock.now().wallMs,
    encryptionContext: [],
  });
  const own = new ContextBuilder<ConditionKey>();
  for (const name of memberKeys) {
    const value = members[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      own.add(`secretsmanager:${name}`, value);
  }
  addTags(own, members);
  if (secret !== undefined) addSecret(own, secret);
  return new Map([...common, ...own.build()]);
}

function addTags(context: ContextBuilder<ConditionKey>, { Tags, TagKeys }: Members): void {
  for (const tag of Array.isArray(Tags) ? Tags : []) {
    const { Key, Value } = tag as { readonly Key?: string; readonly Value?: string };
    if (Key !== undefined) context.add(`aws:RequestTag/${Key}`, Value).add('aws:TagKeys', Key);
  }
  for (const tagKey of Array.isArray(TagKeys) ? TagKeys : []) context.add('aws:TagKeys', String(tagKey));
}

function addSecret(context: ContextBuilder<ConditionKey>, { address, arn, record }: Secret): void {
  context
    .add('aws:ResourceAccount', address.accountId)
    .add('secretsmanager:SecretId', arn)
    .add('secretsmanager:SecretPrimaryRegion', address.region)
    .add('secretsmanager:resource/AllowRotationLambdaArn', record.rotation?.lambdaArn);
  for (const { Key, Value } of record.tags)
    context.add(`aws:ResourceTag/${Key}`, Value).add(`secretsmanager:ResourceTag/${Key}`, Value);
}
