import { beforeEach, describe, expect, it } from 'vitest';
import { base64, dayMs, fault, type Harness, openKms } from './kms-harness.ts';

const hsm = {
  CustomKeyStoreName: 'hsm',
  CloudHsmClusterId: 'cluster-2a23b4cdefg',
  TrustAnchorCertificate: 'certificate',
  KeyStorePassword: 'kmsPswd1',
};
const external = {
  CustomKeyStoreName: 'external',
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyUriEndpoint: 'https://proxy.example.com',
  XksProxyUriPath: '/kms/xks/v1',
  XksProxyConnectivity: 'PUBLIC_ENDPOINT',
  XksProxyAuthenticationCredential: {
    AccessKeyId: 'ABCDE2345672EXAMPLE7',
    RawSecretAccessKey: 'DXjSUawnel2fr6SKC7G25CNxTyWKE5PF9XX6H/u9pSo=',
  },
};

let kms: Harness;
/** Ids of the two stores, which are connected. */
let hsmId: string;
let externalId: string;

beforeEach(async () => {
  kms = await openKms();
  const connected = async (input: object): Promise<string> => {
    const { output } = await kms.call('CreateCustomKeyStore', input);
    const { CustomKeyStoreId } = output;
    await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId });
    return String(CustomKeyStoreId);
  };
  hsmId = await connected(hsm);
  externalId = await connected(external);
});

const inHsm = (more: object = {}) => ({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: hsmId, ...more });
const outside = (XksKeyId?: string) => ({
  Origin: 'EXTERNAL_KEY_STORE',
  CustomKeyStoreId: externalId,
  XksKeyId,
});

describe('keys in custom key stores', () => {
  it('are told apart without a look at the material of any', async () => {
    for (const id of ['one', 'two', 'three']) await kms.createKey(outside(id));
    const read: string[] = [];
    const { store } = kms;
    const later = await openKms({
      get: (...args) => store.get(...args),
      commit: (...args) => store.commit(...args),
      close: () => store.close(),
      list: (table, options) => {
        read.push(table);
        return store.list(table, options);
      },
    });
    expect((await later.call('CreateKey', outside('two'))).output.__type).toBe('XksKeyAlreadyInUseException');
    expect((await later.call('CreateKey', outside('four'))).status).toBe(200);
    expect(read).toContain('kms_keys');
    expect(read).not.toContain('kms_key_materials');
  });

  it('say where they are, encrypt and decrypt', async () => {
    const keys = [await kms.createKey(inHsm()), await kms.createKey(outside('hsm-key-1'))];
    expect(keys).toMatchObject([
      { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: hsmId, CloudHsmClusterId: 'cluster-2a23b4cdefg' },
      {
        Origin: 'EXTERNAL_KEY_STORE',
        CustomKeyStoreId: externalId,
        XksKeyConfiguration: { Id: 'hsm-key-1' },
      },
    ]);
    for (const { KeyId, ...metadata } of keys) {
      expect(metadata).not.toHaveProperty('CurrentKeyMaterialId');
      const { output } = await kms.call('Encrypt', { KeyId, Plaintext: base64('x') });
      const opened = await kms.call('Decrypt', { CiphertextBlob: output.CiphertextBlob });
      expect(opened.output.Plaintext).toBe(base64('x'));
    }
  });

  it('are unavailable while their store is disconnected, and keep their state', async () => {
    const { KeyId, Arn } = await kms.createKey(inHsm());
    const describe = async () => (await kms.call('DescribeKey', { KeyId })).output.KeyMetadata;
    const { output } = await kms.call('Encrypt', { KeyId, Plaintext: base64('x') });
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: hsmId });
    expect(await describe()).toMatchObject({ KeyState: 'Unavailable', Enabled: false });
    const unavailable = fault('KMSInvalidStateException', `${Arn} is unavailable.`);
    expect(await kms.call('Encrypt', { KeyId, Plaintext: base64('x') })).toEqual(unavailable);
    expect(await kms.call('Decrypt', { KeyId, CiphertextBlob: output.CiphertextBlob })).toEqual(unavailable);
    expect(await kms.call('Decrypt', { CiphertextBlob: output.CiphertextBlob })).toEqual(unavailable);
    expect(await kms.call('GenerateDataKey', { KeyId, NumberOfBytes: 1 })).toEqual(unavailable);
    // AWS KMS developer guide, "Key states of AWS KMS keys", notes 12 and 13.
    expect((await kms.call('DisableKey', { KeyId })).status).toBe(200);
    expect((await describe()).KeyState).toBe('Unavailable');
    await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId: hsmId });
    expect((await describe()).KeyState).toBe('Disabled');
    await kms.call('EnableKey', { KeyId });
    expect((await kms.call('Decrypt', { CiphertextBlob: output.CiphertextBlob })).status).toBe(200);
    await kms.call('ScheduleKeyDeletion', { KeyId });
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: hsmId });
    expect((await describe()).KeyState).toBe('PendingDeletion');
    expect((await kms.call('CancelKeyDeletion', { KeyId })).status).toBe(200);
  });

  it('have one material for ever', async () => {
    const { KeyId } = await kms.createKey(inHsm());
    for (const operation of [
      'EnableKeyRotation',
      'GetKeyRotationStatus',
      'RotateKeyOnDemand',
      'ListKeyRotations',
    ])
      expect(await kms.call(operation, { KeyId }), operation).toEqual(fault('UnsupportedOperationException'));
    expect(await kms.call('DeleteImportedKeyMaterial', { KeyId })).toMatchObject({
      output: { __type: 'UnsupportedOperationException' },
    });
  });

  it('are made where origin, store and external key go together, in a store that is connected', async () => {
    const refusals: readonly (readonly [object, string])[] = [
      [{ Origin: 'AWS_CLOUDHSM' }, 'ValidationException'],
      [{ Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'x' }, 'ValidationException'],
      [{ CustomKeyStoreId: hsmId }, 'ValidationException'],
      [{ XksKeyId: 'x' }, 'ValidationException'],
      [inHsm({ XksKeyId: 'x' }), 'ValidationException'],
      [outside(), 'ValidationException'],
      [{ ...outside('x'), CustomKeyStoreId: hsmId }, 'UnsupportedOperationException'],
      [inHsm({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }), 'UnsupportedOperationException'],
      [inHsm({ MultiRegion: true }), 'UnsupportedOperationException'],
      [inHsm({ CustomKeyStoreId: 'cks-00000000000000000' }), 'CustomKeyStoreNotFoundException'],
    ];
    for (const [input, name] of refusals)
      expect(await kms.call('CreateKey', input), JSON.stringify(input)).toMatchObject({
        output: { __type: name },
      });
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: hsmId });
    expect(await kms.call('CreateKey', inHsm())).toEqual(fault('CustomKeyStoreInvalidStateException'));
    expect((await kms.call('ListKeys')).output.Keys).toEqual([]);
  });

  it('have an external key each, also when two are asked for at once', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => kms.call('CreateKey', outside('one'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect(await kms.call('CreateKey', outside('one'))).toEqual(fault('XksKeyAlreadyInUseException'));
    expect((await kms.call('CreateKey', outside('two'))).status).toBe(200);
  });

  it('keep their store from being deleted until they are', async () => {
    const { KeyId } = await kms.createKey(inHsm());
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: hsmId });
    const end = () => kms.call('DeleteCustomKeyStore', { CustomKeyStoreId: hsmId });
    expect(await end()).toEqual(fault('CustomKeyStoreHasCMKsException'));
    await kms.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(await end()).toEqual(fault('CustomKeyStoreHasCMKsException'));
    kms.advance(8 * dayMs);
    expect((await end()).status).toBe(200);
  });

  it('survive a restart', async () => {
    const { KeyId } = await kms.createKey(outside('one'));
    const { output } = await kms.call('Encrypt', { KeyId, Plaintext: base64('x') });
    const later = await openKms(kms.store);
    const opened = await later.call('Decrypt', { CiphertextBlob: output.CiphertextBlob });
    expect(opened.output.Plaintext).toBe(base64('x'));
    await later.call('DisconnectCustomKeyStore', { CustomKeyStoreId: externalId });
    expect((await later.call('DescribeKey', { KeyId })).output.KeyMetadata.KeyState).toBe('Unavailable');
  });
});

describe('random bytes', () => {
  it('come out of a CloudHSM key store that is connected, and of no other', async () => {
    const from = (CustomKeyStoreId: string) =>
      kms.call('GenerateRandom', { NumberOfBytes: 7, CustomKeyStoreId });
    expect(Buffer.from((await from(hsmId)).output.Plaintext, 'base64')).toHaveLength(7);
    expect(await from(externalId)).toMatchObject({ output: { __type: 'UnsupportedOperationException' } });
    expect(await from('cks-0')).toEqual(fault('CustomKeyStoreNotFoundException'));
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: hsmId });
    expect(await from(hsmId)).toEqual(fault('CustomKeyStoreInvalidStateException'));
  });
});
