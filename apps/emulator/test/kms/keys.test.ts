import { describe, expect, it } from 'vitest';
import { fault, openKms, startMs } from './kms-harness.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const missingId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const arnPrefix = 'arn:aws:kms:eu-central-1:111122223333:';

describe('CreateKey', () => {
  it('answers with the metadata that AWS gives for a symmetric key, and no other member', async () => {
    const { call } = await openKms();
    const { status, output } = await call('CreateKey', { Description: 'für Tests' });
    expect(status).toBe(200);
    expect(output).toEqual({
      KeyMetadata: {
        AWSAccountId: '111122223333',
        Arn: `${arnPrefix}key/${output.KeyMetadata.KeyId}`,
        CreationDate: startMs / 1000,
        CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
        CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
        Description: 'für Tests',
        Enabled: true,
        EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
        KeyId: expect.stringMatching(uuid),
        KeyManager: 'CUSTOMER',
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyState: 'Enabled',
        KeyUsage: 'ENCRYPT_DECRYPT',
        MultiRegion: false,
        Origin: 'AWS_KMS',
      },
    });
  });

  it('gives every key an id and material of its own', async () => {
    const { createKey } = await openKms();
    const keys = await Promise.all(Array.from({ length: 50 }, () => createKey()));
    expect(new Set(keys.map((key) => key.KeyId)).size).toBe(50);
    expect(new Set(keys.map((key) => key.CurrentKeyMaterialId)).size).toBe(50);
  });

  it.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['ap-southeast-1', 'aws'],
  ])('puts a key of region %s into partition %s', async (region, partition) => {
    const { createKey } = await openKms();
    expect((await createKey({}, { region })).Arn).toMatch(`arn:${partition}:kms:${region}:111122223333:key/`);
  });

  it.each([
    ['eu-central-1', undefined],
    ['cn-north-1', 'KeySpec SM2 is not available in the Keyfold emulator.'],
  ])('makes no SM2 key: not in %s as AWS does not, nor where AWS does', async (region, text) => {
    const { call } = await openKms();
    expect(await call('CreateKey', { KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' }, { region })).toEqual(
      fault('UnsupportedOperationException', text),
    );
    expect((await call('ListKeys')).output.Keys).toEqual([]);
  });

  it.each([
    [
      { KeySpec: 'HMAC_256' },
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    ],
    [{ KeyUsage: 'SIGN_VERIFY' }, 'KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT.'],
    [
      { KeySpec: 'SYMMETRIC_DEFAULT', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' },
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request.',
    ],
  ])('refuses %j', async (input, text) => {
    const { call } = await openKms();
    expect(await call('CreateKey', input)).toEqual(fault('ValidationException', text));
  });

  it.each([
    [[{ TagKey: 'AWS:x', TagValue: '' }], 'Tags beginning with aws: are reserved'],
    [
      [
        { TagKey: 'a', TagValue: '1' },
        { TagKey: 'a', TagValue: '2' },
      ],
      'Duplicate tag keys',
    ],
    [Array.from({ length: 51 }, (_, index) => ({ TagKey: `t${index}`, TagValue: '' })), 'Too many tags'],
  ])('refuses tags %j', async (Tags, text) => {
    const { call } = await openKms();
    expect(await call('CreateKey', { Tags })).toEqual(fault('TagException', text));
  });

  it('accepts tags and a policy, and keeps both as they were given', async () => {
    const { createKey, store } = await openKms();
    const policy =
      '{ "Version":"2012-10-17", "Statement": [{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}] }';
    const Tags = [{ TagKey: '__proto__', TagValue: 'ü' }];
    await createKey({ Policy: policy, Tags });
    const [row] = await store.list('kms_keys', { limit: 1 });
    expect(JSON.parse(Buffer.from(row?.content ?? []).toString())).toMatchObject({ policy, tags: Tags });
  });

  it('refuses a policy that is none, without text as AWS does', async () => {
    const { call } = await openKms();
    for (const Policy of ['not a policy', '"text"', '{}', '[]'])
      expect(await call('CreateKey', { Policy })).toEqual(fault('MalformedPolicyDocumentException'));
  });
});

describe('key references', () => {
  it('finds a key by its id and by its ARN, and answers with the ARN', async () => {
    const { call, createKey } = await openKms();
    const key = await createKey();
    for (const KeyId of [key.KeyId, key.Arn])
      expect((await call('DescribeKey', { KeyId })).output).toEqual({ KeyMetadata: key });
  });

  it.each([
    ['fake-key-id', 'NotFoundException', "Invalid keyId 'fake-key-id'"],
    [
      '134f2428cec14b25a1ae9048164dba47',
      'NotFoundException',
      "Invalid keyId '134f2428cec14b25a1ae9048164dba47'",
    ],
    ['mrk-fake-key-id', 'NotFoundException', "Invalid keyId 'mrk-fake-key-id'"],
    [missingId, 'NotFoundException', `Key '${arnPrefix}key/${missingId}' does not exist`],
    [
      `${arnPrefix}key/${missingId}`,
      'NotFoundException',
      `Key '${arnPrefix}key/${missingId}' does not exist`,
    ],
    [`${arnPrefix}key/foo`, 'NotFoundException', 'Invalid keyId foo'],
    [`arn:aws:kms:us-east-1:111122223333:key/${missingId}`, 'NotFoundException', 'Invalid arn us-east-1'],
    ['arn:aws:s3:::bucket', 'NotFoundException', 'Invalid arn'],
    ['alias/x', 'NotFoundException', `Alias ${arnPrefix}alias/x is not found.`],
    [`${arnPrefix}alias/x`, 'NotFoundException', `Alias ${arnPrefix}alias/x is not found.`],
  ])('answers %s with %s: %s', async (KeyId, name, text) => {
    const { call } = await openKms();
    expect(await call('DescribeKey', { KeyId })).toEqual(fault(name, text));
  });

  it.each(['EnableKey', 'DisableKey'])('%s takes no alias', async (operation) => {
    const { call } = await openKms();
    for (const KeyId of ['alias/x', `${arnPrefix}alias/x`])
      expect(await call(operation, { KeyId })).toEqual(
        fault('InvalidArnException', 'Key Aliases are not supported for this operation.'),
      );
  });

  it('keeps regions apart: the id of another region is unknown', async () => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey();
    const place = { region: 'us-west-2' };
    expect(await call('DescribeKey', { KeyId }, place)).toEqual(
      fault('NotFoundException', `Key 'arn:aws:kms:us-west-2:111122223333:key/${KeyId}' does not exist`),
    );
    expect(await call('DescribeKey', { KeyId: Arn }, place)).toEqual(
      fault('NotFoundException', 'Invalid arn eu-central-1'),
    );
    expect((await call('ListKeys', {}, place)).output).toEqual({ Keys: [], Truncated: false });
  });

  it("answers alike for another account's keys, whether they exist or not", async () => {
    const { call, createKey } = await openKms();
    const { Arn, KeyId } = await createKey();
    const place = { accountId: '999900001111' };
    const denied = fault(
      'AccessDeniedException',
      'User: arn:aws:iam::999900001111:root is not authorized to perform: kms:DisableKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access',
    );
    expect(await call('DisableKey', { KeyId: Arn }, place)).toEqual(denied);
    expect(await call('DisableKey', { KeyId: `${arnPrefix}key/${missingId}` }, place)).toEqual(denied);
    expect(await call('DescribeKey', { KeyId }, place)).toMatchObject({
      output: { __type: 'NotFoundException' },
    });
    expect((await call('DescribeKey', { KeyId })).output.KeyMetadata.Enabled).toBe(true);
  });
});

describe('ListKeys', () => {
  it('lists every key of the account and region once, page by page', async () => {
    const { call, createKey } = await openKms();
    const keys = await Promise.all(Array.from({ length: 7 }, () => createKey()));
    await createKey({}, { region: 'us-east-1' });
    const pages: object[][] = [];
    for (let Marker: string | undefined, more = true; more; ) {
      const { output } = await call('ListKeys', { Limit: 3, Marker });
      pages.push([...output.Keys]);
      more = output.Truncated;
      expect(output.NextMarker === undefined).toBe(!more);
      Marker = output.NextMarker;
    }
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toHaveLength(7);
    expect(pages.flat()).toEqual(
      expect.arrayContaining(keys.map(({ Arn, KeyId }) => ({ KeyArn: Arn, KeyId }))),
    );
  });

  it('has 100 keys on a page unless told otherwise, and no marker after exactly one page', async () => {
    const { call, createKey } = await openKms();
    await Promise.all(Array.from({ length: 100 }, () => createKey()));
    expect(await call('ListKeys')).toMatchObject({ output: { Truncated: false } });
    await createKey();
    const { output } = await call('ListKeys');
    expect(output.Keys).toHaveLength(100);
    expect(output.Truncated).toBe(true);
  });

  it('refuses a marker that it did not write', async () => {
    const { call } = await openKms();
    const forged = Buffer.from('ListKeys ../../etc').toString('base64url');
    const foreign = Buffer.from(`ListAliases ${missingId}`).toString('base64url');
    for (const Marker of [
      'x',
      forged,
      foreign,
      `${Buffer.from(`ListKeys ${missingId}`).toString('base64url')}=`,
    ])
      expect(await call('ListKeys', { Marker })).toEqual(fault('InvalidMarkerException'));
  });

  it("shows nothing of another account to who brings that account's marker", async () => {
    const { call, createKey } = await openKms();
    await Promise.all([createKey(), createKey()]);
    const { NextMarker } = (await call('ListKeys', { Limit: 1 })).output;
    const { output } = await call('ListKeys', { Marker: NextMarker }, { accountId: '999900001111' });
    expect(output).toEqual({ Keys: [], Truncated: false });
  });
});

describe('EnableKey and DisableKey', () => {
  it('answer with an empty body and change the state that DescribeKey shows', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey();
    expect(await call('DisableKey', { KeyId })).toMatchObject({ status: 200, output: null });
    expect((await call('DescribeKey', { KeyId })).output.KeyMetadata).toMatchObject({
      Enabled: false,
      KeyState: 'Disabled',
    });
    expect(await call('EnableKey', { KeyId })).toMatchObject({ status: 200, output: null });
    expect((await call('DescribeKey', { KeyId })).output.KeyMetadata).toMatchObject({
      Enabled: true,
      KeyState: 'Enabled',
    });
  });

  it('may be repeated, and store nothing then', async () => {
    const { call, createKey, store } = await openKms();
    const { KeyId } = await createKey();
    for (const operation of ['EnableKey', 'DisableKey', 'DisableKey', 'DisableKey'])
      expect((await call(operation, { KeyId })).status).toBe(200);
    const [row] = await store.list('kms_keys', { limit: 1 });
    expect(row?.revision).toBe(2);
  });
});
