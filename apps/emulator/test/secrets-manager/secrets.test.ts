import { describe, expect, it } from 'vitest';
import {
  account,
  dayMs,
  fault,
  marked,
  notFound,
  openSecrets,
  otherAccount,
  stagesOf,
  startMs,
  token,
} from './secrets-harness.ts';

const seconds = (ms: number): number => ms / 1000;

describe('CreateSecret', () => {
  it('makes a secret whose value, description and tags come back', async () => {
    const { call } = await openSecrets();
    const created = await call('CreateSecret', {
      Name: 'app/db+1=@.x',
      Description: 'the database',
      SecretString: 'pässword',
      ClientRequestToken: token('one'),
      Tags: [{ Key: 'team', Value: 'payments' }],
    });
    const ARN = expect.stringMatching(
      /^arn:aws:secretsmanager:eu-central-1:111122223333:secret:app\/db\+1=@\.x-[a-zA-Z0-9]{6}$/,
    );
    expect(created).toMatchObject({
      status: 200,
      output: { ARN, Name: 'app/db+1=@.x', VersionId: token('one') },
    });
    expect((await call('GetSecretValue', { SecretId: 'app/db+1=@.x' })).output).toEqual({
      ARN: created.output.ARN,
      Name: 'app/db+1=@.x',
      VersionId: token('one'),
      SecretString: 'pässword',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: seconds(startMs),
    });
    expect((await call('DescribeSecret', { SecretId: created.output.ARN })).output).toEqual({
      ARN: created.output.ARN,
      Name: 'app/db+1=@.x',
      Description: 'the database',
      LastChangedDate: seconds(startMs),
      LastAccessedDate: seconds(Date.UTC(2026, 0, 2)),
      Tags: [{ Key: 'team', Value: 'payments' }],
      VersionIdsToStages: { [token('one')]: ['AWSCURRENT'] },
      CreatedDate: seconds(startMs),
    });
  });

  it('keeps bytes as bytes', async () => {
    const { call } = await openSecrets();
    const SecretBinary = Buffer.from([0, 255, 128, 7]).toString('base64');
    await call('CreateSecret', { Name: 'bytes', SecretBinary });
    const { output } = await call('GetSecretValue', { SecretId: 'bytes' });
    expect(output).toMatchObject({ SecretBinary });
    expect(output.SecretString).toBeUndefined();
  });

  it('makes a secret without a value, which has no versions', async () => {
    const { call } = await openSecrets();
    const created = await call('CreateSecret', { Name: 'empty' });
    expect(created.output).toEqual({ ARN: expect.any(String), Name: 'empty' });
    expect((await call('DescribeSecret', { SecretId: 'empty' })).output.VersionIdsToStages).toBeUndefined();
    expect(await call('GetSecretValue', { SecretId: 'empty' })).toEqual(
      fault(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      ),
    );
  });

  it('ignores a request that comes again, and refuses one that says something else', async () => {
    const { call } = await openSecrets();
    const input = { Name: 'again', SecretString: 'value', ClientRequestToken: token('again') };
    const first = await call('CreateSecret', input);
    expect(await call('CreateSecret', input)).toEqual(first);
    const arn = first.output.ARN;
    for (const other of [{ SecretString: 'other' }, { SecretString: undefined, SecretBinary: 'dmFsdWU=' }])
      expect(await call('CreateSecret', { ...input, ...other })).toEqual(
        fault(
          'ResourceExistsException',
          `You can't use ClientRequestToken ${token('again')} because that value is already in use for a version of secret ${arn}.`,
        ),
      );
    for (const other of [
      { ClientRequestToken: token('other') },
      { SecretString: undefined, ClientRequestToken: undefined },
    ])
      expect(await call('CreateSecret', { ...input, ...other })).toEqual(
        fault('ResourceExistsException', 'The operation failed because the secret again already exists.'),
      );
  });

  it('wants a token with a value, as AWS does from clients that add none', async () => {
    const { call } = await openSecrets();
    const refusal = fault(
      'InvalidRequestException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
    const ClientRequestToken = undefined;
    expect(await call('CreateSecret', { Name: 'x', SecretString: 'x', ClientRequestToken })).toEqual(refusal);
    expect((await call('CreateSecret', { Name: 'x', ClientRequestToken })).status).toBe(200);
    for (const operation of ['PutSecretValue', 'UpdateSecret', 'RotateSecret'])
      expect(
        await call(operation, {
          SecretId: 'x',
          ...(operation === 'RotateSecret' ? {} : { SecretString: 'x' }),
          ClientRequestToken,
        }),
      ).toEqual(refusal);
  });

  it('refuses two values, bad names, and what the emulator does not have', async () => {
    const { call } = await openSecrets();
    expect(await call('CreateSecret', { Name: 'x', SecretString: 'x', SecretBinary: 'eA==' })).toEqual(
      fault(
        'InvalidParameterException',
        "You can't specify both a binary secret value and a string secret value in the same secret.",
      ),
    );
    for (const Name of ['a b', 'a:b', 'ä', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:x'])
      expect(await call('CreateSecret', { Name, SecretString: 'x' })).toEqual(
        fault(
          'ValidationException',
          'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
        ),
      );
    expect(await call('CreateSecret', { Name: 'x', AddReplicaRegions: [{ Region: 'us-east-1' }] })).toEqual(
      fault('InvalidRequestException', 'Replication of secrets is not available in the Keyfold emulator.'),
    );
    expect(await call('CreateSecret', { Name: 'x', Type: 'partner' })).toEqual(
      fault('InvalidRequestException', 'Managed external secrets are not available in the Keyfold emulator.'),
    );
    expect((await call('ListSecrets')).output.SecretList).toEqual([]);
  });

  it('makes one secret of many requests at once', async () => {
    const { call } = await openSecrets();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        call('CreateSecret', { Name: 'race', SecretString: `${index}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { output } = await call('GetSecretValue', { SecretId: 'race' });
    expect(answers.findIndex(({ status }) => status === 200)).toBe(Number(output.SecretString));
  });
});

describe('a SecretId', () => {
  it('is a name, a complete ARN, or an ARN without its random end', async () => {
    const { call } = await openSecrets();
    const { output } = await call('CreateSecret', { Name: 'path/name', SecretString: 'v' });
    for (const SecretId of ['path/name', output.ARN, output.ARN.slice(0, -7)])
      expect((await call('GetSecretValue', { SecretId })).output.SecretString).toBe('v');
  });

  it('may be as long as a name can be, and its ARN longer', async () => {
    const { call } = await openSecrets();
    const Name = 'n'.repeat(512);
    const { output } = await call('CreateSecret', { Name, SecretString: 'v' });
    for (const SecretId of [Name, output.ARN, output.ARN.slice(0, -7)])
      expect((await call('GetSecretValue', { SecretId })).output.SecretString).toBe('v');
  });

  it('that ends as an ARN does finds the secret of that name too', async () => {
    const { call } = await openSecrets();
    const { output } = await call('CreateSecret', { Name: 'plain-abc123', SecretString: 'long' });
    const partial = output.ARN.slice(0, -7);
    expect((await call('GetSecretValue', { SecretId: partial })).output.SecretString).toBe('long');
    await call('CreateSecret', { Name: 'plain', SecretString: 'short' });
    expect((await call('GetSecretValue', { SecretId: partial })).output.SecretString).toBe('long');
  });

  it('of a predecessor does not lead to its successor', async () => {
    const { call } = await openSecrets();
    const first = await call('CreateSecret', { Name: 'x', SecretString: 'one' });
    await call('DeleteSecret', { SecretId: 'x', ForceDeleteWithoutRecovery: true });
    const second = await call('CreateSecret', { Name: 'x', SecretString: 'two' });
    expect(second.output.ARN).not.toBe(first.output.ARN);
    expect(await call('GetSecretValue', { SecretId: first.output.ARN })).toEqual(notFound);
  });

  it('that is none is refused, and one of nothing is not found', async () => {
    const { call } = await openSecrets();
    for (const SecretId of ['a b', 'arn:aws:secretsmanager:eu-central-1:1:secret:x', 'arn:aws:s3:::x'])
      expect(await call('GetSecretValue', { SecretId })).toMatchObject({
        output: { __type: 'ValidationException' },
      });
    for (const SecretId of ['x', `arn:aws:secretsmanager:us-east-1:${account}:secret:x-abcdef`])
      expect(await call('GetSecretValue', { SecretId })).toEqual(notFound);
  });

  it('means nothing in another account or region', async () => {
    const { call } = await openSecrets();
    const { output } = await call('CreateSecret', { Name: 'mine', SecretString: 'v' });
    for (const sender of [{ accountId: otherAccount }, { region: 'us-east-1' }]) {
      expect(await call('GetSecretValue', { SecretId: 'mine' }, sender)).toEqual(notFound);
      expect((await call('ListSecrets', {}, sender)).output.SecretList).toEqual([]);
      expect((await call('CreateSecret', { Name: 'mine', SecretString: 'w' }, sender)).status).toBe(200);
    }
    expect(await call('GetSecretValue', { SecretId: output.ARN }, { region: 'us-east-1' })).toEqual(notFound);
    expect((await call('GetSecretValue', { SecretId: 'mine' })).output.SecretString).toBe('v');
  });
});

describe('UpdateSecret', () => {
  it('changes details without a version, and the value with one', async () => {
    const harness = await openSecrets();
    const { call, advance } = harness;
    await call('CreateSecret', { Name: 'x', SecretString: 'one', ClientRequestToken: token('1') });
    advance(1000);
    const described = await call('UpdateSecret', { SecretId: 'x', Description: 'new' });
    expect(described.output).toEqual({ ARN: expect.any(String), Name: 'x' });
    expect((await call('DescribeSecret', { SecretId: 'x' })).output).toMatchObject({
      Description: 'new',
      LastChangedDate: seconds(startMs + 1000),
      VersionIdsToStages: { [token('1')]: ['AWSCURRENT'] },
    });
    const updated = await call('UpdateSecret', {
      SecretId: 'x',
      SecretString: 'two',
      ClientRequestToken: token('2'),
    });
    expect(updated.output.VersionId).toBe(token('2'));
    expect(await stagesOf(harness, 'x')).toEqual({
      [token('1')]: ['AWSPREVIOUS'],
      [token('2')]: ['AWSCURRENT'],
    });
    expect((await call('DescribeSecret', { SecretId: 'x' })).output).toMatchObject({ Description: 'new' });
  });

  it('cannot change a version that is there', async () => {
    const { call } = await openSecrets();
    const { output } = await call('CreateSecret', {
      Name: 'x',
      SecretString: 'one',
      ClientRequestToken: token('1'),
    });
    expect(
      await call('UpdateSecret', { SecretId: 'x', SecretString: 'one', ClientRequestToken: token('1') }),
    ).toEqual(
      fault(
        'ResourceExistsException',
        `You can't use ClientRequestToken ${token('1')} because that value is already in use for a version of secret ${output.ARN}.`,
      ),
    );
  });
});

describe('DeleteSecret', () => {
  it('marks a secret, which RestoreSecret unmarks', async () => {
    const { call } = await openSecrets();
    const { output } = await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    const deletedAt = seconds(startMs + 7 * dayMs);
    expect((await call('DeleteSecret', { SecretId: 'x', RecoveryWindowInDays: 7 })).output).toEqual({
      ARN: output.ARN,
      Name: 'x',
      DeletionDate: deletedAt,
    });
    expect((await call('DescribeSecret', { SecretId: 'x' })).output).toMatchObject({
      DeletedDate: deletedAt,
    });
    expect((await call('ListSecrets')).output.SecretList).toEqual([]);
    expect((await call('ListSecrets', { IncludePlannedDeletion: true })).output.SecretList).toMatchObject([
      { Name: 'x', DeletedDate: deletedAt },
    ]);
    expect((await call('ListSecretVersionIds', { SecretId: 'x' })).status).toBe(200);
    expect((await call('RestoreSecret', { SecretId: 'x' })).output).toEqual({ ARN: output.ARN, Name: 'x' });
    expect((await call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v');
    expect((await call('RestoreSecret', { SecretId: 'x' })).status).toBe(200);
  });

  it.each([
    ['GetSecretValue', {}],
    ['PutSecretValue', { SecretString: 'w' }],
    ['UpdateSecret', { Description: 'w' }],
    ['UpdateSecretVersionStage', { VersionStage: 'X', MoveToVersionId: token('1') }],
    ['DeleteSecret', {}],
    ['TagResource', { Tags: [{ Key: 'a', Value: 'b' }] }],
    ['UntagResource', { TagKeys: ['a'] }],
    ['RotateSecret', {}],
    ['CancelRotateSecret', {}],
    ['GetResourcePolicy', {}],
    ['PutResourcePolicy', { ResourcePolicy: '{}' }],
    ['DeleteResourcePolicy', {}],
  ])('keeps %s from a secret that is marked', async (operation, input) => {
    const { call } = await openSecrets();
    await call('CreateSecret', { Name: 'x', SecretString: 'v', ClientRequestToken: token('1') });
    await call('DeleteSecret', { SecretId: 'x' });
    expect(await call(operation, { SecretId: 'x', ...input })).toEqual(marked);
  });

  it('keeps the name until the window is over, by the clock', async () => {
    const { call, advance, store } = await openSecrets();
    await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    await call('DeleteSecret', { SecretId: 'x' });
    const refusal = fault(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
    expect(await call('CreateSecret', { Name: 'x', SecretString: 'w' })).toEqual(refusal);
    advance(30 * dayMs - 1);
    expect((await call('DescribeSecret', { SecretId: 'x' })).status).toBe(200);
    advance(1);
    expect(await call('DescribeSecret', { SecretId: 'x' })).toEqual(notFound);
    expect(await call('RestoreSecret', { SecretId: 'x' })).toEqual(notFound);
    for (const table of ['secretsmanager_secrets', 'secretsmanager_values'])
      expect(await store.list(table, { limit: 5 })).toEqual([]);
    expect((await call('CreateSecret', { Name: 'x', SecretString: 'w' })).status).toBe(200);
  });

  it('gives a name free that nobody has looked at since its window was over', async () => {
    const { call, advance, store } = await openSecrets();
    await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    await call('DeleteSecret', { SecretId: 'x', RecoveryWindowInDays: 7 });
    advance(7 * dayMs);
    expect((await call('CreateSecret', { Name: 'x', SecretString: 'w' })).status).toBe(200);
    expect(await store.list('secretsmanager_values', { limit: 5 })).toHaveLength(1);
    expect((await call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('w');
  });

  it('without recovery deletes at once: marked secrets too, and nothing where nothing is', async () => {
    const { call, store } = await openSecrets();
    const { output } = await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    await call('DeleteSecret', { SecretId: 'x' });
    const deleted = { DeletionDate: seconds(startMs) };
    expect((await call('DeleteSecret', { SecretId: 'x', ForceDeleteWithoutRecovery: true })).output).toEqual({
      ARN: output.ARN,
      Name: 'x',
      ...deleted,
    });
    expect(await store.list('secretsmanager_values', { limit: 5 })).toEqual([]);
    expect((await call('DeleteSecret', { SecretId: 'x', ForceDeleteWithoutRecovery: true })).output).toEqual({
      Name: 'x',
      ...deleted,
    });
    expect(await call('DeleteSecret', { SecretId: 'x' })).toEqual(notFound);
  });

  it('refuses windows that are none, and two ways at once', async () => {
    const { call } = await openSecrets();
    await call('CreateSecret', { Name: 'x', SecretString: 'v' });
    for (const RecoveryWindowInDays of [6, 31, 0, -1])
      for (const ForceDeleteWithoutRecovery of [undefined, true])
        expect(
          await call('DeleteSecret', { SecretId: 'x', RecoveryWindowInDays, ForceDeleteWithoutRecovery }),
        ).toEqual(
          fault(
            'InvalidParameterException',
            'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
          ),
        );
    expect(
      await call('DeleteSecret', {
        SecretId: 'x',
        RecoveryWindowInDays: 7,
        ForceDeleteWithoutRecovery: true,
      }),
    ).toEqual(
      fault(
        'InvalidParameterException',
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      ),
    );
    expect((await call('GetSecretValue', { SecretId: 'x' })).status).toBe(200);
  });
});

describe('tags', () => {
  it('are added, changed and removed', async () => {
    const { call } = await openSecrets();
    await call('CreateSecret', { Name: 'x', Tags: [{ Key: 'a', Value: '1' }] });
    const added = [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '3' },
    ];
    expect(await call('TagResource', { SecretId: 'x', Tags: added })).toMatchObject({
      status: 200,
      output: null,
    });
    expect((await call('DescribeSecret', { SecretId: 'x' })).output['Tags']).toEqual([
      { Key: 'a', Value: '3' },
      { Key: 'b', Value: '2' },
    ]);
    await call('UntagResource', { SecretId: 'x', TagKeys: ['a', 'never there'] });
    expect((await call('DescribeSecret', { SecretId: 'x' })).output['Tags']).toEqual([
      { Key: 'b', Value: '2' },
    ]);
  });

  it('are refused where AWS refuses them, and then none is added', async () => {
    const { call } = await openSecrets();
    const many = (count: number): object[] =>
      Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await call('CreateSecret', { Name: 'x', Tags: many(50) });
    for (const Tags of [
      [{ Key: 'more', Value: '' }],
      [{ Key: 'AWS:x', Value: '' }],
      [{ Key: 'k1' }],
      [{ Value: 'k1' }],
      [
        { Key: 'k1', Value: 'a' },
        { Key: 'k1', Value: 'b' },
      ],
    ])
      expect(await call('TagResource', { SecretId: 'x', Tags })).toMatchObject({
        output: { __type: 'InvalidParameterException' },
      });
    expect((await call('DescribeSecret', { SecretId: 'x' })).output['Tags']).toEqual(many(50));
    expect(await call('CreateSecret', { Name: 'y', Tags: many(51) })).toMatchObject({
      output: { __type: 'InvalidParameterException' },
    });
  });
});
