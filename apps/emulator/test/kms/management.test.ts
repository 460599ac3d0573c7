import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../../src/errors.ts';
import {
  type AccessHarness,
  account,
  anyone,
  closedPolicy,
  data,
  identity,
  keyPolicy,
  openAccess,
  otherAccount,
  outputAs,
  region,
  type Sender,
  user,
} from './access-harness.ts';

const arnOf = (alias: string): string => `arn:aws:kms:${region}:${account}:${alias}`;

let kms: AccessHarness;
let KeyId: string;
beforeEach(async () => {
  kms = await openAccess({
    identities: [
      identity(user('alice'), [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }]),
      identity(user('bob')),
    ],
  });
  KeyId = await kms.createKey();
});

const idOf = (arn: string): string => arn.split('/').at(-1) ?? '';
const alias = (AliasName: string, TargetKeyId: string = KeyId) =>
  kms.root('CreateAlias', { AliasName, TargetKeyId });

/** The lists of all pages. */
async function pages(
  operation: string,
  list: string,
  input: object,
): Promise<readonly (readonly object[])[]> {
  const found: (readonly object[])[] = [];
  for (let Marker: string | undefined; ; ) {
    const { status, output } = await kms.root(operation, {
      ...input,
      ...(Marker === undefined ? {} : { Marker }),
    });
    expect(status).toBe(200);
    const {
      NextMarker,
      Truncated,
      [list]: items,
    } = outputAs<Record<string, readonly object[]> & { NextMarker?: string; Truncated: boolean }>(output);
    found.push(items ?? []);
    expect(Truncated).toBe(NextMarker !== undefined);
    if (NextMarker === undefined) return found;
    Marker = NextMarker;
  }
}

/** The aliases of an account that are not AWS's own. */
async function listedAliases(sender: Sender = { account }): Promise<readonly object[]> {
  const { output } = await kms.call(sender, 'ListAliases', { Limit: 1000 });
  const { Aliases } = outputAs<{ readonly Aliases: readonly { readonly AliasName: string }[] }>(output);
  return Aliases.filter(({ AliasName }) => !AliasName.startsWith('alias/aws/'));
}

describe('aliases', () => {
  it('stand for their key wherever a key is used', async () => {
    expect(await alias('alias/a')).toMatchObject({ status: 200, output: {} });
    const { output } = await kms.root('Encrypt', { KeyId: 'alias/a', Plaintext: data });
    expect(output).toMatchObject({ KeyId });
    for (const name of ['alias/a', arnOf('alias/a')])
      expect(
        await kms.root('Decrypt', { KeyId: name, CiphertextBlob: output['CiphertextBlob'] }),
      ).toMatchObject({
        output: { KeyId, Plaintext: data },
      });
    expect(await kms.root('DescribeKey', { KeyId: 'alias/none' })).toMatchObject({
      error: 'NotFoundException',
      message: `Alias ${arnOf('alias/none')} is not found.`,
    });
    expect(await kms.root('EnableKey', { KeyId: 'alias/a' })).toMatchObject({ error: 'InvalidArnException' });
  });

  it('are of one account and region', async () => {
    await alias('alias/a');
    expect(await kms.call({ account: otherAccount }, 'DescribeKey', { KeyId: 'alias/a' })).toMatchObject({
      error: 'NotFoundException',
    });
    expect(await listedAliases({ account: otherAccount })).toEqual([]);
  });

  it('move to another key of the same kind, and keep the time of their making', async () => {
    const next = await kms.createKey();
    await alias('alias/a');
    const createdAt = kms.clock.wallMs / 1000;
    kms.clock.wallMs += 5000;
    expect(await kms.root('UpdateAlias', { AliasName: 'alias/a', TargetKeyId: next })).toMatchObject({
      status: 200,
    });
    expect(await listedAliases()).toEqual([
      {
        AliasArn: arnOf('alias/a'),
        AliasName: 'alias/a',
        CreationDate: createdAt,
        LastUpdatedDate: createdAt + 5,
        TargetKeyId: idOf(next),
      },
    ]);
    const hmac = await kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    expect(await kms.root('UpdateAlias', { AliasName: 'alias/a', TargetKeyId: hmac })).toMatchObject({
      error: 'ValidationException',
    });
  });

  it.each([
    [
      'CreateAlias',
      'a',
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ],
    [
      'CreateAlias',
      'alias/a b',
      'ValidationException',
      "1 validation error detected: Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
    ['CreateAlias', 'alias/a:b', 'ValidationException', 'alias/a:b contains invalid characters for an alias'],
    [
      'CreateAlias',
      'alias/aws/s3',
      'NotAuthorizedException',
      'Aliases that begin with alias/aws/ are reserved for AWS managed keys.',
    ],
    [
      'CreateAlias',
      'alias/taken',
      'AlreadyExistsException',
      `An alias with the name ${arnOf('alias/taken')} already exists`,
    ],
    ['UpdateAlias', 'alias/none', 'NotFoundException', `Alias ${arnOf('alias/none')} is not found.`],
    ['DeleteAlias', 'alias/none', 'NotFoundException', `Alias ${arnOf('alias/none')} is not found.`],
    ['DeleteAlias', 'none', 'ValidationException', expect.stringContaining('Alias must start with')],
  ])('%s of %s is refused', async (operation, AliasName, error, message) => {
    await alias('alias/taken');
    const input = operation === 'DeleteAlias' ? { AliasName } : { AliasName, TargetKeyId: KeyId };
    expect(await kms.root(operation, input)).toMatchObject({ error, message });
  });

  it('do not stand for aliases, nor for keys that are going', async () => {
    await alias('alias/a');
    expect(await alias('alias/b', 'alias/a')).toMatchObject({
      message: 'TargetKeyId must be a key ID or a key ARN: an alias cannot stand for an alias.',
    });
    expect(await alias('alias/b', '1234abcd-12ab-34cd-56ef-1234567890ab')).toMatchObject({
      error: 'NotFoundException',
    });
    await kms.root('ScheduleKeyDeletion', { KeyId });
    expect(await alias('alias/b')).toMatchObject({
      error: 'KMSInvalidStateException',
      message: `${KeyId} is pending deletion.`,
    });
  });

  it('go with their key, and their name is free again', async () => {
    await alias('alias/a');
    await kms.root('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    kms.clock.wallMs += 8 * 86_400_000;
    expect(await kms.root('DescribeKey', { KeyId: 'alias/a' })).toMatchObject({ error: 'NotFoundException' });
    expect(await kms.root('DeleteAlias', { AliasName: 'alias/a' })).toMatchObject({
      error: 'NotFoundException',
    });
    expect(await listedAliases()).toEqual([]);
    expect(await alias('alias/a', await kms.createKey())).toMatchObject({ status: 200 });
  });

  it('are listed in pages, of all keys or of one', async () => {
    const other = await kms.createKey();
    for (const name of ['a', 'b', 'c']) await alias(`alias/${name}`, name === 'b' ? other : KeyId);
    const listed = await pages('ListAliases', 'Aliases', { Limit: 2 });
    expect(listed.slice(0, -1).every((page) => page.length === 2)).toBe(true);
    const names = listed.flat().map((entry) => (entry as { readonly AliasName: string }).AliasName);
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.filter((name) => !name.startsWith('alias/aws/'))).toEqual(['alias/a', 'alias/b', 'alias/c']);
    expect((await pages('ListAliases', 'Aliases', { Limit: 1, KeyId })).map((page) => page.length)).toEqual([
      1, 1,
    ]);
    expect(await kms.root('ListAliases', { Marker: 'x' })).toMatchObject({ error: 'InvalidMarkerException' });
    await kms.root('DeleteAlias', { AliasName: 'alias/a' });
    expect((await pages('ListAliases', 'Aliases', { KeyId })).flat()).toMatchObject([
      { AliasName: 'alias/c' },
    ]);
  });

  it("of AWS's services are there without a key, until one is described", async () => {
    const input = { KeyId: 'alias/aws/s3' };
    const listed = async () => (await pages('ListAliases', 'Aliases', { Limit: 1000 })).flat();
    expect(await listed()).toContainEqual({ AliasArn: arnOf('alias/aws/s3'), AliasName: 'alias/aws/s3' });
    expect(await kms.root('GenerateDataKey', { ...input, NumberOfBytes: 1 })).toMatchObject({
      error: 'NotFoundException',
    });
    const made = await Promise.all([1, 2, 3].map(() => kms.root('DescribeKey', input)));
    const [first] = made.map(({ output }) => outputAs<{ KeyMetadata: { Arn: string } }>(output).KeyMetadata);
    expect(first).toMatchObject({ KeyManager: 'AWS', KeyState: 'Enabled', Origin: 'AWS_KMS' });
    for (const { output } of made) expect(output).toEqual({ KeyMetadata: first });
    expect(await listed()).toContainEqual(
      expect.objectContaining({ AliasName: 'alias/aws/s3', TargetKeyId: idOf(first?.Arn ?? '') }),
    );
    const managed = { KeyId: first?.Arn };
    expect((await kms.root('GetKeyRotationStatus', managed)).output).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
    });
    for (const [operation, more] of [
      ['DisableKey', {}],
      ['ScheduleKeyDeletion', {}],
      ['DisableKeyRotation', {}],
      ['PutKeyPolicy', { Policy: keyPolicy() }],
      ['TagResource', { Tags: [{ TagKey: 'a', TagValue: '' }] }],
      ['UpdateKeyDescription', { Description: 'x' }],
    ] as const)
      expect(await kms.root(operation, { ...managed, ...more }), operation).toMatchObject({
        error: 'UnsupportedOperationException',
      });
    expect(await alias('alias/mine', first?.Arn)).toMatchObject({ error: 'UnsupportedOperationException' });
  });

  it('are at most 50 to a key', async () => {
    for (let at = 0; at < 50; at++) expect(await alias(`alias/${at}`)).toMatchObject({ status: 200 });
    expect(await alias('alias/more')).toMatchObject({ error: 'LimitExceededException' });
  });

  it('made by two at once exist once', async () => {
    const answers = await Promise.all([alias('alias/a'), alias('alias/a'), alias('alias/a')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });
});

describe('tags', () => {
  const tag = (...tags: readonly string[]) =>
    kms.root('TagResource', { KeyId, Tags: tags.map((TagKey) => ({ TagKey, TagValue: '' })) });

  it('are listed in pages, in order', async () => {
    await tag('b', 'a', '__proto__', 'ü');
    const found = await pages('ListResourceTags', 'Tags', { KeyId, Limit: 3 });
    expect(found.map((page) => page.length)).toEqual([3, 1]);
    expect(found.flat()).toEqual(['b', 'a', '__proto__', 'ü'].map((TagKey) => ({ TagKey, TagValue: '' })));
    expect(await kms.root('ListResourceTags', { KeyId, Marker: 'eA' })).toMatchObject({
      error: 'InvalidMarkerException',
    });
  });

  it('are at most fifty, those that are there counted', async () => {
    await tag(...Array.from({ length: 49 }, (_, at) => `t${at}`));
    expect(await tag('t0', 'new')).toMatchObject({ status: 200 });
    expect(await tag('more')).toMatchObject({ error: 'TagException', message: 'Too many tags' });
  });

  it('are removed, those that are not there in silence', async () => {
    await tag('a', 'b');
    expect(await kms.root('UntagResource', { KeyId, TagKeys: ['a', 'none'] })).toMatchObject({
      status: 200,
      output: {},
    });
    expect((await pages('ListResourceTags', 'Tags', { KeyId })).flat()).toEqual([
      { TagKey: 'b', TagValue: '' },
    ]);
  });

  it('stay as they are on a key that is going', async () => {
    await kms.root('ScheduleKeyDeletion', { KeyId });
    expect(await tag('a')).toMatchObject({ error: 'KMSInvalidStateException' });
    expect(await kms.root('UntagResource', { KeyId, TagKeys: ['a'] })).toMatchObject({
      error: 'KMSInvalidStateException',
    });
  });
});

describe('key policies', () => {
  const put = (Policy: string, more: object = {}, key?: string) =>
    kms.call(key === undefined ? anyone : { key }, 'PutKeyPolicy', { KeyId, Policy, ...more });
  const lockout = {
    error: 'MalformedPolicyDocumentException',
    message: 'The new key policy will not allow you to update the key policy in the future.',
  };

  it('are called default, and no other', async () => {
    expect((await kms.root('ListKeyPolicies', { KeyId })).output).toEqual({
      PolicyNames: ['default'],
      Truncated: false,
    });
    expect((await kms.root('GetKeyPolicy', { KeyId })).output).toMatchObject({ PolicyName: 'default' });
    for (const [operation, more] of [
      ['GetKeyPolicy', {}],
      ['PutKeyPolicy', { Policy: keyPolicy() }],
    ] as const)
      expect(await kms.root(operation, { KeyId, PolicyName: 'other', ...more })).toMatchObject({
        error: 'NotFoundException',
        message: 'Policy other does not exist: the only policy name is default.',
      });
  });

  it('come back character for character', async () => {
    const policy = keyPolicy().replace('{', '{ \n');
    expect(await put(policy)).toMatchObject({ status: 200, output: {} });
    expect((await kms.root('GetKeyPolicy', { KeyId })).output).toEqual({
      Policy: policy,
      PolicyName: 'default',
    });
  });

  it.each([
    ['no JSON', '{', undefined],
    ['no principal', '{"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}', undefined],
    [
      'a principal that is none',
      keyPolicy([{ Effect: 'Allow', Principal: { AWS: 'bob' }, Action: 'kms:*', Resource: '*' }]),
      'Policy contains a statement with one or more invalid principals.',
    ],
  ])('are malformed with %s, when made and when changed', async (_, policy, message) => {
    const malformed = { error: 'MalformedPolicyDocumentException', message };
    expect(await put(policy)).toMatchObject(malformed);
    expect(await kms.root('CreateKey', { Policy: policy })).toMatchObject(malformed);
  });

  it('are at most 32 KiB long', async () => {
    expect(await put(keyPolicy().padEnd(32_769))).toMatchObject({ error: 'LimitExceededException' });
    expect(await put(keyPolicy().padEnd(32_768))).toMatchObject({ status: 200 });
  });

  it('do not lock out who sets them, unless they ask for it', async () => {
    const statement = { Effect: 'Allow', Principal: { AWS: user('bob') }, Action: 'kms:*', Resource: '*' };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    expect(await put(policy, {}, 'alice')).toMatchObject(lockout);
    expect(await kms.call({ key: 'alice' }, 'CreateKey', { Policy: policy })).toMatchObject(lockout);
    expect(
      await put(
        closedPolicy([{ ...statement, Effect: 'Deny' }]),
        { BypassPolicyLockoutSafetyCheck: true },
        'alice',
      ),
    ).toMatchObject({ status: 200 });
  });

  it('set without an identity must leave somebody of the account able to set the next', async () => {
    expect(await put(closedPolicy([]))).toMatchObject({ status: 200 });
    const foreign = { Effect: 'Allow', Principal: { AWS: otherAccount }, Action: 'kms:*', Resource: '*' };
    expect(await put(JSON.stringify({ Statement: foreign }))).toMatchObject(lockout);
    expect(
      await put(JSON.stringify({ Statement: { ...foreign, Principal: '*', Action: 'kms:Encrypt' } })),
    ).toMatchObject(lockout);
    expect(
      await put(keyPolicy([{ Effect: 'Deny', Principal: '*', Action: 'kms:PutKeyPolicy', Resource: '*' }])),
    ).toMatchObject(lockout);
  });
});

describe('custom key stores', () => {
  const hsm = (CustomKeyStoreName: string, CloudHsmClusterId = 'cluster-2a23b4cdefg') => ({
    CustomKeyStoreName,
    CloudHsmClusterId,
    TrustAnchorCertificate: 'certificate',
    KeyStorePassword: 'kmsPswd1',
  });
  const external = (CustomKeyStoreName: string, path = '/kms/xks/v1') => ({
    CustomKeyStoreName,
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyUriEndpoint: 'https://proxy.example.com',
    XksProxyUriPath: path,
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyAuthenticationCredential: {
      AccessKeyId: 'ABCDE2345672EXAMPLE7',
      RawSecretAccessKey: 'DXjSUawnel2fr6SKC7G25CNxTyWKE5PF9XX6H/u9pSo=',
    },
  });
  const create = async (input: object): Promise<string> => {
    const { output } = await kms.root('CreateCustomKeyStore', input);
    return String(output['CustomKeyStoreId']);
  };

  it('are kept and described, without their secrets', async () => {
    const [first, second] = [await create(hsm('hsm')), await create(external('external'))];
    expect(first).toMatch(/^cks-[0-9a-f]{17}$/);
    const common = { ConnectionState: 'DISCONNECTED', CreationDate: kms.clock.wallMs / 1000 };
    const describe = async (input: object) => (await kms.root('DescribeCustomKeyStores', input)).output;
    expect(await describe({ CustomKeyStoreId: first })).toEqual({
      CustomKeyStores: [
        {
          ...common,
          CloudHsmClusterId: 'cluster-2a23b4cdefg',
          CustomKeyStoreId: first,
          CustomKeyStoreName: 'hsm',
          CustomKeyStoreType: 'AWS_CLOUDHSM',
          TrustAnchorCertificate: 'certificate',
        },
      ],
      Truncated: false,
    });
    expect(await describe({ CustomKeyStoreName: 'external' })).toEqual({
      CustomKeyStores: [
        {
          ...common,
          CustomKeyStoreId: second,
          CustomKeyStoreName: 'external',
          CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
          XksProxyConfiguration: {
            AccessKeyId: 'ABCDE2345672EXAMPLE7',
            Connectivity: 'PUBLIC_ENDPOINT',
            UriEndpoint: 'https://proxy.example.com',
            UriPath: '/kms/xks/v1',
          },
        },
      ],
      Truncated: false,
    });
    expect(
      (await pages('DescribeCustomKeyStores', 'CustomKeyStores', { Limit: 1 })).map((page) => page.length),
    ).toEqual([1, 1]);
  });

  it('connect, disconnect and end in that order', async () => {
    const CustomKeyStoreId = await create(hsm('hsm'));
    const invalid = { error: 'CustomKeyStoreInvalidStateException' };
    const run = (operation: string, more: object = {}) => kms.root(operation, { CustomKeyStoreId, ...more });
    expect(await run('DisconnectCustomKeyStore')).toMatchObject(invalid);
    expect(await run('ConnectCustomKeyStore')).toMatchObject({ status: 200, output: {} });
    expect((await run('DescribeCustomKeyStores')).output).toMatchObject({
      CustomKeyStores: [{ ConnectionState: 'CONNECTED' }],
    });
    expect(await run('ConnectCustomKeyStore')).toMatchObject({ status: 200 });
    expect(await run('DeleteCustomKeyStore')).toMatchObject(invalid);
    expect(await run('UpdateCustomKeyStore', { NewCustomKeyStoreName: 'x' })).toMatchObject(invalid);
    expect(await run('DisconnectCustomKeyStore')).toMatchObject({ status: 200 });
    expect(await run('UpdateCustomKeyStore', { NewCustomKeyStoreName: 'x' })).toMatchObject({ status: 200 });
    expect(await run('DeleteCustomKeyStore')).toMatchObject({ status: 200 });
    expect(await run('DeleteCustomKeyStore')).toMatchObject({ error: 'CustomKeyStoreNotFoundException' });
  });

  it.each([
    ['a name that is taken', hsm('hsm', 'cluster-3a23b4cdefg'), 'CustomKeyStoreNameInUseException'],
    ['a cluster that is taken', hsm('other'), 'CloudHsmClusterInUseException'],
    ['a proxy that is taken', external('other'), 'XksProxyUriInUseException'],
    ['no cluster', { CustomKeyStoreName: 'x' }, 'ValidationException'],
    [
      'members of the other type',
      { ...hsm('x', 'cluster-3a23b4cdefg'), XksProxyUriPath: '/kms/xks/v1' },
      'ValidationException',
    ],
    [
      'an endpoint service where the proxy is public',
      {
        ...external('x', '/a/kms/xks/v1'),
        XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.eu-central-1.vpce-svc-example1',
      },
      'XksProxyInvalidConfigurationException',
    ],
  ])('are refused with %s', async (_, input, error) => {
    await create(hsm('hsm'));
    await create(external('external'));
    expect(await kms.root('CreateCustomKeyStore', input)).toMatchObject({ error });
  });
});

describe('request quotas', () => {
  it('are off unless given, and refill by the clock, for each operation, account and region alone', async () => {
    const limited = await openAccess({ requestRates: { ListKeys: 2, GenerateRandom: 0.5 } });
    const list = () => limited.root('ListKeys');
    const throttled = {
      status: 400,
      error: 'ThrottlingException',
      message: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    };
    for (let at = 0; at < 2; at++) expect(await list()).toMatchObject({ status: 200 });
    expect(await list()).toMatchObject(throttled);
    expect(await limited.root('ListAliases')).toMatchObject({ status: 200 });
    expect(await limited.call({ account: otherAccount }, 'ListKeys')).toMatchObject({ status: 200 });
    limited.clock.wallMs += 499;
    expect(await list()).toMatchObject(throttled);
    limited.clock.wallMs += 1;
    expect(await list()).toMatchObject({ status: 200 });
    expect(await list()).toMatchObject(throttled);
    limited.clock.wallMs -= 10_000;
    expect(await list()).toMatchObject(throttled);
    limited.clock.wallMs += 3_600_000;
    for (let at = 0; at < 2; at++) expect(await list()).toMatchObject({ status: 200 });
    expect(await list()).toMatchObject(throttled);
    const random = () => limited.root('GenerateRandom', { NumberOfBytes: 1 });
    expect(await random()).toMatchObject({ status: 200 });
    limited.clock.wallMs += 1999;
    expect(await random()).toMatchObject(throttled);
    limited.clock.wallMs += 1;
    expect(await random()).toMatchObject({ status: 200 });
  });

  it('can be one for every operation, and must be rates', async () => {
    const limited = await openAccess({ requestRates: { '*': 1, ListKeys: 1000 } });
    expect(await limited.root('ListAliases')).toMatchObject({ status: 200 });
    expect(await limited.root('ListAliases')).toMatchObject({ error: 'ThrottlingException' });
    for (let at = 0; at < 5; at++) expect(await limited.root('ListKeys')).toMatchObject({ status: 200 });
    await expect(openAccess({ requestRates: { '*': 0 } })).rejects.toThrow(InvalidOptionError);
  });
});

describe('a restart', () => {
  it('finds aliases, grants, tags, policies and key stores as they were', async () => {
    const store = createMemoryStore();
    const before = await openAccess({ store });
    const key = await before.createKey({ Tags: [{ TagKey: 'a', TagValue: 'b' }], Policy: closedPolicy([]) });
    await before.root('CreateAlias', { AliasName: 'alias/a', TargetKeyId: key });
    const created = await before.root('CreateGrant', {
      KeyId: key,
      GranteePrincipal: user('bob'),
      Operations: ['Encrypt'],
    });
    await before.root('CreateCustomKeyStore', {
      CustomKeyStoreName: 'hsm',
      CloudHsmClusterId: 'cluster-2a23b4cdefg',
      TrustAnchorCertificate: 'certificate',
      KeyStorePassword: 'kmsPswd1',
    });
    const read = (harness: AccessHarness) =>
      Promise.all([
        harness.root('ListAliases'),
        harness.root('ListGrants', { KeyId: key }),
        harness.root('ListResourceTags', { KeyId: key }),
        harness.root('GetKeyPolicy', { KeyId: key }),
        harness.root('DescribeCustomKeyStores'),
      ]);
    const after = await openAccess({ store });
    expect(await read(after)).toEqual(await read(before));
    const { GrantToken } = created.output;
    expect(
      await after.root('Encrypt', { KeyId: 'alias/a', Plaintext: data, GrantTokens: [GrantToken] }),
    ).toMatchObject({ status: 200 });
  });
});

describe('what two ask for at once', () => {
  it('is made once: a grant of one name, a key store of one name', async () => {
    const grants = await Promise.all(
      Array.from({ length: 4 }, () =>
        kms.root('CreateGrant', {
          KeyId,
          Name: 'n',
          GranteePrincipal: user('bob'),
          Operations: ['Encrypt'],
        }),
      ),
    );
    expect(new Set(grants.map(({ output }) => output['GrantId'])).size).toBe(1);
    const stores = await Promise.all(
      ['2', '3', '4'].map((digit) =>
        kms.root('CreateCustomKeyStore', {
          CustomKeyStoreName: 'hsm',
          CloudHsmClusterId: `cluster-${digit}a23b4cdefg`,
          TrustAnchorCertificate: 'certificate',
          KeyStorePassword: 'kmsPswd1',
        }),
      ),
    );
    expect(stores.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });
});
