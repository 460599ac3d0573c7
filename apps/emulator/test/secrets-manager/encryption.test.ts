import type { StoredRow } from '@keyfold/key-hierarchy';
import { describe, expect, it } from 'vitest';
import type { KmsResponse } from '../../src/kms/kms.ts';
import { withValueIn } from '../../src/secrets-manager/secrets/secret-values.ts';
import { user } from '../kms/access-harness.ts';
import { account, fault, type Harness, openSecrets, otherAccount, token } from './secrets-harness.ts';

const managed = 'alias/aws/secretsmanager';

async function createKey({ kms }: Harness, input: object = {}): Promise<string> {
  return (await kms('CreateKey', input)).output.KeyMetadata.Arn;
}

async function allRows({ store }: Harness): Promise<readonly StoredRow[]> {
  const tables = [
    'secretsmanager_secrets',
    'secretsmanager_values',
    'kms_keys',
    'kms_key_materials',
    'kms_aliases',
  ];
  return (await Promise.all(tables.map((table) => store.list(table, { limit: 500 })))).flat();
}

describe('a secret value', () => {
  it('is nowhere to be read in what is stored', async () => {
    const harness = await openSecrets();
    const value = 'correct horse battery staple';
    await harness.call('CreateSecret', { Name: 'x', SecretString: value });
    await harness.call('PutSecretValue', {
      SecretId: 'x',
      SecretBinary: Buffer.from(value).toString('base64'),
    });
    const rows = await allRows(harness);
    expect(rows.length).toBeGreaterThanOrEqual(6);
    for (const form of [value, Buffer.from(value).toString('base64'), Buffer.from(value).toString('hex')])
      for (const { content } of rows)
        expect(Buffer.from(content).includes(form), `found as ${form}`).toBe(false);
  });

  it("is under the account's AWS managed key, which is made once and seen in the KMS", async () => {
    const harness = await openSecrets();
    await Promise.all(
      ['a', 'b', 'c'].map((Name) => harness.call('CreateSecret', { Name, SecretString: 'v' })),
    );
    const { output } = await harness.kms('DescribeKey', { KeyId: managed });
    expect(output.KeyMetadata).toMatchObject({ KeyManager: 'AWS', Enabled: true });
    expect((await harness.kms('ListKeys')).output['Keys']).toHaveLength(1);
    for (const sender of [{ accountId: otherAccount }, { region: 'us-east-1' }]) {
      await harness.call('CreateSecret', { Name: 'a', SecretString: 'v' }, sender);
      const other = await harness.kms('DescribeKey', { KeyId: managed }, sender);
      expect(other.output.KeyMetadata.KeyId).not.toBe(output.KeyMetadata.KeyId);
    }
  });

  it('whose AWS managed key is gone does not open, and no other key is made for it', async () => {
    const first = await openSecrets();
    await first.call('CreateSecret', { Name: 'x', SecretString: 'v' });
    for (const table of ['kms_keys', 'kms_key_materials', 'kms_aliases'])
      for (const row of await first.store.list(table, { limit: 9 }))
        await first.store.commit([{ ...row, expectedRevision: row.revision, content: null }]);
    const { call, kms } = await openSecrets({ store: first.store });
    expect((await call('GetSecretValue', { SecretId: 'x' })).output.__type).toBe('DecryptionFailure');
    expect((await kms('ListKeys')).output['Keys']).toEqual([]);
    // A new value makes one, under which the old value does not open either.
    expect((await call('PutSecretValue', { SecretId: 'x', SecretString: 'w' })).status).toBe(200);
    const old = await call('GetSecretValue', { SecretId: 'x', VersionStage: 'AWSPREVIOUS' });
    expect(old.output.__type).toBe('DecryptionFailure');
  });

  it('is under the key that is given, by id, ARN or alias', async () => {
    const harness = await openSecrets();
    const arn = await createKey(harness);
    await harness.kms('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: arn.split('/')[1] });
    for (const [Name, KmsKeyId] of [
      ['a', arn],
      ['b', arn.split('/')[1]],
      ['c', 'alias/mine'],
    ]) {
      await harness.call('CreateSecret', { Name, KmsKeyId, SecretString: 'v' });
      expect((await harness.call('DescribeSecret', { SecretId: Name })).output['KmsKeyId']).toBe(KmsKeyId);
      const { output } = await harness.call('ListSecretVersionIds', { SecretId: Name });
      expect(output.Versions[0]).toMatchObject({ KmsKeyIds: [arn] });
      expect((await harness.call('GetSecretValue', { SecretId: Name })).output.SecretString).toBe('v');
    }
  });

  it('cannot be had while its key is disabled or to be deleted, in the words of AWS', async () => {
    const harness = await openSecrets();
    const arn = await createKey(harness);
    await harness.call('CreateSecret', { Name: 'x', KmsKeyId: arn, SecretString: 'v' });
    const KeyId = arn.split('/')[1];
    await harness.kms('DisableKey', { KeyId });
    const reason = (error: string, words: string) =>
      expect.stringMatching(
        `^Secrets Manager can't ${words} the secret value: ${arn} is .*\\. \\(Service: AWSKMS; Status Code: 400; Error Code: ${error}; Request ID: [0-9a-f-]{36}; Proxy: null\\)$`,
      );
    expect(await harness.call('GetSecretValue', { SecretId: 'x' })).toMatchObject({
      status: 400,
      output: { __type: 'DecryptionFailure', Message: reason('DisabledException', 'decrypt') },
    });
    expect(await harness.call('PutSecretValue', { SecretId: 'x', SecretString: 'w' })).toMatchObject({
      status: 400,
      output: { __type: 'EncryptionFailure', Message: reason('DisabledException', 'encrypt') },
    });
    expect((await harness.call('DescribeSecret', { SecretId: 'x' })).status).toBe(200);
    await harness.kms('ScheduleKeyDeletion', { KeyId });
    expect(await harness.call('GetSecretValue', { SecretId: 'x' })).toMatchObject({
      output: { __type: 'DecryptionFailure', Message: reason('KMSInvalidStateException', 'decrypt') },
    });
    await harness.kms('CancelKeyDeletion', { KeyId });
    await harness.kms('EnableKey', { KeyId });
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
    expect(harness.internalErrors).toEqual([]);
  });

  it('is not taken in where the key is not there or not for that, and then nothing is stored', async () => {
    const harness = await openSecrets();
    const signing = await createKey(harness, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    await harness.call('CreateSecret', { Name: 'empty' });
    for (const KmsKeyId of [signing, 'alias/none', '1234abcd-12ab-34cd-56ef-1234567890ab']) {
      for (const value of [{ SecretString: 'v' }, {}])
        expect((await harness.call('CreateSecret', { Name: 'x', KmsKeyId, ...value })).output.__type).toBe(
          'EncryptionFailure',
        );
      expect((await harness.call('UpdateSecret', { SecretId: 'empty', KmsKeyId })).output.__type).toBe(
        'EncryptionFailure',
      );
    }
    const { output } = await harness.call('ListSecrets');
    expect(output.SecretList).toEqual([expect.not.objectContaining({ KmsKeyId: expect.anything() })]);
    expect(await harness.store.list('secretsmanager_values', { limit: 1 })).toEqual([]);
  });

  it('survives rotation of its key', async () => {
    const harness = await openSecrets();
    const arn = await createKey(harness);
    await harness.call('CreateSecret', { Name: 'x', KmsKeyId: arn, SecretString: 'v' });
    await harness.kms('RotateKeyOnDemand', { KeyId: arn.split('/')[1] });
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
  });

  it.each(['secretsmanager_values', 'secretsmanager_secrets'])(
    'that was changed in %s is refused, and the host alone is told why',
    async (table) => {
      const harness = await openSecrets();
      await harness.call('CreateSecret', { Name: 'x', SecretString: 'value' });
      const [row] = await harness.store.list(table, { limit: 1 });
      if (row === undefined) throw new Error('The row is there.');
      const { byteLength } = row.content;
      for (const at of [0, byteLength >> 1, byteLength - 1]) {
        const content = Uint8Array.from(row.content);
        content[at] = (content[at] ?? 0) ^ 0x80;
        const [now] = await harness.store.list(table, { limit: 1 });
        await harness.store.commit([{ ...row, expectedRevision: now?.revision ?? 0, content }]);
        const { status, output } = await harness.call('GetSecretValue', { SecretId: 'x' });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(['InternalServiceError', 'DecryptionFailure']).toContain(output.__type);
        expect(JSON.stringify(output)).not.toContain('value":');
      }
    },
  );

  it('does not open in the place of another version or secret', async () => {
    const harness = await openSecrets();
    for (const Name of ['a', 'b']) await harness.call('CreateSecret', { Name, SecretString: Name });
    const [a, b] = await harness.store.list('secretsmanager_values', { limit: 2 });
    if (a === undefined || b === undefined) throw new Error('The rows are there.');
    await harness.store.commit([
      { ...a, expectedRevision: 1, content: b.content },
      { ...b, expectedRevision: 1, content: a.content },
    ]);
    for (const SecretId of ['a', 'b'])
      expect((await harness.call('GetSecretValue', { SecretId })).output.__type).toBe('DecryptionFailure');
  });
});

describe('a KMS that fails', () => {
  const json = (status: number, members: object): KmsResponse => ({
    status,
    headers: {},
    body: Buffer.from(JSON.stringify(members)),
  });

  it.each<[string, KmsResponse, string]>([
    ['does not answer', { status: 0, headers: {}, body: new Uint8Array() }, 'InternalServiceError'],
    ['answers nothing', { status: 200, headers: {}, body: new Uint8Array() }, 'InternalServiceError'],
    ['answers no JSON', { status: 200, headers: {}, body: Buffer.from('<html>') }, 'InternalServiceError'],
    ['answers no data key', json(200, {}), 'InternalServiceError'],
    ['answers a short data key', json(200, { Plaintext: 'AAAA' }), 'InternalServiceError'],
    ['fails itself', json(500, { __type: 'KMSInternalException', message: 'x' }), 'InternalServiceError'],
    ['is busy', json(400, { __type: 'ThrottlingException', message: 'Slow down.' }), 'Failure'],
  ])('because it %s is an answer, and nothing is stored', async (_, failure, name) => {
    let isFailing = false;
    const harness = await openSecrets({
      kmsAnswer: (answer) => (isFailing ? { ...failure, body: Uint8Array.from(failure.body) } : answer),
    });
    await harness.call('CreateSecret', { Name: 'x', SecretString: 'v' });
    isFailing = true;
    const read = await harness.call('GetSecretValue', { SecretId: 'x' });
    expect(read.output.__type).toBe(name === 'Failure' ? 'DecryptionFailure' : name);
    expect(read.status).toBe(name === 'Failure' ? 400 : 500);
    const put = await harness.call('PutSecretValue', { SecretId: 'x', SecretString: 'w' });
    expect(put.output.__type).toBe(name === 'Failure' ? 'EncryptionFailure' : name);
    isFailing = false;
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
    expect(await harness.store.list('secretsmanager_values', { limit: 5 })).toHaveLength(1);
    expect(harness.internalErrors).toEqual([]);
  });
});

describe('the bytes of a request’s value', () => {
  it.each(['done', 'failed'])('are zeroised when the work with them is %s', async (outcome) => {
    const SecretBinary = Uint8Array.of(1, 2, 3);
    const work = withValueIn({ SecretBinary }, async (value) => {
      expect(value?.bytes).toEqual(Uint8Array.of(1, 2, 3));
      if (outcome === 'failed') throw new Error('failed');
    });
    await work.catch(() => undefined);
    expect(SecretBinary).toEqual(new Uint8Array(3));
  });
});

describe('a change of the key', () => {
  it('seals the labelled versions anew, and leaves the others under the old one', async () => {
    const harness = await openSecrets();
    const [one, two] = [await createKey(harness), await createKey(harness)];
    await harness.call('CreateSecret', {
      Name: 'x',
      KmsKeyId: one,
      SecretString: 'v0',
      ClientRequestToken: token('v0'),
    });
    for (const mark of ['v1', 'v2'])
      await harness.call('PutSecretValue', {
        SecretId: 'x',
        SecretString: mark,
        ClientRequestToken: token(mark),
      });
    await harness.call('UpdateSecret', {
      SecretId: 'x',
      KmsKeyId: two,
      SecretString: 'v3',
      ClientRequestToken: token('v3'),
    });
    const { output } = await harness.call('ListSecretVersionIds', { SecretId: 'x', IncludeDeprecated: true });
    expect(output.Versions.map(({ VersionId, KmsKeyIds }) => [VersionId, KmsKeyIds])).toEqual([
      [token('v0'), [one]],
      [token('v1'), [two]],
      [token('v2'), [two]],
      [token('v3'), [two]],
    ]);
    await harness.kms('DisableKey', { KeyId: one.split('/')[1] });
    const read = (mark: string) => harness.call('GetSecretValue', { SecretId: 'x', VersionId: token(mark) });
    expect((await read('v0')).output.__type).toBe('DecryptionFailure');
    for (const mark of ['v1', 'v2', 'v3']) expect((await read(mark)).output.SecretString).toBe(mark);
  });

  it('to nothing goes back to the AWS managed key', async () => {
    const harness = await openSecrets();
    const arn = await createKey(harness);
    await harness.call('CreateSecret', { Name: 'x', KmsKeyId: arn, SecretString: 'v' });
    for (const KmsKeyId of ['', managed]) {
      await harness.call('UpdateSecret', { SecretId: 'x', KmsKeyId });
      expect((await harness.call('DescribeSecret', { SecretId: 'x' })).output).not.toHaveProperty('KmsKeyId');
    }
    await harness.kms('DisableKey', { KeyId: arn.split('/')[1] });
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
  });

  it('that fails leaves everything as it was', async () => {
    const harness = await openSecrets();
    const arn = await createKey(harness);
    await harness.call('CreateSecret', { Name: 'x', KmsKeyId: arn, SecretString: 'v', Description: 'old' });
    expect(
      (await harness.call('UpdateSecret', { SecretId: 'x', KmsKeyId: 'alias/none', Description: 'new' }))
        .output.__type,
    ).toBe('EncryptionFailure');
    expect((await harness.call('DescribeSecret', { SecretId: 'x' })).output).toMatchObject({
      Description: 'old',
      KmsKeyId: arn,
    });
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
  });
});

describe('the permissions of the key', () => {
  const statement = (Action: string | readonly string[]): object => ({
    Effect: 'Allow',
    Action,
    Resource: '*',
  });
  const identity = (name: string, actions: readonly string[]) => ({
    arn: user(name),
    policies: { inline: { Version: '2012-10-17', Statement: [statement(actions)] } },
    accessKeys: [{ accessKeyId: name, secretAccessKey: 'secret' }],
  });
  const identities = [
    identity('secrets-only', ['secretsmanager:*']),
    identity('with-kms', ['secretsmanager:*', 'kms:GenerateDataKey', 'kms:Decrypt']),
    identity('sealing-only', ['secretsmanager:*', 'kms:GenerateDataKey']),
  ];

  it('are those of the caller', async () => {
    const harness = await openSecrets({ identities });
    const arn = await createKey(harness);
    const create = (key: string, Name: string, KmsKeyId?: string) =>
      harness.call('CreateSecret', { Name, KmsKeyId, SecretString: 'v' }, { key });
    const denied = fault('AccessDeniedException', 'Access to KMS is not allowed');
    expect(await create('secrets-only', 'a', arn)).toEqual(denied);
    // AWS tries both before a secret gets a key.
    expect(await create('sealing-only', 'a', arn)).toEqual(denied);
    expect((await create('with-kms', 'a', arn)).status).toBe(200);
    expect(await harness.call('GetSecretValue', { SecretId: 'a' }, { key: 'secrets-only' })).toEqual(denied);
    // The AWS managed key lets everybody of the account use it through Secrets Manager.
    expect((await create('secrets-only', 'b')).status).toBe(200);
    expect((await harness.call('GetSecretValue', { SecretId: 'b' }, { key: 'secrets-only' })).status).toBe(
      200,
    );
    const direct = await harness.kms(
      'GenerateDataKey',
      { KeyId: managed, KeySpec: 'AES_256' },
      { key: 'secrets-only' },
    );
    expect(direct.output.__type).toBe('AccessDeniedException');
  });

  it('hold for callers without an identity too where they are enforced', async () => {
    const harness = await openSecrets({ access: { mode: 'strict' } });
    expect((await harness.call('CreateSecret', { Name: 'x', SecretString: 'v' })).status).toBe(200);
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
  });

  it('keep the default key from other accounts, and let them in by a key of the customer', async () => {
    const harness = await openSecrets();
    const everybody = (action: string): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: [account, otherAccount] },
            Action: `${action}:*`,
            Resource: '*',
          },
        ],
      });
    const arn = await createKey(harness, { Policy: everybody('kms') });
    const other = { accountId: otherAccount };
    const ids: string[] = [];
    for (const KmsKeyId of [undefined, arn]) {
      const Name = KmsKeyId === undefined ? 'default' : 'own';
      const { output } = await harness.call('CreateSecret', { Name, KmsKeyId, SecretString: 'v' });
      ids.push(output.ARN);
      await harness.call('PutResourcePolicy', {
        SecretId: Name,
        ResourcePolicy: everybody('secretsmanager'),
      });
    }
    expect(await harness.call('GetSecretValue', { SecretId: ids[0] }, other)).toEqual(
      fault(
        'InvalidRequestException',
        "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
      ),
    );
    expect((await harness.call('GetSecretValue', { SecretId: ids[1] }, other)).output.SecretString).toBe('v');
    const put = { SecretId: ids[1], SecretString: 'from the other account' };
    expect((await harness.call('PutSecretValue', put, other)).status).toBe(200);
    expect((await harness.call('GetSecretValue', { SecretId: 'own' })).output.SecretString).toBe(
      'from the other account',
    );
  });
});
