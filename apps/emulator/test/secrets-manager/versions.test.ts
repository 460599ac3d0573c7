import { describe, expect, it } from 'vitest';
import { dayMs, fault, type Harness, openSecrets, stagesOf, token } from './secrets-harness.ts';

async function withVersions(...marks: readonly string[]): Promise<Harness> {
  const harness = await openSecrets();
  await harness.call('CreateSecret', { Name: 'x' });
  for (const mark of marks) await put(harness, mark);
  return harness;
}

const put = (harness: Harness, mark: string, VersionStages?: readonly string[]) =>
  harness.call('PutSecretValue', {
    SecretId: 'x',
    SecretString: mark,
    ClientRequestToken: token(mark),
    VersionStages,
  });

const move = (harness: Harness, VersionStage: string, to?: string, from?: string) =>
  harness.call('UpdateSecretVersionStage', {
    SecretId: 'x',
    VersionStage,
    MoveToVersionId: to && token(to),
    RemoveFromVersionId: from && token(from),
  });

describe('PutSecretValue', () => {
  it('moves AWSCURRENT to each new version, and AWSPREVIOUS to the one before', async () => {
    const harness = await withVersions('a', 'b', 'c');
    expect(await stagesOf(harness, 'x')).toEqual({
      [token('b')]: ['AWSPREVIOUS'],
      [token('c')]: ['AWSCURRENT'],
    });
    const read = async (input: object) =>
      (await harness.call('GetSecretValue', { SecretId: 'x', ...input })).output.SecretString;
    expect(await read({})).toBe('c');
    expect(await read({ VersionStage: 'AWSPREVIOUS' })).toBe('b');
    expect(await read({ VersionId: token('a') })).toBe('a');
    expect(await read({ VersionId: token('b'), VersionStage: 'AWSPREVIOUS' })).toBe('b');
  });

  it('attaches the labels that it is told, and takes them from other versions', async () => {
    const harness = await withVersions('a');
    expect((await put(harness, 'b', ['AWSPENDING', 'mine', 'mine'])).output).toMatchObject({
      VersionId: token('b'),
      VersionStages: ['AWSPENDING', 'mine'],
    });
    await put(harness, 'c', ['mine']);
    expect(await stagesOf(harness, 'x')).toEqual({
      [token('a')]: ['AWSCURRENT'],
      [token('b')]: ['AWSPENDING'],
      [token('c')]: ['mine'],
    });
  });

  it('makes the first version current, whatever its labels', async () => {
    const harness = await withVersions();
    await put(harness, 'a', ['mine']);
    expect(await stagesOf(harness, 'x')).toEqual({ [token('a')]: ['mine', 'AWSCURRENT'] });
  });

  it('does nothing when it comes again, and refuses another value under the same token', async () => {
    const harness = await withVersions('a', 'b');
    const again = await put(harness, 'a', ['AWSCURRENT']);
    expect(again.output).toMatchObject({ VersionId: token('a'), VersionStages: ['AWSPREVIOUS'] });
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('b');
    const { output } = await harness.call('DescribeSecret', { SecretId: 'x' });
    expect(
      await harness.call('PutSecretValue', {
        SecretId: 'x',
        SecretString: 'other',
        ClientRequestToken: token('a'),
      }),
    ).toEqual(
      fault(
        'ResourceExistsException',
        `You can't use ClientRequestToken ${token('a')} because that value is already in use for a version of secret ${output.ARN}.`,
      ),
    );
  });

  it('wants a value, and an empty one is none', async () => {
    const { call } = await withVersions();
    for (const input of [{}, { SecretString: '' }, { SecretBinary: '' }])
      expect(await call('PutSecretValue', { SecretId: 'x', ...input })).toEqual(
        fault('InvalidRequestException', 'You must provide either SecretString or SecretBinary.'),
      );
    expect(
      (await call('UpdateSecret', { SecretId: 'x', SecretString: '' })).output.VersionId,
    ).toBeUndefined();
    expect((await call('DescribeSecret', { SecretId: 'x' })).output.VersionIdsToStages).toBeUndefined();
  });
});

describe('GetSecretValue', () => {
  it('says which version it cannot find', async () => {
    const { call } = await withVersions('a', 'b');
    expect(await call('GetSecretValue', { SecretId: 'x', VersionStage: 'AWSPENDING' })).toEqual(
      fault(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
      ),
    );
    expect(await call('GetSecretValue', { SecretId: 'x', VersionId: token('z') })).toEqual(
      fault(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for VersionId: ${token('z')}`,
      ),
    );
    expect(
      await call('GetSecretValue', { SecretId: 'x', VersionId: token('a'), VersionStage: 'AWSCURRENT' }),
    ).toEqual(
      fault(
        'InvalidRequestException',
        'You provided a VersionStage that is not associated to the provided VersionId.',
      ),
    );
  });
});

describe('UpdateSecretVersionStage', () => {
  it('moves AWSCURRENT back, and AWSPREVIOUS with it', async () => {
    const harness = await withVersions('a', 'b', 'c');
    expect((await move(harness, 'AWSCURRENT', 'a', 'c')).status).toBe(200);
    expect(await stagesOf(harness, 'x')).toEqual({
      [token('a')]: ['AWSCURRENT'],
      [token('c')]: ['AWSPREVIOUS'],
    });
  });

  it('attaches, moves and removes labels of the customer', async () => {
    const harness = await withVersions('a', 'b');
    await move(harness, 'mine', 'a');
    await move(harness, 'mine', 'b', 'a');
    expect(await stagesOf(harness, 'x')).toEqual({
      [token('a')]: ['AWSPREVIOUS'],
      [token('b')]: ['AWSCURRENT', 'mine'],
    });
    await move(harness, 'mine', undefined, 'b');
    await move(harness, 'AWSPREVIOUS', undefined, 'a');
    expect(await stagesOf(harness, 'x')).toEqual({ [token('b')]: ['AWSCURRENT'] });
  });

  it.each<[string, Parameters<typeof move> extends [unknown, ...infer Rest] ? Rest : never, string, string]>([
    [
      'a label that is elsewhere, without saying where',
      ['AWSCURRENT', 'a'],
      'InvalidParameterException',
      `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${token('b')}, so you must explicitly reference that version in RemoveFromVersionId.`,
    ],
    [
      'a label from where it is not',
      ['AWSCURRENT', 'a', 'a'],
      'InvalidParameterException',
      `When you move staging label AWSCURRENT, RemoveFromVersionId must be the version that currently has it, ${token('b')}.`,
    ],
    [
      'a label that nothing has, from a version',
      ['mine', 'a', 'b'],
      'InvalidParameterException',
      `Staging label mine is not attached to version ${token('b')}.`,
    ],
    [
      'AWSCURRENT from the only version that has it',
      ['AWSCURRENT', undefined, 'b'],
      'InvalidParameterException',
      'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
    ],
    [
      'a label from a version that has it not',
      ['AWSPREVIOUS', undefined, 'b'],
      'InvalidParameterException',
      `Staging label AWSPREVIOUS is not attached to version ${token('b')}.`,
    ],
    [
      'a label from nowhere to nowhere',
      ['mine'],
      'InvalidParameterException',
      'You must provide MoveToVersionId, RemoveFromVersionId, or both.',
    ],
    [
      'a label to a version that is not there',
      ['mine', 'z'],
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for VersionId: ${token('z')}`,
    ],
  ])('does not move %s', async (_, [stage, to, from], name, text) => {
    const harness = await withVersions('a', 'b');
    const before = await stagesOf(harness, 'x');
    expect(await move(harness, stage, to, from)).toEqual(fault(name, text));
    expect(await stagesOf(harness, 'x')).toEqual(before);
  });
});

describe('versions', () => {
  it('without a label go a day after they were made, the oldest first, beyond the newest hundred', async () => {
    const harness = await withVersions();
    const marks = Array.from({ length: 130 }, (_, index) => `v${String(index).padStart(3, '0')}`);
    for (const mark of marks) await put(harness, mark);
    const count = async (): Promise<number> => {
      const rows = await harness.store.list('secretsmanager_values', { limit: 500 });
      const { output } = await harness.call('ListSecretVersionIds', {
        SecretId: 'x',
        IncludeDeprecated: true,
      });
      const second = await harness.call('ListSecretVersionIds', {
        SecretId: 'x',
        IncludeDeprecated: true,
        NextToken: output.NextToken,
      });
      expect(output.Versions.length + second.output.Versions.length).toBe(rows.length);
      return rows.length;
    };
    expect(await count()).toBe(130);
    harness.advance(dayMs);
    await put(harness, 'new');
    expect(await count()).toBe(101);
    expect(
      (await harness.call('GetSecretValue', { SecretId: 'x', VersionId: token('v029') })).output.__type,
    ).toBe('ResourceNotFoundException');
    expect(
      (await harness.call('GetSecretValue', { SecretId: 'x', VersionId: token('v030') })).output.SecretString,
    ).toBe('v030');
  });

  it('cannot be made without end in a day', async () => {
    const harness = await withVersions();
    for (let index = 0; index < 150; index++) expect((await put(harness, `v${index}`)).status).toBe(200);
    expect((await put(harness, 'one more')).output.__type).toBe('LimitExceededException');
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('v149');
    harness.advance(dayMs);
    expect((await put(harness, 'next day')).status).toBe(200);
  });

  it('share twenty labels', async () => {
    const harness = await withVersions('a');
    const labels = Array.from({ length: 20 }, (_, index) => `label ${index}`);
    expect((await put(harness, 'b', labels)).output).toMatchObject({
      __type: 'LimitExceededException',
      Message: 'A secret can have at most 20 staging labels attached across all versions.',
    });
    expect((await put(harness, 'b', labels.slice(1))).status).toBe(200);
    expect((await move(harness, 'one more', 'a')).output.__type).toBe('LimitExceededException');
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('a');
  });
});
