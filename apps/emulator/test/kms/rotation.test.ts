import { describe, expect, it } from 'vitest';
import { base64, dayMs, fault, openKms, startMs } from './kms-harness.ts';

async function symmetricKey() {
  const kms = await openKms();
  const { KeyId, Arn, CurrentKeyMaterialId } = await kms.createKey();
  const currentMaterialId = async () =>
    (await kms.call('DescribeKey', { KeyId })).output.KeyMetadata.CurrentKeyMaterialId;
  const rotations = async () => (await kms.call('ListKeyRotations', { KeyId })).output['Rotations'];
  return { ...kms, KeyId, Arn, first: CurrentKeyMaterialId, currentMaterialId, rotations };
}

describe('automatic rotation', () => {
  it('follows the clock, as often as its period has passed', async () => {
    const { call, advance, KeyId, Arn, first, currentMaterialId, rotations } = await symmetricKey();
    const sealed = await call('Encrypt', { KeyId, Plaintext: base64('old') });
    expect((await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })).output).toBeNull();
    expect((await call('GetKeyRotationStatus', { KeyId })).output).toEqual({
      KeyId: Arn,
      KeyRotationEnabled: true,
      NextRotationDate: (startMs + 90 * dayMs) / 1000,
      RotationPeriodInDays: 90,
    });
    advance(90 * dayMs - 1);
    expect(await currentMaterialId()).toBe(first);
    advance(1);
    const second = await currentMaterialId();
    expect(second).not.toBe(first);
    advance(180 * dayMs);
    const dates = [90, 180, 270].map((days) => (startMs + days * dayMs) / 1000);
    expect(await rotations()).toMatchObject(
      dates.map((RotationDate) => ({ RotationDate, RotationType: 'AUTOMATIC' })),
    );
    const opened = await call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob });
    expect(opened.output).toMatchObject({ KeyMaterialId: first, Plaintext: base64('old') });
  });

  it('stops when it is switched off, and waits while the key is disabled', async () => {
    const { call, advance, KeyId, Arn, first, currentMaterialId, rotations } = await symmetricKey();
    await call('EnableKeyRotation', { KeyId });
    await call('DisableKeyRotation', { KeyId });
    expect((await call('GetKeyRotationStatus', { KeyId })).output).toEqual({
      KeyId: Arn,
      KeyRotationEnabled: false,
    });
    advance(400 * dayMs);
    expect(await currentMaterialId()).toBe(first);
    await call('EnableKeyRotation', { KeyId });
    await call('DisableKey', { KeyId });
    advance(800 * dayMs);
    expect(await currentMaterialId()).toBe(first);
    await call('EnableKey', { KeyId });
    expect(await rotations()).toHaveLength(1);
    expect(await currentMaterialId()).not.toBe(first);
  });

  it('survives a restart, and happens to a key that nobody has looked at', async () => {
    const { call, store, KeyId, first } = await symmetricKey();
    await call('EnableKeyRotation', { KeyId });
    const later = await openKms(store);
    later.advance(365 * dayMs);
    const { output } = await later.call('DescribeKey', { KeyId });
    expect(output.KeyMetadata.CurrentKeyMaterialId).not.toBe(first);
    expect(await store.list('kms_key_materials', { limit: 5 })).toHaveLength(2);
  });

  it('happens once, however many ask at the same time', async () => {
    const { call, advance, KeyId, rotations } = await symmetricKey();
    await call('EnableKeyRotation', { KeyId });
    advance(365 * dayMs);
    await Promise.all(Array.from({ length: 20 }, () => call('Encrypt', { KeyId, Plaintext: 'AA==' })));
    expect(await rotations()).toHaveLength(1);
  });
});

describe('rotation on demand', () => {
  it('is listed by page, with what it made', async () => {
    const { call, KeyId, first, currentMaterialId } = await symmetricKey();
    for (let round = 0; round < 3; round++) await call('RotateKeyOnDemand', { KeyId });
    const one = await call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL', Limit: 3 });
    expect(one.output).toMatchObject({ Truncated: true, Rotations: [{ KeyMaterialId: first }, {}, {}] });
    const two = await call('ListKeyRotations', {
      KeyId,
      IncludeKeyMaterial: 'ALL_KEY_MATERIAL',
      Marker: one.output.NextMarker,
    });
    expect(two.output).toEqual({
      Rotations: [
        {
          KeyId,
          KeyMaterialId: await currentMaterialId(),
          KeyMaterialState: 'CURRENT',
          RotationDate: startMs / 1000,
          RotationType: 'ON_DEMAND',
        },
      ],
      Truncated: false,
    });
    expect(await call('ListKeyRotations', { KeyId, Marker: 'x' })).toEqual(fault('InvalidMarkerException'));
  });

  it('has its limit', async () => {
    const { call, KeyId } = await symmetricKey();
    for (let round = 0; round < 25; round++)
      expect((await call('RotateKeyOnDemand', { KeyId })).status).toBe(200);
    expect(await call('RotateKeyOnDemand', { KeyId })).toMatchObject({
      output: { __type: 'LimitExceededException' },
    });
  });
});

describe('keys of one material', () => {
  it.each([
    { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
    { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  ])('do not rotate: %j', async (input) => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey(input);
    const operations = [
      'EnableKeyRotation',
      'DisableKeyRotation',
      'GetKeyRotationStatus',
      'ListKeyRotations',
      'RotateKeyOnDemand',
    ];
    for (const operation of operations)
      expect(await call(operation, { KeyId })).toEqual(fault('UnsupportedOperationException'));
  });

  it('and imported material do not rotate automatically', async () => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey({ Origin: 'EXTERNAL' });
    expect(await call('EnableKeyRotation', { KeyId })).toEqual(
      fault(
        'UnsupportedOperationException',
        `${Arn} origin is EXTERNAL which is not valid for this operation.`,
      ),
    );
  });
});
