import { describe, expect, it } from 'vitest';
import { createIdentityRegistry } from '../../src/kms/policy/identity-registry.ts';
import { InvalidIdentityError } from '../../src/kms/policy/invalid-identity-error.ts';
import {
  account,
  anyone,
  closedPolicy,
  data,
  identity,
  keyPolicy,
  openAccess,
  otherAccount,
  outputAs,
  role,
  user,
} from './access-harness.ts';

const everything = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
const identities = [
  identity(user('alice'), [everything]),
  identity(user('bob')),
  identity(user('admin')),
  identity(role('app')),
  identity(user('mallory', otherAccount), [everything]),
  identity(user('nobody', otherAccount)),
];
const [alice, bob, admin, app, mallory, nobody] = ['alice', 'bob', 'admin', 'app', 'mallory', 'nobody'].map(
  (key) => ({ key }),
) as [{ key: string }, { key: string }, { key: string }, { key: string }, { key: string }, { key: string }];
const denied = (arn: string, rest: string): object => ({
  status: 400,
  error: 'AccessDeniedException',
  message: `User: ${arn} is not authorized to perform: kms:Encrypt ${rest}`,
});

describe('within an account', () => {
  it('the root statement leaves it to the policies of identities', async () => {
    const { call, createKey, reports } = await openAccess({ identities });
    const KeyId = await createKey();
    expect(await call(alice, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject({ status: 200 });
    expect(reports.at(-1)).toEqual({
      operation: 'Encrypt',
      action: 'kms:Encrypt',
      principal: user('alice'),
      resource: KeyId,
      allowed: true,
      enforced: true,
      decidedBy:
        'statement 1 ("Enable IAM User Permissions") of the key policy leaves it to the account, and statement 1 of the caller\'s policy inline allows',
    });
    expect(await call(bob, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject(
      denied(
        user('bob'),
        `on resource: ${KeyId} because no identity-based policy allows the kms:Encrypt action`,
      ),
    );
    expect(reports.at(-1)).toMatchObject({
      allowed: false,
      decidedBy:
        'statement 1 ("Enable IAM User Permissions") of the key policy leaves it to the account, but no policy of the caller allows',
    });
  });

  it('a key policy that names somebody needs no other, and one that leaves nothing to the account heeds no other', async () => {
    const { call, createKey } = await openAccess({ identities });
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: user('bob') },
      Action: 'kms:Encrypt',
      Resource: '*',
    };
    const KeyId = await createKey({ Policy: closedPolicy([statement]) });
    expect(await call(bob, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject({ status: 200 });
    expect(await call(alice, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject(
      denied(
        user('alice'),
        `on resource: ${KeyId} because no resource-based policy allows the kms:Encrypt action`,
      ),
    );
  });

  it('a denial wins, in the key policy and in the policies of an identity', async () => {
    const { call, createKey } = await openAccess({
      identities: [
        ...identities,
        identity(user('carol'), [
          everything,
          { Sid: 'No', Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' },
        ]),
      ],
    });
    const deny = { Effect: 'Deny', Principal: { AWS: user('alice') }, Action: 'kms:Encrypt', Resource: '*' };
    const KeyId = await createKey({ Policy: keyPolicy([deny]) });
    expect(await call(alice, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject(
      denied(user('alice'), `on resource: ${KeyId} with an explicit deny in a resource-based policy`),
    );
    expect(await call({ key: 'carol' }, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject(
      denied(user('carol'), `on resource: ${KeyId} with an explicit deny in an identity-based policy`),
    );
  });

  it('a role is named by its role, and refused by its session', async () => {
    const { call, createKey } = await openAccess({ identities });
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: role('app') },
      Action: 'kms:Decrypt',
      Resource: '*',
    };
    const KeyId = await createKey({ Policy: keyPolicy([statement]) });
    expect(await call(app, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject(
      denied(
        `arn:aws:sts::${account}:assumed-role/app/session`,
        `on resource: ${KeyId} because no identity-based policy allows the kms:Encrypt action`,
      ),
    );
    expect(await call(app, 'Decrypt', { KeyId, CiphertextBlob: data })).toMatchObject({
      error: 'InvalidCiphertextException',
    });
  });

  it('does not tell who has a ciphertext alone which key it is under', async () => {
    const { call, createKey, root } = await openAccess({ identities });
    const KeyId = await createKey();
    const { output } = await root('Encrypt', { KeyId, Plaintext: data });
    const CiphertextBlob = output['CiphertextBlob'];
    expect(await call(bob, 'Decrypt', { CiphertextBlob })).toMatchObject({
      error: 'AccessDeniedException',
      message:
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    });
    expect(await call(alice, 'Decrypt', { CiphertextBlob })).toMatchObject({ output: { Plaintext: data } });
  });

  it('lets the aliases of one key be listed by who may list any', async () => {
    const { call, createKey } = await openAccess({ identities });
    const KeyId = await createKey({ Policy: closedPolicy([]) });
    expect(await call(alice, 'ListAliases', { KeyId })).toMatchObject({ status: 200 });
    expect(await call(mallory, 'ListAliases', { KeyId })).toMatchObject({ error: 'AccessDeniedException' });
  });

  it('makes the key of a predefined alias for who may look at it, and for nobody else', async () => {
    const look = { Effect: 'Allow', Action: ['kms:DescribeKey', 'kms:ListAliases'], Resource: '*' };
    const kms = await openAccess({
      identities: [
        identity(user('alice'), [look]),
        identity(user('bob'), [{ ...look, Action: 'kms:List*' }]),
      ],
    });
    const describeAs = (key: string) => kms.call({ key }, 'DescribeKey', { KeyId: 'alias/aws/s3' });
    expect(await describeAs('bob')).toMatchObject({
      error: 'AccessDeniedException',
      message: expect.stringMatching(/:alias\/aws\/s3 because no identity-based policy allows/),
    });
    const targets = async () =>
      outputAs<{ Aliases: readonly { readonly TargetKeyId?: string }[] }>(
        (await kms.call({ key: 'bob' }, 'ListAliases')).output,
      ).Aliases.flatMap(({ TargetKeyId }) => TargetKeyId ?? []);
    expect(await targets()).toEqual([]);
    const { output } = await describeAs('alice');
    expect(output).toMatchObject({ KeyMetadata: { KeyManager: 'AWS' } });
    expect(await targets()).toHaveLength(1);
    expect((await describeAs('bob')).error).toBe('AccessDeniedException');
  });

  it('decides operations on no key by the policies of the identity alone', async () => {
    const { call } = await openAccess({ identities });
    expect(await call(alice, 'ListKeys')).toMatchObject({ status: 200 });
    expect(await call(bob, 'ListKeys')).toMatchObject({
      message: `User: ${user('bob')} is not authorized to perform: kms:ListKeys on resource: * because no identity-based policy allows the kms:ListKeys action`,
    });
  });

  it('an alias is asked for by its own ARN, and the key behind it by its own', async () => {
    const { call, createKey } = await openAccess({
      identities: [
        identity(user('alias-only'), [
          { Effect: 'Allow', Action: 'kms:*Alias', Resource: `arn:aws:kms:*:${account}:alias/*` },
        ]),
        identity(user('both'), [
          {
            Effect: 'Allow',
            Action: 'kms:*Alias',
            Resource: [`arn:aws:kms:*:${account}:alias/mine*`, `arn:aws:kms:*:${account}:key/*`],
          },
        ]),
      ],
    });
    const TargetKeyId = await createKey();
    const create = (key: string, AliasName: string) =>
      call({ key }, 'CreateAlias', { AliasName, TargetKeyId });
    expect(await create('alias-only', 'alias/mine')).toMatchObject({ error: 'AccessDeniedException' });
    expect(await create('both', 'alias/yours')).toMatchObject({
      message: `User: ${user('both')} is not authorized to perform: kms:CreateAlias on resource: arn:aws:kms:eu-central-1:${account}:alias/yours because no identity-based policy allows the kms:CreateAlias action`,
    });
    expect(await create('both', 'alias/mine')).toMatchObject({ status: 200 });
    expect(await call({ key: 'alias-only' }, 'DeleteAlias', { AliasName: 'alias/mine' })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await call({ key: 'both' }, 'DeleteAlias', { AliasName: 'alias/mine' })).toMatchObject({
      status: 200,
    });
  });

  it('ReEncrypt needs the one key for reading and the other for writing', async () => {
    const { call, createKey, root } = await openAccess({
      identities: [
        identity(user('mover'), [
          {
            Effect: 'Allow',
            Action: 'kms:ReEncryptFrom',
            Resource: '*',
            Condition: { StringEquals: { 'kms:EncryptionContext:a': '1' } },
          },
          {
            Effect: 'Allow',
            Action: 'kms:ReEncryptTo',
            Resource: '*',
            Condition: { StringEquals: { 'kms:EncryptionContext:a': '2' } },
          },
        ]),
      ],
    });
    const [from, to] = [await createKey(), await createKey()];
    const { output } = await root('Encrypt', { KeyId: from, Plaintext: data, EncryptionContext: { a: '1' } });
    const move = (a: string, b: string) =>
      call({ key: 'mover' }, 'ReEncrypt', {
        CiphertextBlob: output['CiphertextBlob'],
        SourceKeyId: from,
        SourceEncryptionContext: { a },
        DestinationKeyId: to,
        DestinationEncryptionContext: { a: b },
      });
    expect(await move('1', '2')).toMatchObject({ status: 200 });
    expect(await move('2', '2')).toMatchObject({
      message: expect.stringContaining(`kms:ReEncryptFrom on resource: ${from}`),
    });
    expect(await move('1', '1')).toMatchObject({
      message: expect.stringContaining(`kms:ReEncryptTo on resource: ${to}`),
    });
  });
});

describe('condition keys', () => {
  const allowIf = (Condition: object, Action = 'kms:*'): string =>
    closedPolicy([{ Effect: 'Allow', Principal: '*', Action, Resource: '*', Condition }]);
  const encrypt = { Plaintext: data };

  it.each<readonly [what: string, condition: object, input: object, expected: boolean]>([
    [
      'encryption context',
      { StringEquals: { 'kms:EncryptionContext:team': 'a' } },
      { EncryptionContext: { team: 'a' } },
      true,
    ],
    [
      'another context',
      { StringEquals: { 'kms:EncryptionContext:team': 'a' } },
      { EncryptionContext: { team: 'b' } },
      false,
    ],
    ['no context', { StringEquals: { 'kms:EncryptionContext:team': 'a' } }, {}, false],
    [
      'context key twice but for case',
      { StringEquals: { 'kms:EncryptionContext:team': 'a' } },
      { EncryptionContext: { team: 'a', TEAM: 'b' } },
      false,
    ],
    [
      'context keys',
      { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['team', 'x'] } },
      { EncryptionContext: { team: 'a' } },
      true,
    ],
    [
      'other context keys',
      { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['team'] } },
      { EncryptionContext: { Team: 'a' } },
      false,
    ],
    ['caller account', { StringEquals: { 'kms:CallerAccount': account } }, {}, true],
    ['principal', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/b*` } }, {}, true],
    ['principal account', { StringEquals: { 'aws:PrincipalAccount': otherAccount } }, {}, false],
    ['principal tag', { StringEquals: { 'aws:PrincipalTag/team': 'x' } }, {}, true],
    ['resource tag', { StringEquals: { 'aws:ResourceTag/stage': 'dev' } }, {}, true],
    [
      'tags that agree',
      { StringEquals: { 'aws:ResourceTag/stage': `\${aws:PrincipalTag/stage}` } },
      {},
      true,
    ],
    [
      'key spec',
      {
        StringEquals: {
          'kms:KeySpec': 'SYMMETRIC_DEFAULT',
          'kms:KeyUsage': 'ENCRYPT_DECRYPT',
          'kms:KeyOrigin': 'AWS_KMS',
        },
      },
      {},
      true,
    ],
    ['multi-Region', { Bool: { 'kms:MultiRegion': 'true' } }, {}, false],
    ['via a service', { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } }, {}, false],
    ['source address', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, {}, true],
    ['time', { DateLessThan: { 'aws:CurrentTime': '2026-01-03T00:00:00Z' } }, {}, true],
    ['time that is over', { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, {}, false],
    ['region', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }, {}, true],
    ['grants for resources of AWS', { Bool: { 'kms:GrantIsForAWSResource': 'false' } }, {}, false],
    ['TLS', { Bool: { 'aws:SecureTransport': 'true' } }, {}, false],
    [
      'algorithm',
      { StringEquals: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' } },
      { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
      true,
    ],
  ])('%s', async (_, condition, input, expected) => {
    const { call, createKey } = await openAccess({
      identities: [identity(user('bob'), [], { tags: { team: 'x', stage: 'dev' } })],
    });
    const KeyId = await createKey({
      Policy: allowIf(condition),
      Tags: [{ TagKey: 'stage', TagValue: 'dev' }],
    });
    const answer = await call(bob, 'Encrypt', { KeyId, ...encrypt, ...input }, { sourceIp: '192.0.2.7' });
    expect(answer.error).toBe(expected ? undefined : 'AccessDeniedException');
  });

  it("a service's own keys come with its credentials", async () => {
    const via = {
      accessKeyId: 'via',
      secretAccessKey: 'x',
      context: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
    };
    const { call, createKey } = await openAccess({
      identities: [identity(user('bob'), [], { accessKeys: [via] })],
    });
    const KeyId = await createKey({
      Policy: allowIf({
        StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
        Bool: { 'aws:ViaAWSService': 'true' },
      }),
    });
    expect(await call({ key: 'via' }, 'Encrypt', { KeyId, ...encrypt })).toMatchObject({ status: 200 });
  });

  it('the alias that the request names, and the aliases that the key has', async () => {
    const { call, createKey, root } = await openAccess({ identities });
    const Policy = closedPolicy([
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 'kms:Encrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:RequestAlias': 'alias/a' } },
      },
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 'kms:DescribeKey',
        Resource: '*',
        Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } },
      },
    ]);
    const KeyId = await createKey({ Policy });
    await root('CreateAlias', { AliasName: 'alias/b', TargetKeyId: KeyId });
    expect(await call(bob, 'DescribeKey', { KeyId })).toMatchObject({ error: 'AccessDeniedException' });
    await root('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    expect(await call(bob, 'DescribeKey', { KeyId })).toMatchObject({ status: 200 });
    expect(await call(bob, 'Encrypt', { KeyId, ...encrypt })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await call(bob, 'Encrypt', { KeyId: 'alias/b', ...encrypt })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await call(bob, 'Encrypt', { KeyId: 'alias/a', ...encrypt })).toMatchObject({ status: 200 });
  });

  it('tags of a request', async () => {
    const { call, createKey } = await openAccess({ identities });
    const Condition = {
      StringEquals: { 'aws:RequestTag/stage': 'dev' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['stage'] },
    };
    const KeyId = await createKey({ Policy: allowIf(Condition, 'kms:TagResource') });
    const tag = (...Tags: object[]) => call(bob, 'TagResource', { KeyId, Tags });
    expect(await tag({ TagKey: 'stage', TagValue: 'dev' })).toMatchObject({ status: 200 });
    expect(await tag({ TagKey: 'stage', TagValue: 'prod' })).toMatchObject({
      error: 'AccessDeniedException',
    });
    expect(await tag({ TagKey: 'stage', TagValue: 'dev' }, { TagKey: 'x', TagValue: '' })).toMatchObject({
      error: 'AccessDeniedException',
    });
  });
});

describe('across accounts', () => {
  const share = {
    Sid: 'Share',
    Effect: 'Allow',
    Principal: { AWS: otherAccount },
    Action: ['kms:Encrypt', 'kms:DescribeKey'],
    Resource: '*',
  };
  const hidden =
    'on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';

  it('both sides must allow', async () => {
    const { call, createKey } = await openAccess({ identities });
    const KeyId = await createKey({ Policy: keyPolicy([share]) });
    const encrypt = { KeyId, Plaintext: data };
    expect(await call(mallory, 'Encrypt', encrypt)).toMatchObject({ status: 200 });
    expect(await call({ account: otherAccount }, 'Encrypt', encrypt)).toMatchObject({ status: 200 });
    expect(await call(nobody, 'Encrypt', encrypt)).toMatchObject(
      denied(
        user('nobody', otherAccount),
        `on resource: ${KeyId} because no identity-based policy allows the kms:Encrypt action`,
      ),
    );
    const KeyId2 = await createKey();
    expect(await call(mallory, 'Encrypt', { ...encrypt, KeyId: KeyId2 })).toMatchObject(
      denied(user('mallory', otherAccount), hidden),
    );
  });

  it.each(['off', 'warn', 'strict'] as const)(
    'a key that is not shared is like one that is not there, in mode %s',
    async (mode) => {
      const { call, createKey } = await openAccess({ identities, mode });
      const KeyId = await createKey();
      const other = { account: otherAccount };
      const answer = await call(other, 'Encrypt', { KeyId, Plaintext: data });
      expect(answer).toMatchObject(denied(`arn:aws:iam::${otherAccount}:root`, hidden));
      const missing = KeyId.replace(/.{12}$/, '000000000000');
      expect(await call(other, 'Encrypt', { KeyId: missing, Plaintext: data })).toEqual(answer);
      const alias = `arn:aws:kms:eu-central-1:${account}:alias/x`;
      expect(await call(other, 'Encrypt', { KeyId: alias, Plaintext: data })).toEqual(answer);
    },
  );

  it('operations that AWS does not offer across accounts are refused, however the key is shared', async () => {
    const { call, createKey } = await openAccess({ identities });
    const KeyId = await createKey({ Policy: keyPolicy([{ ...share, Action: 'kms:*' }]) });
    for (const [operation, input] of [
      ['DisableKey', {}],
      ['GetKeyPolicy', {}],
      ['TagResource', { Tags: [] }],
      ['ScheduleKeyDeletion', {}],
    ] as const)
      expect(await call({ account: otherAccount }, operation, { KeyId, ...input })).toMatchObject({
        error: 'AccessDeniedException',
      });
  });

  it('a shared key is reached through an alias of its own account', async () => {
    const { call, createKey, root } = await openAccess({ identities });
    const KeyId = await createKey({ Policy: keyPolicy([share]) });
    await root('CreateAlias', { AliasName: 'alias/shared', TargetKeyId: KeyId });
    const alias = `arn:aws:kms:eu-central-1:${account}:alias/shared`;
    expect(await call(mallory, 'Encrypt', { KeyId: alias, Plaintext: data })).toMatchObject({
      status: 200,
      output: { KeyId },
    });
    expect(await call(mallory, 'Encrypt', { KeyId: 'alias/shared', Plaintext: data })).toMatchObject({
      error: 'NotFoundException',
    });
  });
});

describe('the modes', () => {
  const policy = closedPolicy([]);

  it('are off for unknown credentials and strict for known ones, unless told', async () => {
    const { call, createKey, reports } = await openAccess({ identities });
    const KeyId = await createKey({ Policy: policy });
    reports.length = 0;
    expect(await call(anyone, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject({ status: 200 });
    expect(reports).toEqual([]);
    expect(await call(bob, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject({
      error: 'AccessDeniedException',
    });
  });

  it('warn lets through and says what it let through', async () => {
    const { call, createKey, reports } = await openAccess({ identities, mode: 'warn' });
    const KeyId = await createKey({ Policy: policy });
    reports.length = 0;
    for (const sender of [anyone, bob])
      expect(await call(sender, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject({ status: 200 });
    expect(reports).toMatchObject([
      { allowed: false, enforced: false, principal: `arn:aws:iam::${account}:root` },
      { allowed: false, enforced: false, decidedBy: 'no statement of the key policy and no grant allows' },
    ]);
  });

  it('strict takes unknown credentials for the root user, whom a key policy need not name', async () => {
    const { call, createKey } = await openAccess({ identities, mode: 'strict' });
    const KeyId = await createKey({ Policy: policy });
    expect(await call(anyone, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject(
      denied(
        `arn:aws:iam::${account}:root`,
        `on resource: ${KeyId} because no resource-based policy allows the kms:Encrypt action`,
      ),
    );
    expect(await call(admin, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject({ status: 200 });
  });

  it('off looks at nobody', async () => {
    const { call, createKey, reports } = await openAccess({ identities, mode: 'off' });
    const KeyId = await createKey({ Policy: policy });
    expect(await call(bob, 'Encrypt', { KeyId, Plaintext: data })).toMatchObject({ status: 200 });
    expect(reports).toEqual([]);
  });

  it('a dry run is refused like the request itself, and an invalid request before it is decided', async () => {
    const { call, createKey } = await openAccess({ identities });
    const KeyId = await createKey({ Policy: policy });
    const dry = { KeyId, Plaintext: data, DryRun: true };
    expect(await call(bob, 'Encrypt', dry)).toMatchObject({ error: 'AccessDeniedException' });
    expect(await call(admin, 'Encrypt', dry)).toMatchObject({ error: 'DryRunOperationException' });
    expect(await call(bob, 'Encrypt', { KeyId })).toMatchObject({ error: 'ValidationException' });
    expect(
      await call(bob, 'Encrypt', { ...dry, KeyId: '1234abcd-12ab-34cd-56ef-1234567890ab' }),
    ).toMatchObject({
      error: 'NotFoundException',
    });
  });
});

describe('identities', () => {
  it.each([
    ['a group', { arn: 'arn:aws:iam::111122223333:group/x' }],
    ['no ARN', { arn: 'alice' }],
    ['a policy with a principal', { arn: user('x'), policies: { p: keyPolicy() } }],
    [
      'a session name that is none',
      { arn: role('x'), accessKeys: [{ accessKeyId: 'a', secretAccessKey: 'b', sessionName: '/' }] },
    ],
    [
      'an access key twice',
      {
        arn: user('x'),
        accessKeys: [
          { accessKeyId: 'a', secretAccessKey: 'b' },
          { accessKeyId: 'a', secretAccessKey: 'c' },
        ],
      },
    ],
  ])('cannot be %s', (_, options) => {
    expect(() => createIdentityRegistry([options])).toThrow(InvalidIdentityError);
  });
});
