import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, blobIn, dayMs, fault, openKms, startMs } from './kms-harness.ts';
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
      output: {
        __type: 'UnsupportedOperationException',
        message: 'Region cn-north-1 is in another partition.',
      },
    });
    for (const region of ['mars-north-1', 'us-esat-1'])
      expect(await replicate(KeyId, region)).toMatchObject({
        output: {
          __type: 'UnsupportedOperationException',
          message: `Region ${region} is not an AWS Region.`,
        },
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

  it('take new imported material into the primary key first, and rotate once every copy has it', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey({ MultiRegion: true, Origin: 'EXTERNAL' });
    const [one, two] = [randomBytes(32), randomBytes(32)];
    const news = { ImportType: 'NEW_KEY_MATERIAL' };
    await importMaterial(kms, KeyId, one);
    await kms.call('ReplicateKey', { KeyId, ReplicaRegion: west.region });
    await importMaterial(kms, KeyId, one, {}, west);
    const states = async (place?: object) => {
      const input = { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' };
      const { output } = await kms.call('ListKeyRotations', input, place);
      const rotations = output['Rotations'] as readonly Readonly<Record<string, unknown>>[];
      return rotations.map(({ KeyMaterialState, ImportState }) => [KeyMaterialState, ImportState]);
    };
    expect(await importMaterial(kms, KeyId, two, news, west)).toMatchObject({
      output: { __type: 'UnsupportedOperationException' },
    });
    expect((await importMaterial(kms, KeyId, two, news)).status).toBe(200);
    const waiting = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
    expect(await states()).toEqual([
      ['CURRENT', 'IMPORTED'],
      [waiting, 'IMPORTED'],
    ]);
    expect(await states(west)).toEqual([
      ['CURRENT', 'IMPORTED'],
      [waiting, 'PENDING_IMPORT'],
    ]);
    expect(await kms.call('RotateKeyOnDemand', { KeyId })).toMatchObject({
      output: { __type: 'KMSInvalidStateException' },
    });
    expect((await importMaterial(kms, KeyId, two, {}, west)).status).toBe(200);
    for (const place of [undefined, west])
      expect(await states(place)).toEqual([
        ['CURRENT', 'IMPORTED'],
        ['PENDING_ROTATION', 'IMPORTED'],
      ]);
    const before = await kms.call('Encrypt', { KeyId, Plaintext: base64('before') });
    await kms.call('RotateKeyOnDemand', { KeyId });
    const after = await kms.call('Encrypt', { KeyId, Plaintext: base64('after') }, west);
    for (const place of [undefined, west]) {
      expect(await states(place)).toEqual([
        ['NON_CURRENT', 'IMPORTED'],
        ['CURRENT', 'IMPORTED'],
      ]);
      for (const { output } of [before, after])
        expect((await kms.call('Decrypt', { CiphertextBlob: output.CiphertextBlob }, place)).status).toBe(
          200,
        );
    }
  });

  it('do not rotate to material that has expired in a copy at which nobody has looked since', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey({ MultiRegion: true, Origin: 'EXTERNAL' });
    const [one, two] = [randomBytes(32), randomBytes(32)];
    await importMaterial(kms, KeyId, one);
    await kms.call('ReplicateKey', { KeyId, ReplicaRegion: west.region });
    await importMaterial(kms, KeyId, one, {}, west);
    await importMaterial(kms, KeyId, two, { ImportType: 'NEW_KEY_MATERIAL' });
    const ValidTo = (startMs + dayMs) / 1000;
    await importMaterial(kms, KeyId, two, { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo }, west);
    kms.advance(dayMs);
    expect(await kms.call('RotateKeyOnDemand', { KeyId })).toMatchObject({
      output: { __type: 'KMSInvalidStateException' },
    });
    expect((await importMaterial(kms, KeyId, two, {}, west)).status).toBe(200);
    expect((await kms.call('RotateKeyOnDemand', { KeyId })).status).toBe(200);
  });

  it('forget imported material that waits when it leaves the primary key, and wait again when it leaves a copy', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey({ MultiRegion: true, Origin: 'EXTERNAL' });
    const [one, two] = [randomBytes(32), randomBytes(32)];
    await importMaterial(kms, KeyId, one);
    await kms.call('ReplicateKey', { KeyId, ReplicaRegion: west.region });
    await importMaterial(kms, KeyId, one, {}, west);
    const imported = await importMaterial(kms, KeyId, two, { ImportType: 'NEW_KEY_MATERIAL' });
    const KeyMaterialId = imported.output['KeyMaterialId'];
    await importMaterial(kms, KeyId, two, {}, west);
    const listed = async (place?: object) =>
      (await kms.call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }, place)).output[
        'Rotations'
      ];
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId }, west);
    expect(await listed()).toMatchObject([
      {},
      { KeyMaterialState: 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION' },
    ]);
    expect((await importMaterial(kms, KeyId, two, {}, west)).status).toBe(200);
    expect(await listed()).toMatchObject([{}, { KeyMaterialState: 'PENDING_ROTATION' }]);
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    for (const place of [undefined, west]) expect(await listed(place)).toHaveLength(1);
    expect(await kms.store.list('kms_key_materials', { limit: 9 })).toHaveLength(2);
    for (const place of [undefined, west])
      expect((await kms.call('DescribeKey', { KeyId }, place)).output.KeyMetadata.KeyState).toBe('Enabled');
  });

  it('made before any material was imported take it in the primary key first', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey({ MultiRegion: true, Origin: 'EXTERNAL' });
    await kms.call('ReplicateKey', { KeyId, ReplicaRegion: west.region });
    const material = randomBytes(32);
    expect(await importMaterial(kms, KeyId, material, {}, west)).toMatchObject({
      output: { __type: 'UnsupportedOperationException' },
    });
    for (const place of [undefined, west])
      expect((await importMaterial(kms, KeyId, material, {}, place)).status).toBe(200);
    expect((await kms.call('DescribeKey', { KeyId }, west)).output.KeyMetadata.KeyState).toBe('Enabled');
  });
});
