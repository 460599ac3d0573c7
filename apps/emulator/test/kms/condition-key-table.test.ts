import { describe, expect, it } from 'vitest';
import type { Key } from '../../src/kms/keys/key.ts';
import { accessContext, type ContextSources, type Members } from '../../src/kms/policy/access-context.ts';
import type { CallerIdentity } from '../../src/kms/policy/caller-identity.ts';
import { conditionKeys } from '../../src/kms/policy/condition-keys.ts';
import type { RequestContext } from '../../src/kms/policy/request-context.ts';
import { secretAccessContext } from '../../src/secrets-manager/policy/secret-access-context.ts';

const accountId = '111122223333';
const region = 'eu-central-1';
const arn = `arn:aws:iam::${accountId}:user/a`;
const place = { accountId, region };

const user: CallerIdentity = {
  principal: { kind: 'user', arn, arns: [arn], accountId, name: 'a', tags: [['team', 'x']] },
  policies: [],
  context: [['kms:ViaService', ['s3.eu-central-1.amazonaws.com']]],
  anonymous: false,
  unrestricted: false,
};
const service: CallerIdentity = {
  ...user,
  principal: { ...user.principal, kind: 'service', arn: 's3.amazonaws.com' },
  context: [],
};
const connection = { sourceIp: '192.0.2.1', secure: true, userAgent: 'a' };
const key: Key = {
  address: { ...place, keyId: 'mrk-0' },
  arn: `arn:aws:kms:${region}:${accountId}:key/mrk-0`,
  record: {
    format: 2,
    createdAtMs: 0,
    description: '',
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    keyState: 'Enabled',
    multiRegion: { primaryRegion: region, regions: [region] },
    materials: [],
    policy: '',
    tags: [{ TagKey: 'a', TagValue: 'b' }],
  },
  materials: new Map(),
  current: undefined,
  dueAtMs: Number.POSITIVE_INFINITY,
};

/** Members of all requests at once: what no request has, no condition key can be about. */
const members: Members = {
  ...Object.fromEntries(
    [
      'BypassPolicyLockoutSafetyCheck EncryptionAlgorithm ExpirationModel GranteePrincipal GranteeServicePrincipal',
      'KeyAgreementAlgorithm KeyPairSpec MacAlgorithm MessageType PendingWindowInDays PrimaryRegion ReplicaRegion',
      'RetiringPrincipal RetiringServicePrincipal RotationPeriodInDays SigningAlgorithm WrappingAlgorithm WrappingKeySpec',
      'BlockPublicPolicy Description ForceDeleteWithoutRecovery ForceOverwriteReplicaSecret KmsKeyId Name',
      'RecoveryWindowInDays RotateImmediately RotationLambdaARN Type VersionId VersionStage',
    ]
      .flatMap((names) => names.split(' '))
      .map((name) => [name, 'x']),
  ),
  ValidTo: 1,
  Operations: ['Encrypt'],
  Constraints: { EncryptionContextEquals: [['a', 'b']], SourceArn: 'arn:aws:s3:::a' },
};

function keysOf(context: RequestContext & Partial<ReadonlyMap<string, unknown>>): readonly string[] {
  return [...(context.keys?.() ?? [])];
}

function contextOf(more: Partial<ContextSources>): readonly string[] {
  const sources: ContextSources = {
    identity: user,
    connection,
    members: { ...members, Tags: [{ TagKey: 'a', TagValue: 'b' }] },
    operation: 'CreateGrant',
    region,
    nowMs: 0,
    encryptionContext: [['tenant', 'a']],
    key,
    aliases: ['alias/a'],
    requestAlias: 'alias/a',
    ...more,
  };
  return keysOf(accessContext(sources));
}

const secret = {
  address: { ...place, name: 'a' },
  arn: `arn:aws:secretsmanager:${region}:${accountId}:secret:a-AAAAAA`,
  record: {
    format: 1,
    suffix: 'AAAAAA',
    createdAtMs: 0,
    changedAtMs: 0,
    tags: [{ Key: 'a', Value: 'b' }],
    versions: [],
    rotation: { enabled: true, lambdaArn: 'arn:aws:lambda:eu-central-1:111122223333:function:a' },
  },
} as const;
const secretContextOf = (identity: CallerIdentity): readonly string[] =>
  keysOf(
    secretAccessContext({ ...members, Tags: [{ Key: 'a', Value: 'b' }] }, secret, {
      identity,
      connection,
      caller: { ...place, operation: 'CreateSecret' },
      clock: { now: () => ({ wallMs: 0, monotonicMs: 0 }) },
    }),
  );

describe('the table of condition keys', () => {
  const { every, kms, secretsManager } = conditionKeys;
  const missing = (names: readonly string[], found: readonly string[]): readonly string[] =>
    names.filter((name) => {
      const [start = '', rest] = name.toLowerCase().split('*');
      return !found.some((each) => (rest === undefined ? each === start : each.startsWith(start)));
    });
  const ofKms = [
    ...contextOf({}),
    ...contextOf({ identity: service }),
    ...contextOf({ operation: 'ReEncrypt', action: 'kms:ReEncryptTo' }),
  ];
  const ofSecrets = [...secretContextOf(user), ...secretContextOf(service)];

  it('has no key that requests to AWS KMS do not have a value for', () => {
    expect(missing([...every, ...kms], ofKms)).toEqual([]);
  });

  it('has no key that requests to Secrets Manager do not have a value for', () => {
    expect(missing([...every, ...secretsManager], ofSecrets)).toEqual([]);
  });

  it('has every key that requests have a value for', () => {
    const names = [...every, ...kms, ...secretsManager].map((name) => name.toLowerCase());
    const isListed = (key: string): boolean =>
      names.some((name) => (name.endsWith('*') ? key.startsWith(name.slice(0, -1)) : key === name));
    expect([...ofKms, ...ofSecrets].filter((key) => !isListed(key))).toEqual([]);
  });
});
