import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { describe, expect, it } from 'vitest';
import { base64, dayMs, fault, openKms, startMs } from './kms-harness.ts';

const missing = { output: { __type: 'NotFoundException' } };

/** Operations on a symmetric key, each with what it needs beside the key. */
const uses: Readonly<Record<string, object>> = {
  Encrypt: { Plaintext: 'AA==' },
  GenerateDataKey: { NumberOfBytes: 1 },
  GenerateDataKeyWithoutPlaintext: { NumberOfBytes: 1 },
  GenerateDataKeyPair: { KeyPairSpec: 'ECC_NIST_P256' },
  GenerateDataKeyPairWithoutPlaintext: { KeyPairSpec: 'ECC_NIST_P256' },
};
const management = ['EnableKey', 'DisableKey', 'EnableKeyRotation', 'RotateKeyOnDemand'];

describe('AWS’s table of key states', () => {
  it('lets a disabled key be managed and not used', async () => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey();
    await call('DisableKey', { KeyId });
    const disabled = fault('DisabledException', `${Arn} is disabled.`);
    for (const [operation, input] of Object.entries(uses))
      expect(await call(operation, { KeyId, ...input }), operation).toEqual(disabled);
    for (const operation of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'])
      expect(await call(operation, { KeyId }), operation).toEqual(disabled);
    for (const operation of [
      'DescribeKey',
      'GetKeyRotationStatus',
      'ListKeyRotations',
      'DisableKey',
      'EnableKey',
    ])
      expect((await call(operation, { KeyId })).status, operation).toBe(200);
  });

  it('lets a key that waits for its deletion be looked at, and that be called off', async () => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey();
    await call('ScheduleKeyDeletion', { KeyId });
    const pending = fault('KMSInvalidStateException', `${Arn} is pending deletion.`);
    for (const [operation, input] of Object.entries(uses))
      expect(await call(operation, { KeyId, ...input }), operation).toEqual(pending);
    for (const operation of [...management, 'ScheduleKeyDeletion'])
      expect(await call(operation, { KeyId }), operation).toEqual(pending);
    expect(await call('UpdateKeyDescription', { KeyId, Description: 'x' })).toEqual(pending);
    for (const operation of ['DescribeKey', 'GetKeyRotationStatus', 'CancelKeyDeletion'])
      expect((await call(operation, { KeyId })).status, operation).toBe(200);
    expect(await call('CancelKeyDeletion', { KeyId })).toEqual(
      fault('KMSInvalidStateException', `${Arn} is not pending deletion.`),
    );
  });

  it('lets a key without material do nothing but be imported to', async () => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey({ Origin: 'EXTERNAL' });
    const pending = fault('KMSInvalidStateException', `${Arn} is pending import.`);
    for (const [operation, input] of Object.entries(uses))
      expect(await call(operation, { KeyId, ...input }), operation).toEqual(pending);
    for (const operation of ['EnableKey', 'DisableKey', 'RotateKeyOnDemand'])
      expect(await call(operation, { KeyId }), operation).toEqual(pending);
  });
});

describe('deletion', () => {
  it('happens when the window has passed: the key, its material and its place in the list are gone', async () => {
    const { call, createKey, advance, store } = await openKms();
    const { KeyId, Arn } = await createKey();
    const kept = await createKey();
    const sealed = await call('Encrypt', { KeyId, Plaintext: base64('x') });
    expect((await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })).output).toEqual({
      DeletionDate: (startMs + 7 * dayMs) / 1000,
      KeyId: Arn,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 7,
    });
    expect((await call('DescribeKey', { KeyId })).output.KeyMetadata).toMatchObject({
      DeletionDate: (startMs + 7 * dayMs) / 1000,
      Enabled: false,
      KeyState: 'PendingDeletion',
    });
    advance(7 * dayMs - 1);
    expect((await call('ListKeys')).output.Keys).toHaveLength(2);
    advance(1);
    expect((await call('ListKeys')).output.Keys).toEqual([{ KeyArn: kept.Arn, KeyId: kept.KeyId }]);
    expect(await call('DescribeKey', { KeyId })).toMatchObject(missing);
    expect(await call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob })).toMatchObject({
      output: { __type: 'AccessDeniedException' },
    });
    expect(await store.list('kms_keys', { limit: 5 })).toHaveLength(1);
    expect(await store.list('kms_key_materials', { limit: 5 })).toHaveLength(1);
  });

  it('takes the aliases and grants of the key along', async () => {
    const { call, createKey, advance, store } = await openKms();
    const { KeyId } = await createKey();
    await call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    const GranteePrincipal = 'arn:aws:iam::111122223333:user/u';
    await call('CreateGrant', { KeyId, GranteePrincipal, Operations: ['Encrypt'] });
    await call('ScheduleKeyDeletion', { KeyId });
    advance(30 * dayMs);
    await call('DescribeKey', { KeyId });
    for (const table of ['kms_keys', 'kms_key_materials', 'kms_aliases', 'kms_grants'])
      expect(await store.list(table, { limit: 5 }), table).toEqual([]);
  });

  it('that was called off leaves the key disabled, and its ciphertexts open again', async () => {
    const { call, createKey, advance } = await openKms();
    const { KeyId, Arn } = await createKey();
    const sealed = await call('Encrypt', { KeyId, Plaintext: base64('x') });
    await call('ScheduleKeyDeletion', { KeyId });
    advance(29 * dayMs);
    expect((await call('CancelKeyDeletion', { KeyId })).output).toEqual({ KeyId: Arn });
    advance(365 * dayMs);
    expect((await call('DescribeKey', { KeyId })).output.KeyMetadata.KeyState).toBe('Disabled');
    await call('EnableKey', { KeyId });
    expect((await call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob })).status).toBe(200);
  });

  it('happens once, however many look for the key at the same time', async () => {
    const { call, createKey, advance, internalErrors } = await openKms();
    const { KeyId } = await createKey();
    await call('ScheduleKeyDeletion', { KeyId });
    advance(30 * dayMs);
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('DescribeKey', { KeyId })));
    for (const answer of answers) expect(answer).toMatchObject(missing);
    expect(internalErrors).toEqual([]);
  });

  it.each([1, 6, 31, 365])('takes no window of %i days', async (PendingWindowInDays) => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey();
    expect(await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays })).toMatchObject({
      output: { __type: 'ValidationException' },
    });
  });
});

describe('a description', () => {
  it('is changed for good', async () => {
    const { call, createKey, store } = await openKms();
    const { KeyId } = await createKey({ Description: 'one' });
    expect((await call('UpdateKeyDescription', { KeyId, Description: 'two' })).output).toBeNull();
    const later = await openKms(store);
    expect((await later.call('DescribeKey', { KeyId })).output.KeyMetadata.Description).toBe('two');
  });
});

describe('the last use of a key', () => {
  it('is that of the last success, and empty before', async () => {
    const { call, createKey, advance } = await openKms();
    advance(1000);
    const { KeyId } = await createKey();
    const begun = { KeyId, KeyCreationDate: startMs / 1000 + 1, TrackingStartDate: startMs / 1000 + 1 };
    expect((await call('GetKeyLastUsage', { KeyId })).output).toEqual({ ...begun, KeyLastUsage: {} });
    advance(1000);
    await call('Encrypt', { KeyId, Plaintext: 'AA==' });
    advance(1000);
    await call('Decrypt', { KeyId, CiphertextBlob: 'AA==' });
    await call('Encrypt', { KeyId, Plaintext: 'AA==', DryRun: true });
    const { output } = await call('GetKeyLastUsage', { KeyId });
    expect(output).toEqual({
      ...begun,
      KeyLastUsage: {
        CloudTrailEventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        KmsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        Operation: 'Encrypt',
        Timestamp: startMs / 1000 + 2,
      },
    });
    expect((await call('GetKeyLastUsage', { KeyId })).output).toEqual(output);
  });

  it('is known after a restart, to the hour, and goes with its key', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey();
    await kms.call('Encrypt', { KeyId, Plaintext: 'AA==' });
    kms.advance(30 * 60_000);
    await kms.call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
    const [first, last] = [startMs / 1000, startMs / 1000 + 1800];
    expect((await kms.call('GetKeyLastUsage', { KeyId })).output).toMatchObject({
      KeyLastUsage: { Operation: 'GenerateDataKey', Timestamp: last },
      TrackingStartDate: first,
    });
    const later = await openKms(kms.store);
    const { output } = await later.call('GetKeyLastUsage', { KeyId });
    expect(output).toMatchObject({
      KeyLastUsage: { Operation: 'Encrypt', Timestamp: first },
      TrackingStartDate: first,
    });
    await later.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    later.advance(8 * dayMs);
    expect((await later.call('DescribeKey', { KeyId })).status).toBe(400);
    expect(await later.store.list('kms_key_uses', { limit: 1 })).toEqual([]);
  });

  it('is told although it cannot be stored', async () => {
    const store = createMemoryStore();
    const failing: Store = {
      ...store,
      get: (table, key) => store.get(table, key),
      list: (table, options) => store.list(table, options),
      close: () => store.close(),
      commit: (changes) =>
        changes.some(({ table }) => table === 'kms_key_uses')
          ? Promise.reject(new Error('The disk is full.'))
          : store.commit(changes),
    };
    const { call, createKey, internalErrors } = await openKms(failing);
    const { KeyId } = await createKey();
    for (let round = 0; round < 2; round++)
      expect((await call('Encrypt', { KeyId, Plaintext: 'AA==' })).status).toBe(200);
    expect((await call('GetKeyLastUsage', { KeyId })).output).toMatchObject({
      KeyLastUsage: { Operation: 'Encrypt' },
    });
    expect(internalErrors).toEqual([]);
  });
});
