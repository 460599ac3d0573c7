import { describe, expect, it } from 'vitest';
import type { EnforcementMode } from '../../src/kms/policy/access-gate.ts';
import { account, anyone, data, identity, openAccess, outputAs, region, user } from './access-harness.ts';

const KeyId = 'alias/aws/sqs';
const allowAll = [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }];

async function withManagedKey(mode?: EnforcementMode) {
  const kms = await openAccess({
    ...(mode === undefined ? {} : { mode }),
    identities: [
      identity(user('alice'), allowAll),
      identity(user('queue'), allowAll, {
        accessKeys: [
          {
            accessKeyId: 'queue',
            secretAccessKey: 'secret',
            context: { 'kms:ViaService': `sqs.${region}.amazonaws.com` },
          },
        ],
      }),
    ],
  });
  const { output } = await kms.root('DescribeKey', { KeyId });
  const { Arn } = outputAs<{ KeyMetadata: { Arn: string } }>(output).KeyMetadata;
  return { ...kms, Arn };
}

describe('an AWS managed key', () => {
  it.each([undefined, 'off', 'warn', 'strict'] as const)(
    'is used through its service alone, with access %s',
    async (mode) => {
      const { call, Arn } = await withManagedKey(mode);
      const viaService = await call({ key: 'queue' }, 'Encrypt', { KeyId, Plaintext: data });
      expect(viaService.status).toBe(200);
      const { CiphertextBlob } = outputAs<{ CiphertextBlob: string }>(viaService.output);
      const own = outputAs<{ KeyMetadata: { Arn: string } }>((await call(anyone, 'CreateKey')).output);
      const use: readonly [string, object, string?][] = [
        ['Encrypt', { KeyId, Plaintext: data }],
        ['Encrypt', { KeyId: Arn, Plaintext: data }],
        ['GenerateDataKey', { KeyId, NumberOfBytes: 1 }],
        ['Decrypt', { KeyId, CiphertextBlob }],
        [
          'ReEncrypt',
          { SourceKeyId: KeyId, CiphertextBlob, DestinationKeyId: own.KeyMetadata.Arn },
          'ReEncryptFrom',
        ],
        ['CreateGrant', { KeyId: Arn, GranteePrincipal: user('alice'), Operations: ['Encrypt'] }],
      ];
      for (const sender of [anyone, { key: 'alice' }]) {
        const caller = 'key' in sender ? user('alice') : `arn:aws:iam::${account}:root`;
        for (const [operation, input, action = operation] of use)
          expect(await call(sender, operation, input), operation).toMatchObject({
            status: 400,
            error: 'AccessDeniedException',
            message: `User: ${caller} is not authorized to perform: kms:${action} on resource: ${Arn} because no resource-based policy allows the kms:${action} action`,
          });
        expect(await call(sender, 'Decrypt', { CiphertextBlob })).toMatchObject({
          error: 'AccessDeniedException',
          message: expect.stringContaining('The ciphertext refers to'),
        });
      }
      const opened = await call({ key: 'queue' }, 'Decrypt', { CiphertextBlob });
      expect(opened.status).toBe(200);
    },
  );

  it('is the destination of no ReEncrypt either', async () => {
    const { root, createKey, Arn } = await withManagedKey();
    const own = await createKey();
    const { output } = await root('Encrypt', { KeyId: own, Plaintext: data });
    const { CiphertextBlob } = outputAs<{ CiphertextBlob: string }>(output);
    expect(await root('ReEncrypt', { CiphertextBlob, DestinationKeyId: Arn })).toMatchObject({
      error: 'AccessDeniedException',
      message: expect.stringContaining('kms:ReEncryptTo'),
    });
  });

  it('can be looked at by anybody of the account', async () => {
    const { root, Arn } = await withManagedKey();
    for (const operation of [
      'DescribeKey',
      'GetKeyPolicy',
      'GetKeyRotationStatus',
      'ListGrants',
      'ListAliases',
    ])
      expect((await root(operation, { KeyId: Arn })).status, operation).toBe(200);
  });
});
