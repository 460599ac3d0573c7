import { describe, expect, it } from 'vitest';
import { createIdentityRegistry } from '../../src/kms/policy/identity-registry.ts';
import { InvalidIdentityError } from '../../src/kms/policy/invalid-identity-error.ts';
import { closedPolicy, data, identity, keyPolicy, openAccess, outputAs, user } from './access-harness.ts';

const bob = { key: 'bob' };
const isDenied = 'AccessDeniedException';

/** Bob may do the action where the condition holds, on a key that leaves nothing to the account. */
async function openFor(action: string, Condition: object, keyInput: object = {}) {
  const statement = { Effect: 'Allow', Action: action, Resource: '*', Condition };
  const kms = await openAccess({ identities: [identity(user('bob'), [statement])] });
  const KeyId = await kms.createKey({
    Policy: closedPolicy([{ ...statement, Principal: { AWS: user('bob') } }]),
    ...keyInput,
  });
  return { ...kms, KeyId };
}

const equals = (key: string, value: string): object => ({ StringEquals: { [key]: value } });

describe('condition keys of requests', () => {
  it.each<readonly [operation: string, condition: object, input: object, allowed: boolean]>([
    // AWS KMS developer guide, "AWS KMS condition keys": a default value counts as if it were given.
    ['Encrypt', equals('kms:EncryptionAlgorithm', 'SYMMETRIC_DEFAULT'), { Plaintext: data }, true],
    ['GenerateDataKey', equals('kms:EncryptionAlgorithm', 'SYMMETRIC_DEFAULT'), { NumberOfBytes: 1 }, true],
    ['EnableKeyRotation', { NumericEquals: { 'kms:RotationPeriodInDays': '365' } }, {}, true],
    ['EnableKeyRotation', { NumericLessThan: { 'kms:RotationPeriodInDays': '365' } }, {}, false],
    [
      'ScheduleKeyDeletion',
      { NumericGreaterThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '29' } },
      {},
      true,
    ],
    [
      'ScheduleKeyDeletion',
      { NumericGreaterThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '29' } },
      { PendingWindowInDays: 7 },
      false,
    ],
    ['DescribeKey', equals('kms:CustomerMasterKeySpec', 'SYMMETRIC_DEFAULT'), {}, true],
    ['DescribeKey', equals('kms:CustomerMasterKeyUsage', 'SIGN_VERIFY'), {}, false],
  ])('%s where %j, with %j', async (operation, condition, input, allowed) => {
    const { call, KeyId } = await openFor(`kms:${operation}`, condition);
    expect((await call(bob, operation, { KeyId, ...input })).error).toBe(allowed ? undefined : isDenied);
  });

  it.each([
    [undefined, 'RAW', true],
    ['DIGEST', 'RAW', false],
    ['DIGEST', 'DIGEST', true],
  ])('Sign of type %s where the type is %s', async (MessageType, wanted, allowed) => {
    const { call, KeyId } = await openFor('kms:Sign', equals('kms:MessageType', wanted), {
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
    });
    const Message = Buffer.alloc(32).toString('base64');
    const input = { KeyId, Message, MessageType, SigningAlgorithm: 'ECDSA_SHA_256' };
    expect((await call(bob, 'Sign', input)).error).toBe(allowed ? undefined : isDenied);
  });

  it.each<readonly [condition: object, input: object, allowed: boolean]>([
    [equals('kms:KeySpec', 'SYMMETRIC_DEFAULT'), {}, true],
    [
      equals('kms:KeySpec', 'SYMMETRIC_DEFAULT'),
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      false,
    ],
    [
      equals('kms:CustomerMasterKeySpec', 'HMAC_256'),
      { CustomerMasterKeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      true,
    ],
    [equals('kms:KeyUsage', 'ENCRYPT_DECRYPT'), {}, true],
    [equals('kms:KeyOrigin', 'AWS_KMS'), {}, true],
    [equals('kms:KeyOrigin', 'AWS_KMS'), { Origin: 'EXTERNAL' }, false],
    [{ Bool: { 'kms:MultiRegion': 'false' } }, {}, true],
    [{ Bool: { 'kms:MultiRegion': 'false' } }, { MultiRegion: true }, false],
    [equals('kms:MultiRegionKeyType', 'PRIMARY'), { MultiRegion: true }, true],
  ])('CreateKey where %j, with %j', async (condition, input, allowed) => {
    const { call } = await openFor('kms:CreateKey', condition);
    expect((await call(bob, 'CreateKey', input)).error).toBe(allowed ? undefined : isDenied);
  });

  it('ReEncrypt knows whether the key is the same, by whatever name', async () => {
    const { call, root, createKey, KeyId } = await openFor('kms:ReEncrypt*', {
      Bool: { 'kms:ReEncryptOnSameKey': 'true' },
    });
    await root('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    const { output } = await root('Encrypt', { KeyId, Plaintext: data });
    const { CiphertextBlob } = outputAs<{ readonly CiphertextBlob: string }>(output);
    for (const DestinationKeyId of [KeyId, KeyId.split('/').at(-1), 'alias/a'])
      expect(await call(bob, 'ReEncrypt', { CiphertextBlob, DestinationKeyId })).toMatchObject({
        status: 200,
      });
    const other = await createKey({
      Policy: keyPolicy([{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }]),
    });
    expect(await call(bob, 'ReEncrypt', { CiphertextBlob, DestinationKeyId: other })).toMatchObject({
      error: isDenied,
    });
  });

  it('grants know their service principals and the resource that they are for', async () => {
    const { call, KeyId } = await openFor('kms:CreateGrant', {
      StringEquals: {
        'kms:GranteeServicePrincipal': 's3.amazonaws.com',
        'kms:RetiringServicePrincipal': 's3.amazonaws.com',
        'kms:GrantConstraintSourceArn': 'arn:aws:s3:::a',
      },
    });
    const grant = (SourceArn: string) =>
      call(bob, 'CreateGrant', {
        KeyId,
        GranteeServicePrincipal: 's3.amazonaws.com',
        RetiringServicePrincipal: 's3.amazonaws.com',
        Operations: ['Decrypt'],
        Constraints: { SourceArn },
      });
    expect(await grant('arn:aws:s3:::a')).toMatchObject({ status: 200 });
    expect(await grant('arn:aws:s3:::b')).toMatchObject({ error: isDenied });
  });
});

describe('permissions for parts of an operation', () => {
  const allow = (Action: string | readonly string[], Condition?: object): object => ({
    Effect: 'Allow',
    Action,
    Resource: '*',
    ...(Condition === undefined ? {} : { Condition }),
  });
  const here = 'eu-central-1';
  const there = 'us-west-2';

  it.each([
    ['neither', [], isDenied],
    ['ReplicateKey alone', [allow('kms:ReplicateKey')], isDenied],
    ['CreateKey alone', [allow('kms:CreateKey')], isDenied],
    [
      'CreateKey in the primary Region',
      [allow('kms:ReplicateKey'), allow('kms:CreateKey', equals('aws:RequestedRegion', here))],
      isDenied,
    ],
    [
      "CreateKey in the replica's Region",
      [allow('kms:ReplicateKey'), allow('kms:CreateKey', equals('aws:RequestedRegion', there))],
      undefined,
    ],
  ])('ReplicateKey with %s', async (_, statements, error) => {
    const { call, createKey } = await openAccess({ identities: [identity(user('bob'), statements)] });
    const KeyId = await createKey({ MultiRegion: true });
    expect((await call(bob, 'ReplicateKey', { KeyId, ReplicaRegion: there })).error).toBe(error);
  });

  it('tags on a new key take permission to tag', async () => {
    const Tags = [{ TagKey: 'a', TagValue: 'b' }];
    const without = await openAccess({ identities: [identity(user('bob'), [allow('kms:CreateKey')])] });
    expect(await without.call(bob, 'CreateKey')).toMatchObject({ status: 200 });
    expect(await without.call(bob, 'CreateKey', { Tags })).toMatchObject({
      error: isDenied,
      message: `User: ${user('bob')} is not authorized to perform: kms:TagResource on resource: * because no identity-based policy allows the kms:TagResource action`,
    });
    const both = [allow(['kms:CreateKey', 'kms:TagResource'])];
    const allowed = await openAccess({ identities: [identity(user('bob'), both)] });
    expect(await allowed.call(bob, 'CreateKey', { Tags })).toMatchObject({ status: 200 });
  });
});

describe('a permissions boundary', () => {
  it('is refused and not ignored', () => {
    const boundary = { Version: '2012-10-17', Statement: [] };
    // What the types forbid still comes out of files.
    for (const name of ['permissionsBoundary', 'PermissionsBoundary'])
      expect(() => createIdentityRegistry([Object.assign({ arn: user('x') }, { [name]: boundary })])).toThrow(
        InvalidIdentityError,
      );
  });
});
