import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisabledException,
  DisableKeyCommand,
  DryRunOperationException,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateRandomCommand,
  IncorrectKeyException,
  InvalidArnException,
  InvalidCiphertextException,
  InvalidMarkerException,
  KMSClient,
  type KMSClientConfig,
  KMSServiceException,
  ListKeysCommand,
  NotFoundException,
  paginateListKeys,
  TagException,
  UnsupportedOperationException,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedKms, startEmulatedKms } from '../src/emulated-kms.ts';

const missingKeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

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

function connect(config: KMSClientConfig = {}, accountId = '111122223333'): KMSClient {
  const client = new KMSClient({
    endpoint: kms.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: accountId, secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...config,
  });
  clients.push(client);
  return client;
}

async function createKey(client: KMSClient): Promise<{ keyId: string; arn: string }> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  return { keyId: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("AWS's own client", () => {
  it('creates, describes and lists keys', async () => {
    const client = connect();
    const before = Date.now();
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ Description: 'from the SDK', Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
    );
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: '111122223333',
      Description: 'from the SDK',
      Enabled: true,
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      MultiRegion: false,
    });
    expect(KeyMetadata?.CreationDate?.getTime()).toBeGreaterThanOrEqual(before);
    expect(KeyMetadata?.CreationDate?.getTime()).toBeLessThanOrEqual(Date.now());
    const described = await client.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
    expect(described.KeyMetadata).toEqual(KeyMetadata);
    expect(described.$metadata).toMatchObject({
      httpStatusCode: 200,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('pages through all keys', async () => {
    const client = connect({}, '222233334444');
    const created = await Promise.all(Array.from({ length: 5 }, () => createKey(client)));
    const listed: string[] = [];
    for await (const page of paginateListKeys({ client, pageSize: 2 }, {})) {
      expect(page.Keys?.length).toBeLessThanOrEqual(2);
      listed.push(...(page.Keys ?? []).map(({ KeyArn }) => KeyArn ?? ''));
    }
    expect(listed.sort()).toEqual(created.map(({ arn }) => arn).sort());
  });

  it('encrypts and decrypts under an encryption context', async () => {
    const client = connect();
    const { keyId, arn } = await createKey(client);
    const EncryptionContext = { tenant: 'acme', ü: '=&' };
    const { CiphertextBlob, ...encrypted } = await client.send(
      new EncryptCommand({ KeyId: keyId, Plaintext: bytes('plaintext'), EncryptionContext }),
    );
    expect(encrypted).toMatchObject({ KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const decrypted = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(decrypted).toMatchObject({ KeyId: arn, KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(new TextDecoder().decode(decrypted.Plaintext)).toBe('plaintext');
    await expect(client.send(new DecryptCommand({ CiphertextBlob }))).rejects.toThrow(
      InvalidCiphertextException,
    );
  });

  it('makes data keys', async () => {
    const client = connect();
    const { keyId } = await createKey(client);
    const made = await client.send(new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256' }));
    expect(made.Plaintext).toHaveLength(32);
    const opened = await client.send(
      new DecryptCommand({ KeyId: keyId, CiphertextBlob: made.CiphertextBlob }),
    );
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });

  it('disables and enables keys', async () => {
    const client = connect();
    const { keyId, arn } = await createKey(client);
    const encrypt = new EncryptCommand({ KeyId: keyId, Plaintext: bytes('x') });
    await client.send(new DisableKeyCommand({ KeyId: keyId }));
    const refusal = await client.send(encrypt).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DisabledException);
    expect(refusal).toMatchObject({
      message: `${arn} is disabled.`,
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
    await client.send(new EnableKeyCommand({ KeyId: keyId }));
    expect((await client.send(encrypt)).CiphertextBlob?.byteLength).toBeGreaterThan(1);
  });

  it('sees errors as their own classes', async () => {
    const client = connect();
    const [one, two] = [await createKey(client), await createKey(client)];
    const { CiphertextBlob } = await client.send(
      new EncryptCommand({ KeyId: one.keyId, Plaintext: bytes('x') }),
    );
    const garbage = bytes('garbage');
    await expect(client.send(new DescribeKeyCommand({ KeyId: missingKeyId }))).rejects.toThrow(
      NotFoundException,
    );
    await expect(client.send(new EnableKeyCommand({ KeyId: 'alias/x' }))).rejects.toThrow(
      InvalidArnException,
    );
    await expect(client.send(new DecryptCommand({ CiphertextBlob: garbage }))).rejects.toThrow(
      InvalidCiphertextException,
    );
    await expect(client.send(new DecryptCommand({ KeyId: two.keyId, CiphertextBlob }))).rejects.toThrow(
      IncorrectKeyException,
    );
    await expect(client.send(new ListKeysCommand({ Marker: 'x' }))).rejects.toThrow(InvalidMarkerException);
    await expect(
      client.send(new CreateKeyCommand({ Tags: [{ TagKey: 'aws:x', TagValue: '' }] })),
    ).rejects.toThrow(TagException);
    await expect(
      client.send(
        new CreateKeyCommand({ Origin: 'EXTERNAL', KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' }),
      ),
    ).rejects.toThrow(UnsupportedOperationException);
    await expect(
      client.send(new GenerateDataKeyCommand({ KeyId: one.keyId, NumberOfBytes: 1, DryRun: true })),
    ).rejects.toThrow(DryRunOperationException);
  });

  it.each([
    ['ValidationException', new ListKeysCommand({ Limit: 0 })],
    ['ValidationException', new EncryptCommand({ KeyId: missingKeyId, Plaintext: new Uint8Array(4097) })],
    ['ValidationException', new GenerateRandomCommand({})],
  ])('sees %s, which has no class, by its name', async (name, command) => {
    const error = await connect()
      .send(command as ListKeysCommand)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KMSServiceException);
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  it('keeps accounts and regions apart', async () => {
    const client = connect();
    const { keyId, arn } = await createKey(client);
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: keyId, Plaintext: bytes('x') }));
    for (const other of [connect({}, '999900001111'), connect({ region: 'us-west-2' })]) {
      await expect(other.send(new DescribeKeyCommand({ KeyId: keyId }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
      await expect(other.send(new DescribeKeyCommand({ KeyId: arn }))).rejects.toMatchObject({
        name: expect.stringMatching(/^(NotFound|AccessDenied)Exception$/),
      });
      await expect(other.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: expect.stringContaining(
          'The ciphertext refers to a customer master key that does not exist',
        ),
      });
    }
  });
});
