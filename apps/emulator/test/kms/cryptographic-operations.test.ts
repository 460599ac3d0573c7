import {
  constants,
  createECDH,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, blobIn, fault, openKms } from './kms-harness.ts';

const dryRun = fault(
  'DryRunOperationException',
  'The request would have succeeded, but the DryRun option is set.',
);
const oaep = { RSAES_OAEP_SHA_1: 'sha1', RSAES_OAEP_SHA_256: 'sha256' } as const;

describe('RSA encryption', () => {
  it.each(Object.entries(oaep))(
    'by %s opens inside what was encrypted outside, and the other way round',
    async (EncryptionAlgorithm, oaepHash) => {
      const { call, createKey } = await openKms();
      const { KeyId, Arn } = await createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
      const key = createPublicKey({
        key: blobIn(await call('GetPublicKey', { KeyId }), 'PublicKey'),
        format: 'der',
        type: 'spki',
      });
      const outside = publicEncrypt(
        { key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING },
        Buffer.from('secret'),
      );
      const inside = blobIn(
        await call('Encrypt', { KeyId, Plaintext: base64('secret'), EncryptionAlgorithm }),
        'CiphertextBlob',
      );
      for (const blob of [outside, inside])
        expect(
          (await call('Decrypt', { KeyId, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm }))
            .output,
        ).toEqual({
          EncryptionAlgorithm,
          KeyId: Arn,
          Plaintext: base64('secret'),
        });
      outside[9] = (outside[9] ?? 0) ^ 1;
      expect(
        await call('Decrypt', { KeyId, CiphertextBlob: outside.toString('base64'), EncryptionAlgorithm }),
      ).toEqual(fault('InvalidCiphertextException'));
    },
  );

  it('needs the key named, and takes no encryption context', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
    expect(await call('Decrypt', { CiphertextBlob: base64('x'), EncryptionAlgorithm })).toEqual(
      fault(
        'ValidationException',
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
      ),
    );
    expect(
      await call('Encrypt', { KeyId, EncryptionAlgorithm, Plaintext: 'AA==', EncryptionContext: { a: 'b' } }),
    ).toMatchObject({ output: { __type: 'ValidationException' } });
  });

  it.each([
    ['RSA_2048', 'RSAES_OAEP_SHA_1', 214],
    ['RSA_3072', 'RSAES_OAEP_SHA_256', 318],
  ])('with %s and %s takes %i bytes and no more', async (KeySpec, EncryptionAlgorithm, byteLength) => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey({ KeySpec, KeyUsage: 'ENCRYPT_DECRYPT' });
    const encrypt = (length: number) =>
      call('Encrypt', { KeyId, EncryptionAlgorithm, Plaintext: Buffer.alloc(length, 1).toString('base64') });
    expect((await encrypt(byteLength)).status).toBe(200);
    expect(await encrypt(byteLength + 1)).toEqual(
      fault(
        'ValidationException',
        `Algorithm ${EncryptionAlgorithm} and key spec ${KeySpec} cannot encrypt data larger than ${byteLength} bytes.`,
      ),
    );
  });
});

describe('ReEncrypt', () => {
  it('moves a ciphertext to another key and context, and names both materials', async () => {
    const { call, createKey } = await openKms();
    const [from, to] = [await createKey(), await createKey()];
    const sealed = await call('Encrypt', {
      KeyId: from.KeyId,
      Plaintext: base64('x'),
      EncryptionContext: { a: '1' },
    });
    const input = {
      CiphertextBlob: sealed.output.CiphertextBlob,
      SourceEncryptionContext: { a: '1' },
      DestinationKeyId: to.KeyId,
      DestinationEncryptionContext: { b: '2' },
    };
    const moved = await call('ReEncrypt', input);
    expect(moved.output).toEqual({
      CiphertextBlob: expect.any(String),
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationKeyMaterialId: to.CurrentKeyMaterialId,
      KeyId: to.Arn,
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyId: from.Arn,
      SourceKeyMaterialId: from.CurrentKeyMaterialId,
    });
    const opened = await call('Decrypt', {
      CiphertextBlob: moved.output.CiphertextBlob,
      EncryptionContext: { b: '2' },
    });
    expect(opened.output).toMatchObject({ KeyId: to.Arn, Plaintext: base64('x') });
    expect(await call('ReEncrypt', { ...input, DryRun: true })).toEqual(dryRun);
    expect(
      await call('ReEncrypt', {
        SourceKeyId: from.KeyId,
        DestinationKeyId: to.KeyId,
        DryRun: true,
        DryRunModifiers: ['IGNORE_CIPHERTEXT'],
      }),
    ).toEqual(dryRun);
    expect(await call('ReEncrypt', { ...input, SourceEncryptionContext: { a: '2' } })).toEqual(
      fault('InvalidCiphertextException'),
    );
    expect(await call('ReEncrypt', { ...input, CiphertextBlob: undefined })).toMatchObject({
      output: { __type: 'ValidationException' },
    });
    expect(await call('ReEncrypt', { ...input, SourceKeyId: to.KeyId })).toMatchObject({
      output: { __type: 'IncorrectKeyException' },
    });
  });
});

describe('MACs', () => {
  it.each([
    ['HMAC_224', 'HMAC_SHA_224', 28],
    ['HMAC_256', 'HMAC_SHA_256', 32],
    ['HMAC_384', 'HMAC_SHA_384', 48],
    ['HMAC_512', 'HMAC_SHA_512', 64],
  ])('of %s by %s verify, and no others do', async (KeySpec, MacAlgorithm, byteLength) => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey({ KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' });
    const Message = base64('message');
    const mac = blobIn(await call('GenerateMac', { KeyId, Message, MacAlgorithm }), 'Mac');
    expect(mac).toHaveLength(byteLength);
    const verifyMac = (Mac: Buffer) =>
      call('VerifyMac', { KeyId, Message, MacAlgorithm, Mac: Mac.toString('base64') });
    expect((await verifyMac(mac)).output['MacValid']).toBe(true);
    const changed = Buffer.from(mac);
    changed[0] = (changed[0] ?? 0) ^ 1;
    for (const wrong of [changed, mac.subarray(1), Buffer.concat([mac, mac])])
      expect(await verifyMac(wrong)).toEqual(fault('KMSInvalidMacException'));
    for (const operation of ['GenerateMac', 'VerifyMac'])
      expect(await call(operation, { KeyId, Message, MacAlgorithm, Mac: 'AA==', DryRun: true })).toEqual(
        dryRun,
      );
  });
});

describe('shared secrets', () => {
  it.each([
    ['ECC_NIST_P256', 'prime256v1'],
    ['ECC_NIST_P384', 'secp384r1'],
    ['ECC_NIST_P521', 'secp521r1'],
  ])('of %s are those that the other side derives', async (KeySpec, namedCurve) => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey({ KeySpec, KeyUsage: 'KEY_AGREEMENT' });
    const own = blobIn(await call('GetPublicKey', { KeyId }), 'PublicKey');
    const other = generateKeyPairSync('ec', { namedCurve });
    const PublicKey = other.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const input = { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey };
    expect(blobIn(await call('DeriveSharedSecret', input), 'SharedSecret')).toEqual(
      diffieHellman({
        privateKey: other.privateKey,
        publicKey: createPublicKey({ key: own, format: 'der', type: 'spki' }),
      }),
    );
    expect(await call('DeriveSharedSecret', { ...input, DryRun: true })).toEqual(dryRun);
  });

  it('are not derived with what is no point of the curve', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    const wrongCurve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey;
    const offCurve = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({
      type: 'spki',
      format: 'der',
    });
    offCurve[offCurve.byteLength - 1] = (offCurve.at(-1) ?? 0) ^ 1;
    const keys = [
      wrongCurve.export({ type: 'spki', format: 'der' }),
      offCurve,
      createECDH('prime256v1').generateKeys(),
      Buffer.from('x'),
    ];
    for (const key of keys)
      expect(
        await call('DeriveSharedSecret', {
          KeyId,
          KeyAgreementAlgorithm: 'ECDH',
          PublicKey: key.toString('base64'),
        }),
      ).toMatchObject({ status: 400, output: { __type: 'ValidationException' } });
  });
});

describe('key encapsulation', () => {
  it.each(['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'])('with %s works from both sides', async (KeySpec) => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey({ KeySpec, KeyUsage: 'ENCAPSULATE_DECAPSULATE' });
    const EncapsulationAlgorithm = 'ML_KEM';
    const publicKey = createPublicKey({
      key: blobIn(await call('GetPublicKey', { KeyId }), 'PublicKey'),
      format: 'der',
      type: 'spki',
    });
    const { sharedKey, ciphertext } = encapsulate(publicKey);
    const decapsulateInside = (blob: Uint8Array) =>
      call('Decapsulate', {
        KeyId,
        EncapsulationAlgorithm,
        SharedSecretCiphertextBlob: Buffer.from(blob).toString('base64'),
      });
    expect((await decapsulateInside(ciphertext)).output).toEqual({
      EncapsulationAlgorithm,
      KeyId: Arn,
      SharedSecret: Buffer.from(sharedKey).toString('base64'),
    });
    const made = await call('Encapsulate', { KeyId, EncapsulationAlgorithm });
    const secret = blobIn(made, 'SharedSecret');
    expect(secret).toHaveLength(32);
    expect(
      blobIn(await decapsulateInside(blobIn(made, 'SharedSecretCiphertextBlob')), 'SharedSecret'),
    ).toEqual(secret);
    expect(await decapsulateInside(ciphertext.subarray(1))).toEqual(fault('InvalidCiphertextException'));
    for (const operation of ['Encapsulate', 'Decapsulate'])
      expect(
        await call(operation, {
          KeyId,
          EncapsulationAlgorithm,
          SharedSecretCiphertextBlob: Buffer.from(ciphertext).toString('base64'),
          DryRun: true,
        }),
      ).toEqual(dryRun);
  });
});

describe('data keys', () => {
  it.each([
    ['RSA_2048', 'rsa'],
    ['ECC_NIST_P384', 'ec'],
    ['ECC_SECG_P256K1', 'ec'],
    ['ECC_NIST_EDWARDS25519', 'ed25519'],
    ['ML_KEM_1024', 'ml-kem-1024'],
  ])(
    'of spec %s come as SubjectPublicKeyInfo and PKCS #8 that belong together',
    async (KeyPairSpec, type) => {
      const { call, createKey } = await openKms();
      const { KeyId, Arn, CurrentKeyMaterialId } = await createKey();
      const made = await call('GenerateDataKeyPair', { KeyId, KeyPairSpec, EncryptionContext: { a: 'b' } });
      expect(made.output).toMatchObject({ KeyId: Arn, KeyMaterialId: CurrentKeyMaterialId, KeyPairSpec });
      const plaintext = blobIn(made, 'PrivateKeyPlaintext');
      const privateKey = createPrivateKey({ key: plaintext, format: 'der', type: 'pkcs8' });
      const publicKey = createPublicKey({ key: blobIn(made, 'PublicKey'), format: 'der', type: 'spki' });
      expect(privateKey.asymmetricKeyType).toBe(type);
      if (type === 'ml-kem-1024') {
        const { sharedKey, ciphertext } = encapsulate(publicKey);
        expect(decapsulate(privateKey, ciphertext)).toEqual(sharedKey);
      } else {
        const hash = type === 'ed25519' ? null : 'sha256';
        expect(verify(hash, plaintext, publicKey, sign(hash, plaintext, privateKey))).toBe(true);
      }
      const opened = await call('Decrypt', {
        CiphertextBlob: made.output['PrivateKeyCiphertextBlob'],
        EncryptionContext: { a: 'b' },
      });
      expect(blobIn(opened, 'Plaintext')).toEqual(plaintext);
      const hidden = await call('GenerateDataKeyPairWithoutPlaintext', { KeyId, KeyPairSpec });
      expect(Object.keys(hidden.output).sort()).toEqual([
        'KeyId',
        'KeyMaterialId',
        'KeyPairSpec',
        'PrivateKeyCiphertextBlob',
        'PublicKey',
      ]);
    },
  );

  it('without plaintext open to what was asked for', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey();
    const made = await call('GenerateDataKeyWithoutPlaintext', { KeyId, NumberOfBytes: 77 });
    expect(Object.keys(made.output).sort()).toEqual(['CiphertextBlob', 'KeyId', 'KeyMaterialId']);
    const opened = await call('Decrypt', { CiphertextBlob: made.output.CiphertextBlob });
    expect(blobIn(opened, 'Plaintext')).toHaveLength(77);
    for (const operation of [
      'GenerateDataKeyWithoutPlaintext',
      'GenerateDataKeyPair',
      'GenerateDataKeyPairWithoutPlaintext',
    ])
      expect(
        await call(operation, { KeyId, NumberOfBytes: 1, KeyPairSpec: 'RSA_4096', DryRun: true }),
      ).toEqual(dryRun);
  });

  it('are only made under symmetric keys', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    expect(await call('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' })).toEqual(
      fault(
        'InvalidKeyUsageException',
        'Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.',
      ),
    );
  });
});

describe('random bytes', () => {
  it('are another each time, and how many has to be said', async () => {
    const { call } = await openKms();
    const [one, two] = [
      await call('GenerateRandom', { NumberOfBytes: 32 }),
      await call('GenerateRandom', { NumberOfBytes: 32 }),
    ];
    expect(blobIn(one, 'Plaintext')).toHaveLength(32);
    expect(blobIn(one, 'Plaintext')).not.toEqual(blobIn(two, 'Plaintext'));
    expect(await call('GenerateRandom')).toMatchObject({ output: { __type: 'ValidationException' } });
  });
});

describe('SM2', () => {
  it.each([
    ['eu-central-1', undefined],
    ['cn-north-1', 'KeySpec SM2 is not available in the Keyfold emulator.'],
  ])('is refused in %s', async (region, text) => {
    const { call } = await openKms();
    expect(await call('CreateKey', { KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' }, { region })).toEqual(
      fault('UnsupportedOperationException', text),
    );
  });
});

describe('public keys', () => {
  it('are there with the algorithms of the key, and only of asymmetric keys', async () => {
    const { call, createKey } = await openKms();
    const { KeyId, Arn } = await createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    expect((await call('GetPublicKey', { KeyId })).output).toEqual({
      CustomerMasterKeySpec: 'ECC_NIST_P256',
      KeyAgreementAlgorithms: ['ECDH'],
      KeyId: Arn,
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'KEY_AGREEMENT',
      PublicKey: expect.any(String),
    });
    const symmetric = await createKey();
    expect(await call('GetPublicKey', { KeyId: symmetric.KeyId })).toEqual(
      fault('UnsupportedOperationException'),
    );
  });
});
