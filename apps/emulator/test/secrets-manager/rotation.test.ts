import { describe, expect, it } from 'vitest';
import { dayMs, fault, type Harness, openSecrets, stagesOf, startMs, token } from './secrets-harness.ts';

const lambda = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate';

async function withSecret(): Promise<Harness> {
  const harness = await openSecrets();
  await harness.call('CreateSecret', { Name: 'x', SecretString: 'old', ClientRequestToken: token('old') });
  return harness;
}

const rotate = ({ call }: Harness, input: object = {}) =>
  call('RotateSecret', {
    SecretId: 'x',
    RotationLambdaARN: lambda,
    RotationRules: { AutomaticallyAfterDays: 10 },
    ClientRequestToken: token('new'),
    ...input,
  });

/** What a rotation function does in its steps createSecret and finishSecret. */
async function playFunction({ call }: Harness): Promise<void> {
  await call('PutSecretValue', {
    SecretId: 'x',
    SecretString: 'new',
    ClientRequestToken: token('new'),
    VersionStages: ['AWSPENDING'],
  });
  await call('UpdateSecretVersionStage', {
    SecretId: 'x',
    VersionStage: 'AWSCURRENT',
    MoveToVersionId: token('new'),
    RemoveFromVersionId: token('old'),
  });
}

describe('rotation', () => {
  it('begins with a version that is pending and has no value, which a rotation function finishes', async () => {
    const harness = await withSecret();
    const { call, advance } = harness;
    expect((await rotate(harness)).output).toMatchObject({ Name: 'x', VersionId: token('new') });
    expect(await stagesOf(harness, 'x')).toEqual({
      [token('old')]: ['AWSCURRENT'],
      [token('new')]: ['AWSPENDING'],
    });
    expect((await call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('old');
    expect(await call('GetSecretValue', { SecretId: 'x', VersionStage: 'AWSPENDING' })).toEqual(
      fault(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
      ),
    );
    advance(1000);
    await playFunction(harness);
    expect(await stagesOf(harness, 'x')).toEqual({
      [token('old')]: ['AWSPREVIOUS'],
      [token('new')]: ['AWSPENDING', 'AWSCURRENT'],
    });
    expect((await call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('new');
    expect((await call('DescribeSecret', { SecretId: 'x' })).output).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: lambda,
      RotationRules: { AutomaticallyAfterDays: 10 },
      LastRotatedDate: (startMs + 1000) / 1000,
      NextRotationDate: Date.UTC(2026, 0, 12, 23, 59, 59) / 1000,
    });
  });

  it('cannot begin twice, but the same request may come twice', async () => {
    const harness = await withSecret();
    await rotate(harness);
    expect((await rotate(harness)).output.VersionId).toBe(token('new'));
    expect(await rotate(harness, { ClientRequestToken: token('newer') })).toEqual(
      fault(
        'InvalidRequestException',
        "A previous rotation isn't complete. That rotation will be reattempted.",
      ),
    );
    await playFunction(harness);
    expect((await rotate(harness, { ClientRequestToken: token('newer') })).status).toBe(200);
  });

  it('cannot make a version current that has no value', async () => {
    const harness = await withSecret();
    await rotate(harness);
    expect(
      await harness.call('UpdateSecretVersionStage', {
        SecretId: 'x',
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: token('new'),
        RemoveFromVersionId: token('old'),
      }),
    ).toMatchObject({ output: { __type: 'ResourceNotFoundException' } });
  });

  it('that is to wait for its time stores its configuration alone', async () => {
    const harness = await withSecret();
    expect((await rotate(harness, { RotateImmediately: false })).output).toEqual({
      ARN: expect.any(String),
      Name: 'x',
    });
    expect((await harness.call('DescribeSecret', { SecretId: 'x' })).output).toMatchObject({
      RotationEnabled: true,
      VersionIdsToStages: { [token('old')]: ['AWSCURRENT'] },
    });
  });

  it('counts from the last value, however that came', async () => {
    const harness = await withSecret();
    await rotate(harness, { RotateImmediately: false });
    harness.advance(3 * dayMs);
    await harness.call('PutSecretValue', { SecretId: 'x', SecretString: 'by hand' });
    expect((await harness.call('DescribeSecret', { SecretId: 'x' })).output).toMatchObject({
      LastRotatedDate: (startMs + 3 * dayMs) / 1000,
      NextRotationDate: Date.UTC(2026, 0, 15, 23, 59, 59) / 1000,
    });
  });

  it.each([
    [{ ScheduleExpression: 'rate(12 hours)' }, (startMs + dayMs / 2) / 1000],
    [{ ScheduleExpression: 'rate(1 day)', Duration: '3h' }, Date.UTC(2026, 0, 3, 23, 59, 59) / 1000],
    [{ ScheduleExpression: 'cron(0 16 1,15 * ? *)' }, undefined],
  ])('follows the schedule %j', async (RotationRules, next) => {
    const harness = await withSecret();
    expect((await rotate(harness, { RotationRules, RotateImmediately: false })).status).toBe(200);
    const { output } = await harness.call('DescribeSecret', { SecretId: 'x' });
    expect(output['RotationRules']).toEqual(RotationRules);
    expect(output['NextRotationDate']).toBe(next);
  });

  it.each([
    [{}],
    [{ AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' }],
    [{ ScheduleExpression: 'rate(3 hours)' }],
    [{ ScheduleExpression: 'rate(1 week)' }],
    [{ ScheduleExpression: 'cron(0 16)' }],
  ])('refuses the schedule %j', async (RotationRules) => {
    const harness = await withSecret();
    expect((await rotate(harness, { RotationRules })).output.__type).toBe('InvalidParameterException');
    expect((await harness.call('DescribeSecret', { SecretId: 'x' })).output).not.toHaveProperty(
      'RotationEnabled',
    );
  });

  it('wants a Lambda function, once', async () => {
    const harness = await withSecret();
    const none = fault(
      'InvalidRequestException',
      'No Lambda rotation function ARN is associated with this secret.',
    );
    expect(await rotate(harness, { RotationLambdaARN: undefined })).toEqual(none);
    expect(await rotate(harness, { RotationLambdaARN: '' })).toEqual(none);
    expect((await rotate(harness, { RotationLambdaARN: 'rotate' })).output.__type).toBe(
      'InvalidParameterException',
    );
    expect((await rotate(harness, { ExternalSecretRotationMetadata: [] })).output.__type).toBe(
      'InvalidRequestException',
    );
    await rotate(harness, { RotateImmediately: false });
    expect((await rotate(harness, { RotationLambdaARN: undefined, RotationRules: undefined })).status).toBe(
      200,
    );
  });

  it('is turned off, which leaves the version that it has begun', async () => {
    const harness = await withSecret();
    await rotate(harness);
    const cancelled = await harness.call('CancelRotateSecret', { SecretId: 'x' });
    expect(cancelled.output).toMatchObject({ Name: 'x', VersionId: token('new') });
    const { output } = await harness.call('DescribeSecret', { SecretId: 'x' });
    expect(output).toMatchObject({ RotationEnabled: false, RotationLambdaARN: lambda });
    expect(output).not.toHaveProperty('NextRotationDate');
    expect(output.VersionIdsToStages[token('new')]).toEqual(['AWSPENDING']);
  });

  it('of a secret without a value makes its first one', async () => {
    const harness = await openSecrets();
    await harness.call('CreateSecret', { Name: 'x' });
    await rotate(harness);
    await harness.call('PutSecretValue', {
      SecretId: 'x',
      SecretString: 'new',
      ClientRequestToken: token('new'),
      VersionStages: ['AWSPENDING'],
    });
    expect(
      (
        await harness.call('UpdateSecretVersionStage', {
          SecretId: 'x',
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: token('new'),
        })
      ).status,
    ).toBe(200);
    expect((await harness.call('GetSecretValue', { SecretId: 'x' })).output.SecretString).toBe('new');
  });
});

describe('replication', () => {
  it.each([
    ['ReplicateSecretToRegions', { AddReplicaRegions: [{ Region: 'us-east-1' }] }],
    ['RemoveRegionsFromReplication', { RemoveReplicaRegions: ['us-east-1'] }],
    ['StopReplicationToReplica', {}],
  ])('%s says that it is not there', async (operation, input) => {
    const { call } = await withSecret();
    expect(await call(operation, { SecretId: 'x', ...input })).toEqual(
      fault('InvalidRequestException', 'Replication of secrets is not available in the Keyfold emulator.'),
    );
    expect((await call(operation, { SecretId: 'y', ...input })).output.__type).toBe(
      'ResourceNotFoundException',
    );
  });
});
