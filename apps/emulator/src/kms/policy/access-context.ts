import type { Key } from '../keys/key.ts';
import type { CallerIdentity, Connection } from './caller-identity.ts';
import { ContextBuilder, type RequestContext } from './request-context.ts';

/** A request's members, read and checked. */
export type Members = Readonly<Record<string, unknown>>;

export interface ContextSources {
  readonly identity: CallerIdentity;
  readonly connection: Connection;
  readonly members: Members;
  readonly operation: string;
  readonly region: string;
  readonly nowMs: number;
  readonly encryptionContext: readonly (readonly [string, string])[];
  /** The key that is asked for, with the names of its aliases. */
  readonly key?: Key;
  readonly aliases?: readonly string[];
  /** The alias that the request named the key by. */
  readonly requestAlias?: string | undefined;
}

/** Members that are condition keys as they are. AWS KMS developer guide, "Condition keys for AWS KMS". */
const memberKeys: readonly (readonly [member: string, conditionKey: string])[] = [
  ['BypassPolicyLockoutSafetyCheck', 'kms:BypassPolicyLockoutSafetyCheck'],
  ['CustomerMasterKeySpec', 'kms:KeySpec'],
  ['EncryptionAlgorithm', 'kms:EncryptionAlgorithm'],
  ['ExpirationModel', 'kms:ExpirationModel'],
  ['GranteePrincipal', 'kms:GranteePrincipal'],
  ['KeyAgreementAlgorithm', 'kms:KeyAgreementAlgorithm'],
  ['KeyPairSpec', 'kms:DataKeyPairSpec'],
  ['MacAlgorithm', 'kms:MacAlgorithm'],
  ['MessageType', 'kms:MessageType'],
  ['PendingWindowInDays', 'kms:ScheduleKeyDeletionPendingWindowInDays'],
  ['PrimaryRegion', 'kms:PrimaryRegion'],
  ['ReplicaRegion', 'kms:ReplicaRegion'],
  ['RetiringPrincipal', 'kms:RetiringPrincipal'],
  ['RotationPeriodInDays', 'kms:RotationPeriodInDays'],
  ['SigningAlgorithm', 'kms:SigningAlgorithm'],
  ['WrappingAlgorithm', 'kms:WrappingAlgorithm'],
  ['WrappingKeySpec', 'kms:WrappingKeySpec'],
];

/** The members of CreateKey that its key would have. */
const createdKeys: readonly (readonly [member: string, conditionKey: string])[] = [
  ['KeySpec', 'kms:KeySpec'],
  ['KeyUsage', 'kms:KeyUsage'],
  ['Origin', 'kms:KeyOrigin'],
  ['MultiRegion', 'kms:MultiRegion'],
];

const principalTypes = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
  service: 'AWSService',
} as const;

/** The condition keys of a request. */
export function accessContext(sources: ContextSources): RequestContext {
  const context = new ContextBuilder();
  addCaller(context, sources);
  addMembers(context, sources);
  addKey(context, sources);
  addOwn(context, sources);
  return context.build();
}

/** IAM user guide, "AWS global condition context keys". */
function addCaller(context: ContextBuilder, { identity, connection, region, nowMs }: ContextSources): void {
  const { principal } = identity;
  context
    // The principal of a session is its role.
    .add('aws:PrincipalArn', principal.arns.at(-1))
    .add('aws:PrincipalAccount', principal.accountId)
    .add('aws:PrincipalType', principalTypes[principal.kind])
    .add('aws:PrincipalIsAWSService', principal.kind === 'service')
    .add('aws:username', principal.kind === 'user' ? principal.name : undefined)
    .add('kms:CallerAccount', principal.accountId)
    .add('aws:SourceIp', connection.sourceIp)
    .add('aws:SecureTransport', connection.secure ?? false)
    .add('aws:UserAgent', connection.userAgent)
    .add('aws:RequestedRegion', region)
    .add('aws:CurrentTime', new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, 'Z'))
    .add('aws:EpochTime', Math.floor(nowMs / 1000));
  for (const [key, value] of principal.tags) context.add(`aws:PrincipalTag/${key}`, value);
}

/** Operations whose requests say whether a grant is for a resource of AWS's. */
const aboutGrants: readonly string[] = ['CreateGrant', 'ListGrants', 'RevokeGrant'];

/** The keys that come with the credentials, and those that are false where they do not. */
function addOwn(context: ContextBuilder, { identity, operation }: ContextSources): void {
  const own = new Set(identity.context.map(([key]) => key.toLowerCase()));
  for (const [key, values] of identity.context) context.addAll(key, values);
  if (!own.has('aws:viaawsservice')) context.add('aws:ViaAWSService', own.has('kms:viaservice'));
  if (aboutGrants.includes(operation) && !own.has('kms:grantisforawsresource'))
    context.add('kms:GrantIsForAWSResource', false);
}

function addMembers(context: ContextBuilder, { members, encryptionContext, key }: ContextSources): void {
  for (const [member, conditionKey] of key === undefined ? [...memberKeys, ...createdKeys] : memberKeys) {
    const value = members[member];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      context.add(conditionKey, value);
  }
  for (const [name, value] of encryptionContext)
    context.add(`kms:EncryptionContext:${name}`, value).add('kms:EncryptionContextKeys', name);
  const validTo = members['ValidTo'];
  if (typeof validTo === 'number') context.add('kms:ValidTo', new Date(validTo).toISOString());
  addGrantMembers(context, members);
  for (const tag of listOf(members['Tags'])) {
    const { TagKey, TagValue } = tag as { readonly TagKey?: string; readonly TagValue?: string };
    if (TagKey !== undefined) context.add(`aws:RequestTag/${TagKey}`, TagValue).add('aws:TagKeys', TagKey);
  }
  for (const tagKey of listOf(members['TagKeys'])) context.add('aws:TagKeys', String(tagKey));
}

function addGrantMembers(context: ContextBuilder, { Operations, Constraints }: Members): void {
  if (!Array.isArray(Operations)) return;
  context.addAll('kms:GrantOperations', Operations.map(String));
  if (typeof Constraints !== 'object' || Constraints === null) return;
  for (const name of ['EncryptionContextEquals', 'EncryptionContextSubset'])
    if (name in Constraints) context.add('kms:GrantConstraintType', name);
}

function addKey(context: ContextBuilder, { key, aliases, requestAlias }: ContextSources): void {
  context.add('kms:RequestAlias', requestAlias);
  if (key === undefined) return;
  const { record, address } = key;
  context
    .add('aws:ResourceAccount', address.accountId)
    .add('kms:KeySpec', record.keySpec)
    .add('kms:KeyUsage', record.keyUsage)
    .add('kms:KeyOrigin', record.origin)
    .add('kms:MultiRegion', record.multiRegion !== undefined)
    .addAll('kms:ResourceAliases', aliases);
  if (record.multiRegion !== undefined)
    context.add(
      'kms:MultiRegionKeyType',
      record.multiRegion.primaryRegion === address.region ? 'PRIMARY' : 'REPLICA',
    );
  for (const { TagKey, TagValue } of record.tags) context.add(`aws:ResourceTag/${TagKey}`, TagValue);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
