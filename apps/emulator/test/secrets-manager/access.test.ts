import { describe, expect, it } from 'vitest';
import { user } from '../kms/access-harness.ts';
import { account, fault, openSecrets, otherAccount, region } from './secrets-harness.ts';

const document = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | readonly string[], more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});

const identity = (name: string, statements: readonly object[], accountId = account) => ({
  arn: user(name, accountId),
  policies: { inline: document(...statements) },
  accessKeys: [{ accessKeyId: name, secretAccessKey: 'secret' }],
});
const identities = [
  identity('admin', [allow('*')]),
  identity('nobody', [allow('sts:GetCallerIdentity')]),
  identity('reader', [allow('secretsmanager:GetSecretValue')]),
  identity('tagged', [
    allow('secretsmanager:GetSecretValue', {
      Condition: { StringEquals: { 'secretsmanager:ResourceTag/team': 'pay' } },
    }),
  ]),
  identity('current-only', [
    allow('secretsmanager:GetSecretValue', {
      Condition: { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } },
    }),
  ]),
  identity('foreigner', [allow('*')], otherAccount),
  identity('foreign-nobody', [allow('sts:GetCallerIdentity')], otherAccount),
];

async function withSecrets() {
  const harness = await openSecrets({ identities });
  const admin = { key: 'admin' };
  const { output } = await harness.call(
    'CreateSecret',
    { Name: 'pay', SecretString: 'v', Tags: [{ Key: 'team', Value: 'pay' }] },
    admin,
  );
  await harness.call('CreateSecret', { Name: 'web', SecretString: 'v' }, admin);
  const as = (key: string, operation: string, input: object = {}) => harness.call(operation, input, { key });
  return { ...harness, as, arn: output.ARN };
}

const refusalOf = (
  name: string,
  operation: string,
  resource: string,
  end: string,
  accountId = account,
): object =>
  fault(
    'AccessDeniedException',
    `User: ${user(name, accountId)} is not authorized to perform: secretsmanager:${operation} on resource: ${resource} ${end}`,
  );

describe("a caller's policies", () => {
  it('let it do what they allow, and nothing else', async () => {
    const { as, arn } = await withSecrets();
    const end = 'because no identity-based policy allows the secretsmanager:GetSecretValue action';
    expect((await as('reader', 'GetSecretValue', { SecretId: 'pay' })).output.SecretString).toBe('v');
    expect(await as('nobody', 'GetSecretValue', { SecretId: 'pay' })).toEqual(
      refusalOf('nobody', 'GetSecretValue', arn, end),
    );
    expect(await as('nobody', 'GetSecretValue', { SecretId: 'none' })).toEqual(
      refusalOf('nobody', 'GetSecretValue', 'none', end),
    );
    for (const [operation, input] of [
      ['CreateSecret', { Name: 'new', SecretString: 'v' }],
      ['ListSecrets', {}],
      ['GetRandomPassword', {}],
      ['BatchGetSecretValue', { SecretIdList: ['pay'] }],
      ['DeleteSecret', { SecretId: 'none', ForceDeleteWithoutRecovery: true }],
      ['PutSecretValue', { SecretId: 'pay', SecretString: 'w' }],
      ['ValidateResourcePolicy', { ResourcePolicy: '{}' }],
      ['DescribeSecret', { SecretId: 'pay' }],
    ] as const)
      expect((await as('reader', operation, input)).output.__type, operation).toBe('AccessDeniedException');
    // Of what is about no secret AWS names no resource.
    expect((await as('reader', 'ListSecrets')).output).toMatchObject({
      Message: expect.stringMatching(
        /: secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action$/,
      ),
    });
  });

  it('are asked about tags, stages and other conditions', async () => {
    const { as } = await withSecrets();
    const status = async (key: string, input: object) => (await as(key, 'GetSecretValue', input)).status;
    expect(await status('tagged', { SecretId: 'pay' })).toBe(200);
    expect(await status('tagged', { SecretId: 'web' })).toBe(400);
    expect(await status('current-only', { SecretId: 'web', VersionStage: 'AWSCURRENT' })).toBe(200);
    expect(await status('current-only', { SecretId: 'web' })).toBe(400);
  });

  it('keep secrets out of a batch one by one', async () => {
    const { as } = await withSecrets();
    const { output } = await as('admin', 'BatchGetSecretValue', { SecretIdList: ['pay', 'web'] });
    expect(output['SecretValues']).toHaveLength(2);
    await as('admin', 'PutResourcePolicy', {
      SecretId: 'web',
      ResourcePolicy: document({
        Effect: 'Deny',
        Principal: { AWS: user('admin') },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      }),
    });
    const batch = await as('admin', 'BatchGetSecretValue', { SecretIdList: ['pay', 'web'] });
    expect(batch.output['SecretValues']).toMatchObject([{ Name: 'pay' }]);
    expect(batch.output['Errors']).toMatchObject([{ SecretId: 'web', ErrorCode: 'AccessDeniedException' }]);
  });
});

describe('a resource policy', () => {
  it('lets in a caller whose own policies say nothing, and is taken away again', async () => {
    const { as } = await withSecrets();
    const ResourcePolicy = document(
      allow('secretsmanager:GetSecretValue', { Principal: { AWS: user('nobody') } }),
    );
    expect((await as('admin', 'PutResourcePolicy', { SecretId: 'pay', ResourcePolicy })).output).toEqual({
      ARN: expect.any(String),
      Name: 'pay',
    });
    expect((await as('admin', 'GetResourcePolicy', { SecretId: 'pay' })).output).toMatchObject({
      ResourcePolicy,
    });
    expect((await as('nobody', 'GetSecretValue', { SecretId: 'pay' })).status).toBe(200);
    await as('admin', 'DeleteResourcePolicy', { SecretId: 'pay' });
    expect((await as('nobody', 'GetSecretValue', { SecretId: 'pay' })).status).toBe(400);
    expect((await as('admin', 'GetResourcePolicy', { SecretId: 'pay' })).output).not.toHaveProperty(
      'ResourcePolicy',
    );
  });

  it('is needed for another account, beside its own policies', async () => {
    const { as, arn, call } = await withSecrets();
    const refusal = refusalOf(
      'foreigner',
      'DescribeSecret',
      arn,
      'because no resource-based policy allows the secretsmanager:DescribeSecret action',
      otherAccount,
    );
    expect(await as('foreigner', 'DescribeSecret', { SecretId: arn })).toEqual(refusal);
    const none = `arn:aws:secretsmanager:${region}:${account}:secret:none-abcdef`;
    expect((await as('foreigner', 'DescribeSecret', { SecretId: none })).output.__type).toBe(
      'AccessDeniedException',
    );
    // Without identities accounts are apart all the same.
    expect((await call('DescribeSecret', { SecretId: arn }, { accountId: otherAccount })).output.__type).toBe(
      'AccessDeniedException',
    );
    await as('admin', 'PutResourcePolicy', {
      SecretId: 'pay',
      ResourcePolicy: document(allow('secretsmanager:*', { Principal: { AWS: otherAccount } })),
    });
    expect((await as('foreigner', 'DescribeSecret', { SecretId: arn })).status).toBe(200);
    expect((await call('DescribeSecret', { SecretId: arn }, { accountId: otherAccount })).status).toBe(200);
  });

  it('that names an account leaves it to the policies of that account', async () => {
    const { as, arn } = await withSecrets();
    const put = (accountId: string) =>
      as('admin', 'PutResourcePolicy', {
        SecretId: 'pay',
        ResourcePolicy: document(allow('secretsmanager:*', { Principal: { AWS: accountId } })),
      });
    const describe = async (key: string) =>
      (await as(key, 'DescribeSecret', { SecretId: arn })).output.__type;
    await put(account);
    expect(await describe('nobody')).toBe('AccessDeniedException');
    expect(await describe('admin')).toBeUndefined();
    await put(otherAccount);
    expect(await describe('foreign-nobody')).toBe('AccessDeniedException');
    expect(await describe('foreigner')).toBeUndefined();
  });

  it.each([
    ['no JSON', '}', 'This policy has invalid syntax.'],
    ['a version that is none', '{"Version":"2019-10-19","Statement":[]}', 'This policy has invalid syntax.'],
    ['a statement without a principal', document(allow('*')), 'This policy has invalid syntax.'],
    [
      'a principal that is none',
      document(allow('*', { Principal: { AWS: 'arn:aws:s3:::x' } })),
      'This resource policy contains an unsupported principal.',
    ],
  ])('with %s is refused', async (_, ResourcePolicy, text) => {
    const { as } = await withSecrets();
    const refusal = fault('MalformedPolicyDocumentException', text);
    expect(await as('admin', 'PutResourcePolicy', { SecretId: 'pay', ResourcePolicy })).toEqual(refusal);
    expect(await as('admin', 'ValidateResourcePolicy', { ResourcePolicy })).toEqual(refusal);
  });

  it('that lets everybody in is found, and blocked where that is asked for', async () => {
    const { as } = await withSecrets();
    const open = document(allow('*', { Principal: '*' }));
    const narrowed = document(
      allow('*', {
        Principal: '*',
        Condition: { StringEquals: { 'aws:PrincipalAccount': otherAccount } },
      }),
    );
    const put = (ResourcePolicy: string, BlockPublicPolicy?: boolean) =>
      as('admin', 'PutResourcePolicy', { SecretId: 'pay', ResourcePolicy, BlockPublicPolicy });
    expect(await put(open, true)).toEqual(
      fault(
        'PublicPolicyException',
        'The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.',
      ),
    );
    expect((await put(open)).status).toBe(200);
    expect((await put(narrowed, true)).status).toBe(200);
    expect((await as('admin', 'ValidateResourcePolicy', { ResourcePolicy: open })).output).toMatchObject({
      PolicyValidationPassed: false,
      ValidationErrors: [{ CheckName: expect.any(String), ErrorMessage: expect.any(String) }],
    });
    expect(
      (await as('admin', 'ValidateResourcePolicy', { SecretId: 'pay', ResourcePolicy: narrowed })).output,
    ).toEqual({ PolicyValidationPassed: true, ValidationErrors: [] });
  });
});

describe('decisions', () => {
  it('are reported with what decided them', async () => {
    const { as, arn, reports } = await withSecrets();
    await as('nobody', 'GetSecretValue', { SecretId: 'pay' });
    expect(reports.at(-1)).toEqual({
      operation: 'GetSecretValue',
      action: 'secretsmanager:GetSecretValue',
      principal: user('nobody'),
      resource: arn,
      allowed: false,
      enforced: true,
      decidedBy: 'no policy of the caller allows',
    });
    await as('reader', 'GetSecretValue', { SecretId: 'pay' });
    expect(reports.at(-1)).toMatchObject({
      allowed: true,
      decidedBy: "statement 1 of the caller's policy inline allows",
    });
  });

  it('are let through where they are only warned about', async () => {
    const { call, reports } = await openSecrets({ identities, access: { mode: 'warn' } });
    expect((await call('GetRandomPassword', {}, { key: 'nobody' })).status).toBe(200);
    expect(reports).toMatchObject([{ allowed: false, enforced: false }]);
  });

  it('are told to who watches the request, who may answer in its place', async () => {
    const { secretsManager } = await openSecrets({ access: { mode: 'strict' } });
    const seen: unknown[] = [];
    const request = {
      target: 'secretsmanager.CreateSecret',
      body: Buffer.from('{"Name":"x"}'),
      accountId: account,
      region,
    };
    await secretsManager.handle({
      ...request,
      probe: {
        before: (members) => void seen.push(members),
        decided: ({ action }) => void seen.push(action),
        after: (output) => void seen.push(Object.keys(output)),
      },
    });
    expect(seen).toEqual([{ Name: 'x' }, 'secretsmanager:CreateSecret', ['ARN', 'Name']]);
    const instead = { status: 503, headers: {}, body: new Uint8Array() };
    expect(await secretsManager.handle({ ...request, probe: { before: () => instead } })).toBe(instead);
  });
});
