import { parseCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import type { Key } from '../keys/key.ts';
import { aliasArn } from '../keys/key-address.ts';
import type { CallerIdentity, Connection } from './caller-identity.ts';
import type { ConditionKey } from './condition-keys.ts';
import { ContextBuilder } from './request-context.ts';

type Context = ContextBuilder<ConditionKey>;

/** A request's members, read and checked. */
export type Members = Readonly<Record<string, unknown>>;

export interface ContextSources {
  readonly identity: CallerIdentity;
  readonly connection: Connection;
  readonly members: Members;
  readonly operation: string;
  /** `kms:ReEncryptFrom`; absent where no key is used. */
  readonly action?: string;
  readonly region: string;
  readonly nowMs: number;
  readonly encryptionContext: readonly (readonly [string, string])[];
  /** The key that is asked for, with the names of its aliases. */
  readonly key?: Key;
  readonly aliases?: readonly string[];
  /** The alias that the request named the key by. */
  readonly requestAlias?: string | undefined;
}

/** Members that are condition keys as they are. AWS KMS developer guide, "AWS KMS condition keys". */
const memberKeys: readonly (readonly [member: string, conditionKey: ConditionKey])[] = [
  ['BypassPolicyLockoutSafetyCheck', 'kms:BypassPolicyLockoutSafetyCheck'],
  ['EncryptionAlgorithm', 'kms:EncryptionAlgorithm'],
  ['ExpirationModel', 'kms:ExpirationModel'],
  ['GranteePrincipal', 'kms:GranteePrincipal'],
  ['GranteeServicePrincipal', 'kms:GranteeServicePrincipal'],
  ['KeyAgreementAlgorithm', 'kms:KeyAgreementAlgorithm'],
  ['KeyPairSpec', 'kms:DataKeyPairSpec'],
  ['MacAlgorithm', 'kms:MacAlgorithm'],
  ['MessageType', 'kms:MessageType'],
  ['PendingWindowInDays', 'kms:ScheduleKeyDeletionPendingWindowInDays'],
  ['PrimaryRegion', 'kms:PrimaryRegion'],
  ['ReplicaRegion', 'kms:ReplicaRegion'],
  ['RetiringPrincipal', 'kms:RetiringPrincipal'],
  ['RetiringServicePrincipal', 'kms:RetiringServicePrincipal'],
  ['RotationPeriodInDays', 'kms:RotationPeriodInDays'],
  ['SigningAlgorithm', 'kms:SigningAlgorithm'],
  ['WrappingAlgorithm', 'kms:WrappingAlgorithm'],
  ['WrappingKeySpec', 'kms:WrappingKeySpec'],
];

const symmetric: Members = { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
const raw: Members = { MessageType: 'RAW' };

/**
 * What a member that is left out means. AWS KMS developer guide, "AWS KMS condition keys": "This type of condition works even when the
 * parameter doesn't appear in the request, such as when you use the parameter's default value."
 */
const defaults: Readonly<Record<string, Members>> = {
  CreateKey: { KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'AWS_KMS', MultiRegion: false },
  Decrypt: symmetric,
  EnableKeyRotation: { RotationPeriodInDays: 365 },
  Encrypt: symmetric,
  GenerateDataKey: symmetric,
  GenerateDataKeyPair: symmetric,
  GenerateDataKeyPairWithoutPlaintext: symmetric,
  GenerateDataKeyWithoutPlaintext: symmetric,
  ImportKeyMaterial: { ExpirationModel: 'KEY_MATERIAL_EXPIRES' },
  ScheduleKeyDeletion: { PendingWindowInDays: 30 },
  Sign: raw,
  Verify: raw,
};

/** Condition keys of which AWS deprecated one name and heeds both. */
const keySpecKeys: readonly ConditionKey[] = ['kms:KeySpec', 'kms:CustomerMasterKeySpec'];
const keyUsageKeys: readonly ConditionKey[] = ['kms:KeyUsage', 'kms:CustomerMasterKeyUsage'];

const principalTypes = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
  service: 'AWSService',
} as const;

/** The condition keys of a request. */
export function accessContext(sources: ContextSources): ReadonlyMap<string, readonly string[]> {
  const context = new ContextBuilder<ConditionKey>();
  addCaller(context, sources);
  addMembers(context, sources);
  addKey(context, sources);
  addOwn(context, sources);
  return context.build();
}

/** IAM user guide, "AWS global condition context keys". */
function addCaller(context: Context, { identity, connection, region, nowMs }: ContextSources): void {
  const { principal } = identity;
  context
    // The principal of a session is its role.
    .add('aws:PrincipalArn', principal.arns.at(-1))
    .add('aws:PrincipalAccount', principal.accountId)
    .add('aws:PrincipalType', principalTypes[principal.kind])
    .add('aws:PrincipalIsAWSService', principal.kind === 'service')
    .add('aws:PrincipalServiceName', principal.kind === 'service' ? principal.arn : undefined)
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

function addMembers(context: Context, sources: ContextSources): void {
  const { encryptionContext, key, operation } = sources;
  const members = { ...defaults[operation], ...sources.members };
  for (const [member, conditionKey] of memberKeys) context.add(conditionKey, plain(members[member]));
  if (key === undefined && operation === 'CreateKey') addNewKey(context, members);
  if (operation === 'ReEncrypt') addReEncryption(context, sources);
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

function plain(value: unknown): string | number | boolean | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

/** The properties that a new key would have. */
function addNewKey(context: Context, members: Members): void {
  const keySpec = plain(members['KeySpec'] ?? members['CustomerMasterKeySpec'] ?? 'SYMMETRIC_DEFAULT');
  for (const name of keySpecKeys) context.add(name, keySpec);
  for (const name of keyUsageKeys) context.add(name, plain(members['KeyUsage']));
  context
    .add('kms:KeyOrigin', plain(members['Origin']))
    .add('kms:MultiRegion', plain(members['MultiRegion']));
  if (members['MultiRegion'] === true) context.add('kms:MultiRegionKeyType', 'PRIMARY');
}

/** Each side of ReEncrypt has an algorithm of its own, and both know whether the key is the same. */
function addReEncryption(context: Context, { action, members, key, aliases = [] }: ContextSources): void {
  const isSource = action === 'kms:ReEncryptFrom';
  const algorithm = members[isSource ? 'SourceEncryptionAlgorithm' : 'DestinationEncryptionAlgorithm'];
  context.add('kms:EncryptionAlgorithm', plain(algorithm ?? 'SYMMETRIC_DEFAULT'));
  if (key === undefined) return;
  const blob = members['CiphertextBlob'];
  const named = members[isSource ? 'DestinationKeyId' : 'SourceKeyId'];
  const sealed = Buffer.isBuffer(blob) ? parseCiphertextBlob(blob)?.keyId : undefined;
  const other = named ?? (isSource ? undefined : sealed);
  const names = [
    key.arn,
    key.address.keyId,
    ...aliases,
    ...aliases.map((name) => aliasArn(key.address, name)),
  ];
  context.add(
    'kms:ReEncryptOnSameKey',
    names.some((name) => name === other),
  );
}

function addGrantMembers(context: Context, { Operations, Constraints }: Members): void {
  if (!Array.isArray(Operations)) return;
  context.addAll('kms:GrantOperations', Operations.map(String));
  if (typeof Constraints !== 'object' || Constraints === null) return;
  for (const name of ['EncryptionContextEquals', 'EncryptionContextSubset'])
    if (name in Constraints) context.add('kms:GrantConstraintType', name);
  if ('SourceArn' in Constraints) context.add('kms:GrantConstraintSourceArn', plain(Constraints.SourceArn));
}

function addKey(context: Context, { key, aliases, requestAlias }: ContextSources): void {
  context.add('kms:RequestAlias', requestAlias);
  if (key === undefined) return;
  const { record, address } = key;
  context
    .add('aws:ResourceAccount', address.accountId)
    .add('kms:KeyOrigin', record.origin)
    .add('kms:MultiRegion', record.multiRegion !== undefined)
    .addAll('kms:ResourceAliases', aliases);
  for (const name of keySpecKeys) context.add(name, record.keySpec);
  for (const name of keyUsageKeys) context.add(name, record.keyUsage);
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
