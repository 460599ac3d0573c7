import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, blobIn, dayMs, fault, openKms } from './kms-harness.ts';
import { importMaterial } from './wrap-material.ts';

const west = { region: 'us-west-2' };
const south = { region: 'sa-east-1' };

async function replicated(input: object = {}) {
  const kms = await openKms();
  const key = await kms.createKey({ MultiRegion: true, ...input });
  const { KeyId } = key;
  expect((await kms.call('ReplicateKey', { KeyId, ReplicaRegion: west.region })).status).toBe(200);
  const describeIn = async (place?: typeof west) =>
    (await kms.call('DescribeKey', { KeyId }, place)).output.KeyMetadata;
  return { ...kms, key, KeyId, describeIn };
}

describe('multi-Region keys', () => {
  it('open in each Region what was sealed in another, through rotations', async () => {
    const { call, KeyId, describeIn, advance } = await replicated();
    const seal = async (place?: typeof west) =>
      (await call('Encrypt', { KeyId, Plaintext: base64('x') }, place)).output.CiphertextBlob;
    await call('EnableKeyRotation', { KeyId });
    const blobs = [await seal(), await seal(west)];
    await call('RotateKeyOnDemand', { KeyId });
    blobs.push(await seal(), await seal(west));
    advance(365 * dayMs);
    blobs.push(await seal(west), await seal());
    for (const CiphertextBlob of blobs)
      for (const place of [undefined, west])
        expect((await call('Decrypt', { CiphertextBlob }, place)).output.Plaintext).toBe(base64('x'));
    expect((await describeIn()).CurrentKeyMaterialId).toBe((await describeIn(west)).CurrentKeyMaterialId);
    expect((await call('ListKeyRotations', { KeyId }, west)).output['Rotations']).toHaveLength(2);
  });

  it('of an asymmetric spec have one key pair', async () => {
    const { call, KeyId } = await replicated({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const publicKey = async (place?: typeof west) =>
      blobIn(await call('GetPublicKey', { KeyId }, place), 'PublicKey');
    expect(await publicKey()).toEqual(await publicKey(west));
  });

  it('have state, description, policy and tags of their own', async () => {
    const { call, KeyId, describeIn } = await replicated({ Description: 'primary' });
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' }],
    });
    const answer = await call('ReplicateKey', {
      KeyId,
      ReplicaRegion: south.region,
      Description: 'replica',
      Policy: policy,
      Tags: [{ TagKey: 'a', TagValue: 'b' }],
    });
    expect(answer.output).toMatchObject({
      ReplicaKeyMetadata: { Description: 'replica', KeyState: 'Creating' },
      ReplicaPolicy: policy,
      ReplicaTags: [{ TagKey: 'a', TagValue: 'b' }],
    });
    await call('DisableKey', { KeyId }, south);
    expect((await describeIn()).KeyState).toBe('Enabled');
    expect(await describeIn(south)).toMatchObject({ Description: 'replica', KeyState: 'Disabled' });
    expect((await describeIn(west)).Description).toBe('');
  });

  it('name one another, also after a restart', async () => {
    const { store, KeyId, key } = await replicated();
    const { call } = await openKms(store);
    for (const [place, MultiRegionKeyType] of [
      [undefined, 'PRIMARY'],
      [west, 'REPLICA'],
    ] as const)
      expect((await call('DescribeKey', { KeyId }, place)).output.KeyMetadata).toMatchObject({
        MultiRegion: true,
        MultiRegionConfiguration: {
          MultiRegionKeyType,
          PrimaryKey: { Arn: key.Arn, Region: 'eu-central-1' },
          ReplicaKeys: [{ Arn: key.Arn.replace('eu-central-1', west.region), Region: west.region }],
        },
      });
  });

  it('are replicated by their primary key alone, once a Region, within their partition', async () => {
    const { call, createKey, KeyId } = await replicated();
    const single = await createKey();
    const replicate = (key: string, ReplicaRegion: string, place?: typeof west) =>
      call('ReplicateKey', { KeyId: key, ReplicaRegion }, place);
    expect(await replicate(single.KeyId, west.region)).toMatchObject({
      output: { __type: 'UnsupportedOperationException' },
    });
    for (const region of [west.region, 'eu-central-1'])
      expect(await replicate(KeyId, region)).toMatchObject({ output: { __type: 'AlreadyExistsException' } });
    expect(await replicate(KeyId, 'cn-north-1')).toMatchObject({
      output: { __type: 'UnsupportedOperationException' },
    });
    expect(await replicate(KeyId, south.region, west)).toMatchObject({
      output: { __type: 'UnsupportedOperationException' },
    });
  });

  it('change their primary Region', async () => {
    const { call, KeyId, describeIn } = await replicated();
    expect((await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: west.region })).output).toBeNull();
    expect(await describeIn()).toMatchObject({ MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA' } });
    expect(await describeIn(west)).toMatchObject({
      MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY' },
    });
    expect(await call('RotateKeyOnDemand', { KeyId })).toEqual(fault('UnsupportedOperationException'));
    expect((await call('RotateKeyOnDemand', { KeyId }, west)).status).toBe(200);
    expect(await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: west.region })).toMatchObject({
      output: { __type: 'UnsupportedOperationException' },
    });
    expect(await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: south.region }, west)).toMatchObject({
      output: { __type: 'NotFoundException' },
    });
  });

  it('lose their primary key last: its window begins when the last replica is gone', async () => {
    const { call, KeyId, describeIn, advance } = await replicated();
    expect((await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 10 })).output).toMatchObject({
      KeyState: 'PendingReplicaDeletion',
      PendingWindowInDays: 10,
    });
    expect(await describeIn()).toMatchObject({
      KeyState: 'PendingReplicaDeletion',
      PendingDeletionWindowInDays: 10,
    });
    advance(100 * dayMs);
    expect((await describeIn()).KeyState).toBe('PendingReplicaDeletion');
    await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }, west);
    advance(7 * dayMs);
    expect(await describeIn()).toMatchObject({
      KeyState: 'PendingDeletion',
      MultiRegionConfiguration: { ReplicaKeys: [] },
    });
    expect(await call('DescribeKey', { KeyId }, west)).toMatchObject({
      output: { __type: 'NotFoundException' },
    });
    advance(10 * dayMs);
    expect(await call('DescribeKey', { KeyId })).toMatchObject({ output: { __type: 'NotFoundException' } });
  });

  it('rotate when their primary key can, and no sooner', async () => {
    const { call, KeyId, advance, describeIn } = await replicated();
    await call('EnableKeyRotation', { KeyId });
    await call('DisableKey', { KeyId });
    const { CurrentKeyMaterialId } = await describeIn(west);
    advance(800 * dayMs);
    expect((await describeIn(west)).CurrentKeyMaterialId).toBe(CurrentKeyMaterialId);
    await call('EnableKey', { KeyId });
    expect((await call('ListKeyRotations', { KeyId }, west)).output['Rotations']).toHaveLength(1);
  });

  it('forget a replica that is deleted, and keep one whose deletion was called off', async () => {
    const { call, KeyId, describeIn, advance } = await replicated();
    await call('ReplicateKey', { KeyId, ReplicaRegion: south.region });
    for (const place of [west, south]) await call('ScheduleKeyDeletion', { KeyId }, place);
    await call('CancelKeyDeletion', { KeyId }, south);
    advance(30 * dayMs);
    expect(await describeIn()).toMatchObject({
      KeyState: 'Enabled',
      MultiRegionConfiguration: { ReplicaKeys: [{ Region: south.region }] },
    });
    expect((await call('ReplicateKey', { KeyId, ReplicaRegion: west.region })).status).toBe(200);
    expect((await describeIn(west)).KeyState).toBe('Enabled');
  });

  it('with imported material take the same material in each Region', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey({ MultiRegion: true, Origin: 'EXTERNAL' });
    const material = randomBytes(32);
    await importMaterial(kms, KeyId, material);
    await kms.call('ReplicateKey', { KeyId, ReplicaRegion: west.region });
    const replica = await kms.call('DescribeKey', { KeyId }, west);
    expect(replica.output.KeyMetadata.KeyState).toBe('PendingImport');
    expect(await importMaterial(kms, KeyId, randomBytes(32), {}, west)).toEqual(
      fault('IncorrectKeyMaterialException'),
    );
    expect((await importMaterial(kms, KeyId, material, {}, west)).status).toBe(200);
    const { output } = await kms.call('Encrypt', { KeyId, Plaintext: base64('x') });
    const opened = await kms.call('Decrypt', { CiphertextBlob: output.CiphertextBlob }, west);
    expect(opened.output.Plaintext).toBe(base64('x'));
  });
});
