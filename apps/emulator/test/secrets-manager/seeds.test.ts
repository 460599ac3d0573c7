import { SecretBytes } from '@keyfold/crypto-core';
import { describe, expect, it } from 'vitest';
import type { SeedSecret } from '../../src/seeds/seed.ts';
import { closedPolicy } from '../kms/access-harness.ts';
import { account, dayMs, type Harness, openSecrets, region, stagesOf, token } from './secrets-harness.ts';

const seed: SeedSecret = {
  at: { line: 3, column: 5, path: 'secrets[0]' },
  place: { accountId: account, region },
  name: 'app/db',
  arnSuffix: 'AbC123',
  description: 'the database',
  tags: [{ Key: 'team', Value: 'pay' }],
  versions: [
    { id: token('one'), stages: ['AWSPREVIOUS'], value: { text: 'old' } },
    {
      id: token('two'),
      stages: ['AWSCURRENT', 'mine'],
      value: { bytes: SecretBytes.take(Uint8Array.of(1, 2, 3)) },
    },
    { stages: ['AWSPENDING'], value: { text: 'next' } },
  ],
};

describe('a seed', () => {
  it('makes a secret just as it says, once', async () => {
    const harness = await openSecrets();
    const { seeds } = harness.secretsManager;
    expect(await seeds.look(seed)).toBe('absent');
    await seeds.create(seed);
    expect(await seeds.look(seed)).toBe('same');
    const made = await harness.store.list('secretsmanager_values', { limit: 10 });
    await seeds.create(seed);
    expect(await harness.store.list('secretsmanager_values', { limit: 10 })).toEqual(made);
    const ARN = `arn:aws:secretsmanager:${region}:${account}:secret:app/db-AbC123`;
    const { output } = await harness.call('DescribeSecret', { SecretId: ARN });
    expect(output).toMatchObject({
      ARN,
      Description: 'the database',
      Tags: [{ Key: 'team', Value: 'pay' }],
      VersionIdsToStages: { [token('one')]: ['AWSPREVIOUS'], [token('two')]: ['AWSCURRENT', 'mine'] },
    });
    expect(Object.keys(await stagesOf(harness, 'app/db'))).toHaveLength(3);
    const read = async (VersionStage: string) =>
      (await harness.call('GetSecretValue', { SecretId: ARN, VersionStage })).output;
    expect(await read('AWSPREVIOUS')).toMatchObject({ SecretString: 'old' });
    expect(await read('AWSCURRENT')).toMatchObject({ SecretBinary: 'AQID' });
    expect(await read('AWSPENDING')).toMatchObject({ SecretString: 'next' });
  });

  it.each<[string, Partial<SeedSecret>, string]>([
    ['ARN', { arnSuffix: 'AbC124' }, 'ARN'],
    ['description', { description: 'another' }, 'description'],
    ['tags', { tags: [] }, 'set of tags'],
    ['key', { kmsKeyId: 'alias/x' }, 'KMS key'],
    ['value', { versions: [{ stages: ['AWSPREVIOUS'], value: { text: 'other' } }] }, 'version'],
    ['label', { versions: [{ stages: ['AWSCURRENT'], value: { text: 'old' } }] }, 'version'],
  ])('with another %s than there is differs', async (_, other, what) => {
    const { secretsManager } = await openSecrets();
    await secretsManager.seeds.create(seed);
    expect(await secretsManager.seeds.look({ ...seed, ...other })).toEqual({
      message: `is there already with another ${what} than the seed says`,
      hint: expect.any(String),
    });
  });

  it('leaves open what it does not say', async () => {
    const { secretsManager } = await openSecrets();
    await secretsManager.seeds.create(seed);
    const { at, place, name, versions } = seed;
    expect(await secretsManager.seeds.look({ at, place, name, versions })).toBe('same');
  });

  it.each<[string, Partial<SeedSecret>]>([
    ['a name', { name: 'a b' }],
    ['an ARN', { arnSuffix: 'toolong' }],
    ['a version id', { versions: [{ id: 'short', stages: [], value: { text: 'v' } }] }],
    ['tags', { tags: [{ Key: 'aws:x', Value: '' }] }],
    ['a tag without a name', { tags: [{ Key: '', Value: 'v' }] }],
    ['an empty label', { versions: [{ stages: ['AWSCURRENT', ''], value: { text: 'v' } }] }],
    ['an empty value', { versions: [{ stages: ['AWSCURRENT'], value: { text: '' } }] }],
    ['too long a value', { versions: [{ stages: ['AWSCURRENT'], value: { text: 'é'.repeat(32_769) } }] }],
    [
      'labels',
      {
        versions: [{ stages: Array.from({ length: 21 }, (_, index) => `${index}`), value: { text: 'v' } }],
      },
    ],
  ])('with %s that AWS would not have is refused', async (_, other) => {
    const { secretsManager } = await openSecrets();
    expect(await secretsManager.seeds.look({ ...seed, ...other })).toMatchObject({
      message: expect.any(String),
      hint: expect.any(String),
    });
  });

  it('whose key is not there says so, and stores nothing', async () => {
    const { seeds } = (await openSecrets()).secretsManager;
    await expect(seeds.create({ ...seed, kmsKeyId: 'alias/none' })).rejects.toEqual(
      expect.objectContaining({
        code: 'secret_seed_refused',
        message: expect.stringContaining('EncryptionFailure'),
      }),
    );
    expect(await seeds.look(seed)).toBe('absent');
  });

  it('whose key lets nobody in is applied all the same, and again', async () => {
    const harness = await openSecrets({ access: { mode: 'strict' } });
    const Policy = closedPolicy([]);
    const { Arn } = (await harness.kms('CreateKey', { Policy, BypassPolicyLockoutSafetyCheck: true })).output
      .KeyMetadata;
    const { seeds } = harness.secretsManager;
    await seeds.create({ ...seed, kmsKeyId: Arn });
    expect(await seeds.look({ ...seed, kmsKeyId: Arn })).toBe('same');
    expect((await harness.call('GetSecretValue', { SecretId: 'app/db' })).output.__type).toBe(
      'AccessDeniedException',
    );
  });
});

describe('a secret that a seed made is as the seed says, whatever became of it:', () => {
  const value = { SecretId: 'app/db', SecretString: 'rotated' };
  it.each<[string, (harness: Harness) => Promise<unknown>]>([
    ['a new value', ({ call }) => call('PutSecretValue', value)],
    [
      'two new values',
      async ({ call }) => [await call('PutSecretValue', value), await call('UpdateSecret', value)],
    ],
    [
      'labels that moved',
      ({ call }) =>
        call('UpdateSecretVersionStage', {
          SecretId: 'app/db',
          VersionStage: 'AWSCURRENT',
          RemoveFromVersionId: token('two'),
          MoveToVersionId: token('one'),
        }),
    ],
    ['a recovery window that has begun', ({ call }) => call('DeleteSecret', { SecretId: 'app/db' })],
    [
      'versions that are removed by now',
      async ({ call, advance }) => {
        for (let at = 0; at < 3; at++) await call('PutSecretValue', value);
        advance(2 * dayMs);
        for (let at = 0; at < 110; at++) await call('PutSecretValue', value);
        const { output } = await call('ListSecretVersionIds', {
          SecretId: 'app/db',
          IncludeDeprecated: true,
        });
        expect(output.Versions).not.toContainEqual(expect.objectContaining({ VersionId: token('one') }));
      },
    ],
  ])('%s', async (_, change) => {
    const harness = await openSecrets();
    const { seeds } = harness.secretsManager;
    await seeds.create(seed);
    await change(harness);
    expect(await seeds.look(seed)).toBe('same');
    // What the seed itself now says otherwise is still seen.
    const [one, ...others] = seed.versions;
    const stages = [...(one?.stages ?? []), 'other'];
    expect(
      await seeds.look({ ...seed, versions: [{ stages, value: { text: 'old' } }, ...others] }),
    ).toMatchObject({ message: 'is there already with another version than the seed says' });
  });

  it('another value in the seed is seen as long as the version that it made is there', async () => {
    const harness = await openSecrets();
    const { seeds } = harness.secretsManager;
    await seeds.create(seed);
    await harness.call('PutSecretValue', value);
    const versions = [{ id: token('one'), stages: ['AWSPREVIOUS'], value: { text: 'other' } }];
    expect(await seeds.look({ ...seed, versions })).toMatchObject({ message: expect.any(String) });
  });

  it.each([
    ['disabled', 'DisableKey'],
    ['to be deleted', 'ScheduleKeyDeletion'],
  ])('a KMS key that is %s', async (_, operation) => {
    const harness = await openSecrets();
    const { KeyId } = (await harness.kms('CreateKey')).output.KeyMetadata;
    const { seeds } = harness.secretsManager;
    await seeds.create({ ...seed, kmsKeyId: KeyId });
    await harness.kms(operation, { KeyId });
    expect(await seeds.look({ ...seed, kmsKeyId: KeyId })).toBe('same');
  });

  it('and is made again once its recovery window is over', async () => {
    const { call, advance, secretsManager } = await openSecrets();
    await secretsManager.seeds.create(seed);
    await call('DeleteSecret', { SecretId: 'app/db', RecoveryWindowInDays: 7 });
    advance(7 * dayMs);
    expect(await secretsManager.seeds.look(seed)).toBe('absent');
  });
});
