import { CreateKeyCommand, DescribeKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  BatchGetSecretValueCommand,
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DecryptionFailure,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  EncryptionFailure,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  InvalidNextTokenException,
  InvalidParameterException,
  InvalidRequestException,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  MalformedPolicyDocumentException,
  PublicPolicyException,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  paginateBatchGetSecretValue,
  paginateListSecrets,
  paginateListSecretVersionIds,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
  SecretsManagerServiceException,
  StopReplicationToReplicaCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type EmulatedSecretsManager,
  startEmulatedSecretsManager,
} from '../src/secrets-manager/emulated-secrets-manager.ts';

let emulator: EmulatedSecretsManager;
const clients: { destroy(): void }[] = [];
let accounts = 0;

beforeAll(async () => {
  emulator = await startEmulatedSecretsManager();
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(async () => {
  expect(emulator.internalErrors).toEqual([]);
  await emulator[Symbol.asyncDispose]();
});

/** A client with an account of its own, unless it is told which. */
function connect(
  accessKeyId = String(++accounts).padStart(12, '1'),
  config: SecretsManagerClientConfig = {},
) {
  const settings = {
    endpoint: emulator.url,
    region: 'eu-central-1',
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...config,
  };
  const client = new SecretsManagerClient(settings);
  const kms = new KMSClient({
    endpoint: settings.endpoint,
    region: 'eu-central-1',
    credentials: settings.credentials,
    maxAttempts: 1,
  });
  clients.push(client, kms);
  return { client, kms, account: accessKeyId };
}

const lambda = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate';
const policy = (Principal: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
  });

describe("AWS's own client", () => {
  it('creates, reads and describes secrets, with tokens of its own', async () => {
    const { client, account } = connect();
    const created = await client.send(
      new CreateSecretCommand({ Name: 'app/db', SecretString: 'pässword', Description: 'from the SDK' }),
    );
    expect(created.ARN).toMatch(`arn:aws:secretsmanager:eu-central-1:${account}:secret:app/db-`);
    const read = await client.send(new GetSecretValueCommand({ SecretId: created.ARN }));
    expect(read).toMatchObject({
      Name: 'app/db',
      SecretString: 'pässword',
      VersionId: created.VersionId,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: expect.any(Date),
      $metadata: { httpStatusCode: 200, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'app/db' }));
    expect(described).toMatchObject({
      Description: 'from the SDK',
      LastAccessedDate: expect.any(Date),
      VersionIdsToStages: { [created.VersionId ?? '']: ['AWSCURRENT'] },
    });
  });

  it('keeps bytes', async () => {
    const { client } = connect();
    const SecretBinary = Uint8Array.of(0, 255, 128, 7);
    await client.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary }));
    const read = await client.send(new GetSecretValueCommand({ SecretId: 'bytes' }));
    expect(Uint8Array.from(read.SecretBinary ?? [])).toEqual(SecretBinary);
    expect(read.SecretString).toBeUndefined();
  });

  it('updates values and reads what was before', async () => {
    const { client } = connect();
    await client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'one' }));
    await client.send(new UpdateSecretCommand({ SecretId: 'x', SecretString: 'two' }));
    const put = await client.send(new PutSecretValueCommand({ SecretId: 'x', SecretString: 'three' }));
    expect(put.VersionStages).toEqual(['AWSCURRENT']);
    const previous = await client.send(
      new GetSecretValueCommand({ SecretId: 'x', VersionStage: 'AWSPREVIOUS' }),
    );
    expect(previous.SecretString).toBe('two');
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: 'x',
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: put.VersionId,
        MoveToVersionId: previous.VersionId,
      }),
    );
    expect((await client.send(new GetSecretValueCommand({ SecretId: 'x' }))).SecretString).toBe('two');
    const versions = await client.send(
      new ListSecretVersionIdsCommand({ SecretId: 'x', IncludeDeprecated: true }),
    );
    expect(versions.Versions).toHaveLength(3);
    expect(versions.Versions?.[0]?.KmsKeyIds).toEqual(['DefaultEncryptionKey']);
  });

  it('pages through secrets, versions and values', async () => {
    const { client } = connect();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const Name of names) await client.send(new CreateSecretCommand({ Name, SecretString: Name }));
    const listed: unknown[] = [];
    for await (const page of paginateListSecrets({ client, pageSize: 2 }, { SortBy: 'name' }))
      listed.push(...(page.SecretList ?? []).map(({ Name }) => Name));
    expect(listed).toEqual(names);
    const values: unknown[] = [];
    const filters = { Filters: [{ Key: 'name' as const, Values: ['a', 'c', 'e'] }] };
    for await (const page of paginateBatchGetSecretValue({ client, pageSize: 2 }, filters))
      values.push(...(page.SecretValues ?? []).map(({ SecretString }) => SecretString));
    expect(values).toEqual(['a', 'c', 'e']);
    for (const SecretString of names)
      await client.send(new PutSecretValueCommand({ SecretId: 'a', SecretString }));
    let versions = 0;
    for await (const page of paginateListSecretVersionIds(
      { client, pageSize: 4 },
      { SecretId: 'a', IncludeDeprecated: true },
    ))
      versions += page.Versions?.length ?? 0;
    expect(versions).toBe(6);
  });

  it('deletes and restores', async () => {
    const { client } = connect();
    await client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'v' }));
    const before = Date.now();
    const { DeletionDate } = await client.send(
      new DeleteSecretCommand({ SecretId: 'x', RecoveryWindowInDays: 7 }),
    );
    expect(DeletionDate?.getTime()).toBeGreaterThanOrEqual(before + 7 * 86_400_000);
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'x' }))).rejects.toThrow(
      InvalidRequestException,
    );
    await client.send(new RestoreSecretCommand({ SecretId: 'x' }));
    expect((await client.send(new GetSecretValueCommand({ SecretId: 'x' }))).SecretString).toBe('v');
    await client.send(new DeleteSecretCommand({ SecretId: 'x', ForceDeleteWithoutRecovery: true }));
    await expect(client.send(new DescribeSecretCommand({ SecretId: 'x' }))).rejects.toThrow(
      ResourceNotFoundException,
    );
  });

  it('tags, sets policies, and asks for passwords', async () => {
    const { client } = connect();
    await client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'v' }));
    await client.send(new TagResourceCommand({ SecretId: 'x', Tags: [{ Key: 'a', Value: 'b' }] }));
    expect((await client.send(new DescribeSecretCommand({ SecretId: 'x' }))).Tags).toEqual([
      { Key: 'a', Value: 'b' },
    ]);
    await client.send(new UntagResourceCommand({ SecretId: 'x', TagKeys: ['a'] }));
    const ResourcePolicy = policy({ AWS: '111122223333' });
    await client.send(new PutResourcePolicyCommand({ SecretId: 'x', ResourcePolicy }));
    expect((await client.send(new GetResourcePolicyCommand({ SecretId: 'x' }))).ResourcePolicy).toBe(
      ResourcePolicy,
    );
    await client.send(new DeleteResourcePolicyCommand({ SecretId: 'x' }));
    expect(
      (await client.send(new GetResourcePolicyCommand({ SecretId: 'x' }))).ResourcePolicy,
    ).toBeUndefined();
    const valid = await client.send(new ValidateResourcePolicyCommand({ ResourcePolicy }));
    expect(valid.PolicyValidationPassed).toBe(true);
    const { RandomPassword } = await client.send(
      new GetRandomPasswordCommand({ PasswordLength: 20, ExcludePunctuation: true }),
    );
    expect(RandomPassword).toMatch(/^[A-Za-z0-9]{20}$/);
  });

  it('rotates, as far as that goes without a function', async () => {
    const { client } = connect();
    const { VersionId: old } = await client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'old' }));
    const { VersionId: next } = await client.send(
      new RotateSecretCommand({
        SecretId: 'x',
        RotationLambdaARN: lambda,
        RotationRules: { AutomaticallyAfterDays: 30 },
      }),
    );
    await client.send(
      new PutSecretValueCommand({
        SecretId: 'x',
        ClientRequestToken: next,
        SecretString: 'new',
        VersionStages: ['AWSPENDING'],
      }),
    );
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: 'x',
        VersionStage: 'AWSCURRENT',
        RemoveFromVersionId: old,
        MoveToVersionId: next,
      }),
    );
    expect((await client.send(new GetSecretValueCommand({ SecretId: 'x' }))).SecretString).toBe('new');
    expect(await client.send(new DescribeSecretCommand({ SecretId: 'x' }))).toMatchObject({
      RotationEnabled: true,
      LastRotatedDate: expect.any(Date),
      NextRotationDate: expect.any(Date),
    });
    await client.send(new CancelRotateSecretCommand({ SecretId: 'x' }));
    expect((await client.send(new DescribeSecretCommand({ SecretId: 'x' }))).RotationEnabled).toBe(false);
  });

  it('sees the key of the KMS beside it', async () => {
    const { client, kms } = connect();
    await client.send(new CreateSecretCommand({ Name: 'default', SecretString: 'v' }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/secretsmanager' }));
    expect(KeyMetadata?.KeyManager).toBe('AWS');
    const made = await kms.send(new CreateKeyCommand({}));
    const KmsKeyId = made.KeyMetadata?.Arn ?? '';
    await client.send(new CreateSecretCommand({ Name: 'own', SecretString: 'v', KmsKeyId }));
    await kms.send(new DisableKeyCommand({ KeyId: KmsKeyId }));
    const error = await client
      .send(new GetSecretValueCommand({ SecretId: 'own' }))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DecryptionFailure);
    expect(error).toMatchObject({
      message: expect.stringContaining(
        `Secrets Manager can't decrypt the secret value: ${KmsKeyId} is disabled.`,
      ),
      $fault: 'client',
    });
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: 'own', SecretString: 'w' })),
    ).rejects.toThrow(EncryptionFailure);
  });

  it('sees errors as their own classes, with their texts', async () => {
    const { client } = connect();
    const token = '12345678901234567890123456789012';
    await client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'v', ClientRequestToken: token }));
    const SecretId = 'x';
    const ResourcePolicy = policy('*');
    const expected = [
      [ResourceNotFoundException, client.send(new GetSecretValueCommand({ SecretId: 'none' }))],
      [ResourceExistsException, client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'v' }))],
      [
        ResourceExistsException,
        client.send(new PutSecretValueCommand({ SecretId, SecretString: 'w', ClientRequestToken: token })),
      ],
      [
        InvalidParameterException,
        client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 1 })),
      ],
      [InvalidRequestException, client.send(new RotateSecretCommand({ SecretId }))],
      [InvalidNextTokenException, client.send(new ListSecretsCommand({ NextToken: 'x' }))],
      [
        MalformedPolicyDocumentException,
        client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: '{' })),
      ],
      [
        PublicPolicyException,
        client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy, BlockPublicPolicy: true })),
      ],
    ] as const;
    for (const [type, sent] of expected) {
      const error = await sent.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({
        message: expect.stringMatching(/\.$/),
        $metadata: { httpStatusCode: 400 },
      });
    }
    const error = await client
      .send(new ListSecretsCommand({ MaxResults: 0 }))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SecretsManagerServiceException);
    expect(error).toMatchObject({ name: 'ValidationException' });
  });

  it('is told what the emulator does not have', async () => {
    const { client } = connect();
    await client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'v' }));
    for (const sent of [
      client.send(
        new ReplicateSecretToRegionsCommand({
          SecretId: 'x',
          AddReplicaRegions: [{ Region: 'us-east-1' }],
        }),
      ),
      client.send(
        new RemoveRegionsFromReplicationCommand({ SecretId: 'x', RemoveReplicaRegions: ['us-east-1'] }),
      ),
      client.send(new StopReplicationToReplicaCommand({ SecretId: 'x' })),
    ])
      await expect(sent).rejects.toThrow('is not available in the Keyfold emulator');
  });

  it('gets many at once, and what is wrong with the others', async () => {
    const { client } = connect();
    await client.send(new CreateSecretCommand({ Name: 'x', SecretString: 'v' }));
    const batch = await client.send(new BatchGetSecretValueCommand({ SecretIdList: ['x', 'none'] }));
    expect(batch.SecretValues).toMatchObject([{ Name: 'x', SecretString: 'v' }]);
    expect(batch.Errors).toMatchObject([{ SecretId: 'none', ErrorCode: 'ResourceNotFoundException' }]);
  });

  it.each(['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ENDPOINT_URL'])(
    'needs nothing in the code but %s',
    async (variable) => {
      vi.stubEnv(variable, emulator.url);
      vi.stubEnv('AWS_ACCESS_KEY_ID', '333344445555');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
      vi.stubEnv('AWS_REGION', 'sa-east-1');
      const client = new SecretsManagerClient({});
      clients.push(client);
      const { ARN } = await client.send(new CreateSecretCommand({ Name: variable, SecretString: 'v' }));
      expect(ARN).toMatch(`arn:aws:secretsmanager:sa-east-1:333344445555:secret:${variable}-`);
    },
  );
});
