import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, blobIn, dayMs, fault, openKms, startMs } from './kms-harness.ts';
import { importMaterial, wrapMaterial } from './wrap-material.ts';

const pkcs8 = { type: 'pkcs8', format: 'der' } as const;

async function externalKey(input: object = {}) {
  const kms = await openKms();
  const { KeyId, Arn } = await kms.createKey({ Origin: 'EXTERNAL', ...input });
  const describeKey = async () => (await kms.call('DescribeKey', { KeyId })).output.KeyMetadata;
  return { ...kms, KeyId, Arn, describeKey };
}

describe('imported material', () => {
  it.each(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'])(
    'that was wrapped outside by %s is the material',
    async (algorithm) => {
      const kms = await externalKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
      const material = randomBytes(32);
      expect((await importMaterial(kms, kms.KeyId, material, {}, { algorithm })).output).toEqual({
        KeyId: kms.Arn,
      });
      const mac = { KeyId: kms.KeyId, Message: base64('x'), MacAlgorithm: 'HMAC_SHA_256' };
      expect(blobIn(await kms.call('GenerateMac', mac), 'Mac')).toEqual(
        createHmac('sha256', material).update('x').digest(),
      );
    },
  );

  it.each([
    [
      'RSA_2048',
      'SIGN_VERIFY',
      'RSASSA_PSS_SHA_256',
      () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ],
    [
      'ECC_NIST_P521',
      'SIGN_VERIFY',
      'ECDSA_SHA_512',
      () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    ],
    ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', 'ED25519_SHA_512', () => generateKeyPairSync('ed25519')],
  ] as const)(
    'of an asymmetric key of spec %s has that public key, and signs',
    async (KeySpec, KeyUsage, SigningAlgorithm, make) => {
      const kms = await externalKey({ KeySpec, KeyUsage });
      const { privateKey, publicKey } = make();
      const options = { algorithm: 'RSA_AES_KEY_WRAP_SHA_256' };
      expect((await importMaterial(kms, kms.KeyId, privateKey.export(pkcs8), {}, options)).status).toBe(200);
      expect(blobIn(await kms.call('GetPublicKey', { KeyId: kms.KeyId }), 'PublicKey')).toEqual(
        publicKey.export({ type: 'spki', format: 'der' }),
      );
      expect(
        (await kms.call('Sign', { KeyId: kms.KeyId, SigningAlgorithm, Message: base64('x') })).status,
      ).toBe(200);
    },
  );

  it('of another kind than the key is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const cases: readonly (readonly [object, Uint8Array])[] = [
      [{}, randomBytes(31)],
      [{}, randomBytes(33)],
      [{ KeySpec: 'HMAC_384', KeyUsage: 'GENERATE_VERIFY_MAC' }, randomBytes(32)],
      [{ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, privateKey.export(pkcs8)],
      [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, privateKey.export(pkcs8)],
      [{ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, randomBytes(64)],
    ];
    for (const [input, material] of cases) {
      const kms = await externalKey(input);
      expect(await importMaterial(kms, kms.KeyId, material)).toEqual(fault('IncorrectKeyMaterialException'));
      expect((await kms.describeKey()).KeyState).toBe('PendingImport');
    }
  });

  it('needs its own token, in time, and an unchanged wrapping', async () => {
    const kms = await externalKey();
    const other = await kms.createKey({ Origin: 'EXTERNAL' });
    const parameters = await kms.call('GetParametersForImport', {
      KeyId: kms.KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    });
    expect(parameters.output).toEqual({
      ImportToken: expect.any(String),
      KeyId: kms.Arn,
      ParametersValidTo: (startMs + dayMs) / 1000,
      PublicKey: expect.any(String),
    });
    const input = {
      KeyId: kms.KeyId,
      ImportToken: parameters.output['ImportToken'],
      EncryptedKeyMaterial: wrapMaterial(
        'RSAES_OAEP_SHA_256',
        blobIn(parameters, 'PublicKey'),
        randomBytes(32),
      ),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    };
    const invalidToken = fault('InvalidImportTokenException');
    expect(await kms.call('ImportKeyMaterial', { ...input, ImportToken: base64('x') })).toEqual(invalidToken);
    expect(await kms.call('ImportKeyMaterial', { ...input, KeyId: other.KeyId })).toEqual(invalidToken);
    expect(
      await kms.call('ImportKeyMaterial', { ...input, EncryptedKeyMaterial: base64('x'.repeat(256)) }),
    ).toEqual(fault('InvalidCiphertextException'));
    // The token outlives the process.
    const later = await openKms(kms.store);
    later.advance(dayMs);
    expect(await later.call('ImportKeyMaterial', input)).toEqual(fault('ExpiredImportTokenException'));
    expect((await (await openKms(kms.store)).call('ImportKeyMaterial', input)).status).toBe(200);
  });

  it('may expire: then it is gone until it is imported again, and what it encrypted opens again', async () => {
    const kms = await externalKey();
    const material = randomBytes(32);
    const ValidTo = (startMs + 5 * dayMs) / 1000;
    const expires = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo };
    expect((await importMaterial(kms, kms.KeyId, material, expires)).status).toBe(200);
    expect(await kms.describeKey()).toMatchObject({ KeyState: 'Enabled', ...expires });
    const sealed = await kms.call('Encrypt', { KeyId: kms.KeyId, Plaintext: base64('x') });
    kms.advance(5 * dayMs - 1);
    expect((await kms.describeKey()).KeyState).toBe('Enabled');
    kms.advance(1);
    expect(await kms.call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob })).toEqual(
      fault('KMSInvalidStateException', `${kms.Arn} is pending import.`),
    );
    expect(await kms.describeKey()).not.toHaveProperty('ValidTo');
    expect(await kms.store.list('kms_key_materials', { limit: 5 })).toEqual([]);
    expect(await importMaterial(kms, kms.KeyId, randomBytes(32))).toEqual(
      fault('IncorrectKeyMaterialException'),
    );
    expect((await importMaterial(kms, kms.KeyId, material)).status).toBe(200);
    const opened = await kms.call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob });
    expect(opened.output.Plaintext).toBe(base64('x'));
  });

  it('has to say when it expires, within a year, unless it does not', async () => {
    const kms = await externalKey();
    const bytes = randomBytes(32);
    const inputs = [
      { ExpirationModel: undefined },
      { ExpirationModel: 'KEY_MATERIAL_EXPIRES' },
      { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: startMs / 1000 },
      { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: startMs / 1000 + 366 * 86_400 },
      { ValidTo: startMs / 1000 + 1 },
      { ImportType: 'NEW_KEY_MATERIAL', KeyMaterialId: '0'.repeat(64) },
    ];
    for (const input of inputs)
      expect(await importMaterial(kms, kms.KeyId, bytes, input)).toMatchObject({
        output: { __type: 'ValidationException' },
      });
  });

  it('is deleted on request, and the state of a key that waits for its deletion is kept', async () => {
    const kms = await externalKey();
    const material = randomBytes(32);
    await importMaterial(kms, kms.KeyId, material);
    const { CurrentKeyMaterialId } = await kms.describeKey();
    const { KeyId } = kms;
    expect((await kms.call('DeleteImportedKeyMaterial', { KeyId })).output).toEqual({
      KeyId: kms.Arn,
      KeyMaterialId: CurrentKeyMaterialId,
    });
    expect((await kms.call('DeleteImportedKeyMaterial', { KeyId })).status).toBe(200);
    expect((await kms.describeKey()).KeyState).toBe('PendingImport');
    await importMaterial(kms, KeyId, material);
    await kms.call('ScheduleKeyDeletion', { KeyId });
    await kms.call('DeleteImportedKeyMaterial', { KeyId });
    expect((await kms.describeKey()).KeyState).toBe('PendingDeletion');
    await kms.call('CancelKeyDeletion', { KeyId });
    await kms.call('EnableKey', { KeyId });
    expect((await kms.describeKey()).KeyState).toBe('PendingImport');
  });

  it('can be several for a symmetric key; new material waits until the key is rotated to it', async () => {
    const kms = await externalKey();
    const { KeyId } = kms;
    const [one, two] = [randomBytes(32), randomBytes(32)];
    const first = (await importMaterial(kms, KeyId, one)).output['KeyMaterialId'];
    const sealed = await kms.call('Encrypt', { KeyId, Plaintext: base64('x') });
    const news = { ImportType: 'NEW_KEY_MATERIAL', KeyMaterialDescription: 'second' };
    const second = (await importMaterial(kms, KeyId, two, news)).output['KeyMaterialId'];
    expect(await importMaterial(kms, KeyId, one, news)).toMatchObject({
      output: { __type: 'KMSInvalidStateException' },
    });
    const rotations = async () =>
      (await kms.call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).output[
        'Rotations'
      ];
    const common = { KeyId, ImportState: 'IMPORTED', ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
    expect(await rotations()).toEqual([
      { ...common, KeyMaterialId: first, KeyMaterialState: 'CURRENT' },
      {
        ...common,
        KeyMaterialId: second,
        KeyMaterialState: 'PENDING_ROTATION',
        KeyMaterialDescription: 'second',
      },
    ]);
    expect((await kms.describeKey()).CurrentKeyMaterialId).toBe(first);
    await kms.call('RotateKeyOnDemand', { KeyId });
    expect((await kms.describeKey()).CurrentKeyMaterialId).toBe(second);
    expect(await kms.call('RotateKeyOnDemand', { KeyId })).toMatchObject({
      output: { __type: 'KMSInvalidStateException' },
    });
    expect(await importMaterial(kms, KeyId, one, news)).toEqual(fault('IncorrectKeyMaterialException'));
    // The older material still opens what it sealed, and the key is unusable without it.
    expect((await kms.call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob })).status).toBe(200);
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: first });
    expect((await kms.describeKey()).KeyState).toBe('PendingImport');
    expect(await importMaterial(kms, KeyId, two, { KeyMaterialId: first })).toEqual(
      fault('IncorrectKeyMaterialException'),
    );
    await importMaterial(kms, KeyId, one);
    expect((await kms.describeKey()).KeyState).toBe('Enabled');
    expect((await kms.call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob })).status).toBe(200);
  });

  it('that waits for a rotation is forgotten when it is deleted', async () => {
    const kms = await externalKey();
    const { KeyId } = kms;
    await importMaterial(kms, KeyId, randomBytes(32));
    const news = { ImportType: 'NEW_KEY_MATERIAL' };
    const { output } = await importMaterial(kms, KeyId, randomBytes(32), news);
    await kms.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: output['KeyMaterialId'] });
    expect((await kms.describeKey()).KeyState).toBe('Enabled');
    expect((await importMaterial(kms, KeyId, randomBytes(32), news)).status).toBe(200);
  });

  it('is one for ever for a key that is not symmetric', async () => {
    const kms = await externalKey({ KeySpec: 'HMAC_512', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await importMaterial(kms, kms.KeyId, randomBytes(64));
    expect(await importMaterial(kms, kms.KeyId, randomBytes(64))).toEqual(
      fault('IncorrectKeyMaterialException'),
    );
    expect(await importMaterial(kms, kms.KeyId, randomBytes(64), { ImportType: 'NEW_KEY_MATERIAL' })).toEqual(
      fault('UnsupportedOperationException'),
    );
  });

  it.each([
    ['RSAES_PKCS1_V1_5', 'RSA_2048'],
    ['SM2PKE', 'SM2'],
    ['RSAES_OAEP_SHA_256', 'SM2'],
  ])('cannot be wrapped by %s with %s', async (WrappingAlgorithm, WrappingKeySpec) => {
    const { call, KeyId } = await externalKey();
    expect(await call('GetParametersForImport', { KeyId, WrappingAlgorithm, WrappingKeySpec })).toEqual(
      fault('UnsupportedOperationException'),
    );
  });

  it('is for keys of that origin alone', async () => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey();
    const text = `${Arn} origin is AWS_KMS which is not valid for this operation.`;
    const input = { KeyId, ImportToken: 'AA==', EncryptedKeyMaterial: 'AA==' };
    for (const operation of ['ImportKeyMaterial', 'DeleteImportedKeyMaterial'])
      expect(await call(operation, input)).toEqual(fault('UnsupportedOperationException', text));
    expect(
      await call('CreateKey', {
        Origin: 'EXTERNAL',
        KeySpec: 'ML_KEM_512',
        KeyUsage: 'ENCAPSULATE_DECAPSULATE',
      }),
    ).toEqual(fault('UnsupportedOperationException'));
  });

  it('survives a restart', async () => {
    const kms = await externalKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    await importMaterial(kms, kms.KeyId, privateKey.export(pkcs8));
    const { call } = await openKms(kms.store);
    const signed = await call('Sign', {
      KeyId: kms.KeyId,
      SigningAlgorithm: 'ECDSA_SHA_256',
      Message: base64('x'),
    });
    const publicKey = createPublicKey(createPrivateKey({ key: privateKey.export(pkcs8), ...pkcs8 }));
    expect(verify('sha256', Buffer.from('x'), publicKey, blobIn(signed, 'Signature'))).toBe(true);
  });
});
