import {
  constants,
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecapsulateCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DeriveSharedSecretCommand,
  DescribeKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  EncapsulateCommand,
  EncryptCommand,
  ExpirationModelType,
  GenerateDataKeyPairCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateMacCommand,
  GenerateRandomCommand,
  GetKeyLastUsageCommand,
  GetKeyRotationStatusCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ImportKeyMaterialCommand,
  KMSClient,
  KMSInvalidMacException,
  KMSInvalidSignatureException,
  paginateListKeyRotations,
  ReEncryptCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  UpdateKeyDescriptionCommand,
  UpdatePrimaryRegionCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedKms, startEmulatedKms } from '../src/emulated-kms.ts';

let kms: EmulatedKms;
const clients: KMSClient[] = [];

beforeAll(async () => {
  kms = await startEmulatedKms();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(async () => {
  expect(kms.internalErrors).toEqual([]);
  await kms[Symbol.asyncDispose]();
});

function connect(region = 'eu-central-1'): KMSClient {
  const client = new KMSClient({
    endpoint: kms.url,
    region,
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

async function withKey(input: CreateKeyCommandInput = {}): Promise<{ client: KMSClient; KeyId: string }> {
  const client = connect();
  const { KeyMetadata } = await client.send(new CreateKeyCommand(input));
  return { client, KeyId: KeyMetadata?.KeyId ?? '' };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const publicKeyIn = (spki: Uint8Array | undefined) =>
  createPublicKey({ key: Buffer.from(spki ?? []), format: 'der', type: 'spki' });

describe("AWS's own client", () => {
  it('signs and verifies: Sign, Verify, GetPublicKey', async () => {
    const { client, KeyId } = await withKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    const input = { KeyId, Message: bytes('x'), SigningAlgorithm: 'RSASSA_PSS_SHA_256' } as const;
    const { Signature } = await client.send(new SignCommand(input));
    const { PublicKey, SigningAlgorithms } = await client.send(new GetPublicKeyCommand({ KeyId }));
    expect(SigningAlgorithms).toHaveLength(6);
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const key = publicKeyIn(PublicKey);
    expect(verify('sha256', bytes('x'), { key, ...padding }, Signature ?? bytes(''))).toBe(true);
    expect((await client.send(new VerifyCommand({ ...input, Signature }))).SignatureValid).toBe(true);
    await expect(
      client.send(new VerifyCommand({ ...input, Message: bytes('y'), Signature })),
    ).rejects.toThrow(KMSInvalidSignatureException);
  });

  it('authenticates: GenerateMac, VerifyMac', async () => {
    const { client, KeyId } = await withKey({ KeySpec: 'HMAC_512', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const input = { KeyId, Message: bytes('x'), MacAlgorithm: 'HMAC_SHA_512' } as const;
    const { Mac } = await client.send(new GenerateMacCommand(input));
    expect((await client.send(new VerifyMacCommand({ ...input, Mac }))).MacValid).toBe(true);
    await expect(client.send(new VerifyMacCommand({ ...input, Mac: bytes('x') }))).rejects.toThrow(
      KMSInvalidMacException,
    );
  });

  it('agrees on secrets: DeriveSharedSecret, Encapsulate, Decapsulate', async () => {
    const ecdh = await withKey({ KeySpec: 'ECC_NIST_P384', KeyUsage: 'KEY_AGREEMENT' });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const { PublicKey } = await ecdh.client.send(new GetPublicKeyCommand({ KeyId: ecdh.KeyId }));
    const derived = await ecdh.client.send(
      new DeriveSharedSecretCommand({
        KeyId: ecdh.KeyId,
        KeyAgreementAlgorithm: 'ECDH',
        PublicKey: other.publicKey.export({ type: 'spki', format: 'der' }),
      }),
    );
    expect(Buffer.from(derived.SharedSecret ?? [])).toEqual(
      diffieHellman({ privateKey: other.privateKey, publicKey: publicKeyIn(PublicKey) }),
    );
    const kem = await withKey({ KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' });
    const input = { KeyId: kem.KeyId, EncapsulationAlgorithm: 'ML_KEM' } as const;
    const { SharedSecret, SharedSecretCiphertextBlob } = await kem.client.send(new EncapsulateCommand(input));
    const opened = await kem.client.send(new DecapsulateCommand({ ...input, SharedSecretCiphertextBlob }));
    expect(opened.SharedSecret).toEqual(SharedSecret);
  });

  it('makes data keys and random bytes: GenerateDataKey…, GenerateRandom', async () => {
    const { client, KeyId } = await withKey();
    const { CiphertextBlob } = await client.send(
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_128' }),
    );
    expect((await client.send(new DecryptCommand({ CiphertextBlob }))).Plaintext).toHaveLength(16);
    const pair = { KeyId, KeyPairSpec: 'ECC_NIST_P256' } as const;
    const made = await client.send(new GenerateDataKeyPairCommand(pair));
    const opened = await client.send(new DecryptCommand({ CiphertextBlob: made.PrivateKeyCiphertextBlob }));
    expect(opened.Plaintext).toEqual(made.PrivateKeyPlaintext);
    const hidden = await client.send(new GenerateDataKeyPairWithoutPlaintextCommand(pair));
    expect(publicKeyIn(hidden.PublicKey).asymmetricKeyType).toBe('ec');
    expect((await client.send(new GenerateRandomCommand({ NumberOfBytes: 9 }))).Plaintext).toHaveLength(9);
  });

  it('moves ciphertexts: ReEncrypt', async () => {
    const { client, KeyId } = await withKey();
    const destination = await withKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: bytes('x') }));
    const moved = await client.send(
      new ReEncryptCommand({
        CiphertextBlob,
        DestinationKeyId: destination.KeyId,
        DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      }),
    );
    const opened = await client.send(
      new DecryptCommand({
        KeyId: destination.KeyId,
        CiphertextBlob: moved.CiphertextBlob,
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      }),
    );
    expect(opened.Plaintext).toEqual(bytes('x'));
  });

  it('imports: GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial', async () => {
    const { client, KeyId } = await withKey({ Origin: 'EXTERNAL' });
    const parameters = await client.send(
      new GetParametersForImportCommand({
        KeyId,
        WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256',
        WrappingKeySpec: 'RSA_3072',
      }),
    );
    const aesKey = randomBytes(32);
    const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, Buffer.from('a65959a6', 'hex'));
    const EncryptedKeyMaterial = Buffer.concat([
      publicEncrypt({ key: publicKeyIn(parameters.PublicKey), oaepHash: 'sha256' }, aesKey),
      cipher.update(randomBytes(32)),
      cipher.final(),
    ]);
    const ValidTo = new Date(Date.now() + 3_600_000);
    const imported = await client.send(
      new ImportKeyMaterialCommand({
        KeyId,
        ImportToken: parameters.ImportToken,
        EncryptedKeyMaterial,
        ExpirationModel: ExpirationModelType.KEY_MATERIAL_EXPIRES,
        ValidTo,
      }),
    );
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({
      CurrentKeyMaterialId: imported.KeyMaterialId,
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      KeyState: 'Enabled',
    });
    expect(KeyMetadata?.ValidTo?.getTime()).toBeCloseTo(ValidTo.getTime(), -4);
    await client.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    const after = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(after.KeyMetadata?.KeyState).toBe('PendingImport');
  });

  it('rotates: EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations', async () => {
    const { client, KeyId } = await withKey();
    await client.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 100 }));
    const status = await client.send(new GetKeyRotationStatusCommand({ KeyId }));
    expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 100 });
    expect(status.NextRotationDate?.getTime()).toBeGreaterThan(Date.now());
    await client.send(new DisableKeyRotationCommand({ KeyId }));
    expect((await client.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled).toBe(false);
    for (let round = 0; round < 3; round++) await client.send(new RotateKeyOnDemandCommand({ KeyId }));
    const types: (string | undefined)[] = [];
    for await (const { Rotations = [] } of paginateListKeyRotations({ client, pageSize: 2 }, { KeyId }))
      types.push(...Rotations.map(({ RotationType }) => RotationType));
    expect(types).toEqual(['ON_DEMAND', 'ON_DEMAND', 'ON_DEMAND']);
  });

  it('ends keys: ScheduleKeyDeletion, CancelKeyDeletion', async () => {
    const { client, KeyId } = await withKey();
    const scheduled = await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(scheduled).toMatchObject({ KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    expect(scheduled.DeletionDate).toBeInstanceOf(Date);
    await client.send(new CancelKeyDeletionCommand({ KeyId }));
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.KeyState).toBe('Disabled');
  });

  it('replicates: ReplicateKey, UpdatePrimaryRegion', async () => {
    const { client, KeyId } = await withKey({ MultiRegion: true });
    await client.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'us-west-2' }));
    const west = connect('us-west-2');
    const { CiphertextBlob } = await west.send(new EncryptCommand({ KeyId, Plaintext: bytes('x') }));
    expect((await client.send(new DecryptCommand({ CiphertextBlob }))).Plaintext).toEqual(bytes('x'));
    await client.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: 'us-west-2' }));
    const { KeyMetadata } = await west.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.MultiRegionConfiguration?.MultiRegionKeyType).toBe('PRIMARY');
  });

  it('describes: UpdateKeyDescription, GetKeyLastUsage', async () => {
    const { client, KeyId } = await withKey();
    await client.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'described' }));
    const { $metadata } = await client.send(new EncryptCommand({ KeyId, Plaintext: bytes('x') }));
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.Description).toBe('described');
    const used = await client.send(new GetKeyLastUsageCommand({ KeyId }));
    expect(used.KeyLastUsage).toMatchObject({ Operation: 'Encrypt', KmsRequestId: $metadata.requestId });
    expect(used.KeyLastUsage?.Timestamp).toBeInstanceOf(Date);
  });
});
