import { randomBytes } from 'node:crypto';
import {
  AwsKmsMrkAwareSymmetricKeyringNode,
  type AwsKmsMrkAwareSymmetricKeyringNodeInput,
  buildAwsKmsMrkAwareStrictMultiKeyringNode,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  KMS,
  KmsKeyringNode,
  NodeCachingMaterialsManager,
} from '@aws-crypto/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedKms, startEmulatedKms } from '../src/emulated-kms.ts';

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const encryptionContext = { tenant: 'acme', purpose: '=&ü' };
const plaintext = randomBytes(100_000);

let service: EmulatedKms;
beforeAll(async () => {
  service = await startEmulatedKms();
});
afterAll(async () => {
  expect(service.internalErrors).toEqual([]);
  await service[Symbol.asyncDispose]();
});

function connect(region: string, accountId = '111122223333'): KMS {
  return new KMS({
    endpoint: service.url,
    region,
    credentials: { accessKeyId: accountId, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
}

type Client = AwsKmsMrkAwareSymmetricKeyringNodeInput['client'];

/** A client as keyrings take it: what their types say of it does not hold under `exactOptionalPropertyTypes`. */
const clientIn = (region: string, accountId?: string): Client =>
  connect(region, accountId) as unknown as Client;

/** A supplier of clients for any region, with an account's credentials. */
const clientsOf = (accountId: string) => (region: string) => clientIn(region, accountId);

async function createKey(region: string, input: { readonly MultiRegion?: boolean } = {}): Promise<string> {
  const { KeyMetadata } = await connect(region).createKey(input);
  return KeyMetadata?.Arn ?? '';
}

const keyringOf = (
  options: { readonly generatorKeyId?: string; readonly keyIds?: string[] },
  account = '111122223333',
) => new KmsKeyringNode({ clientProvider: clientsOf(account), ...options });

describe("AWS's Encryption SDK", () => {
  it('opens what it encrypted, with the context that it was given', async () => {
    const keyring = keyringOf({ generatorKeyId: await createKey('eu-central-1') });
    const { result } = await encrypt(keyring, plaintext, { encryptionContext });
    const opened = await decrypt(keyring, result);
    expect(opened.plaintext.equals(plaintext)).toBe(true);
    expect(opened.messageHeader.encryptionContext).toMatchObject(encryptionContext);
  });

  it('encrypts for keys of several regions, of which any opens it', async () => {
    const generatorKeyId = await createKey('eu-central-1');
    const keyIds = [await createKey('us-west-2'), await createKey('ap-southeast-2')];
    const { result } = await encrypt(keyringOf({ generatorKeyId, keyIds }), plaintext, { encryptionContext });
    for (const keyId of [generatorKeyId, ...keyIds]) {
      const opened = await decrypt(keyringOf({ keyIds: [keyId] }), result);
      expect(opened.plaintext.equals(plaintext)).toBe(true);
    }
    await expect(decrypt(keyringOf({ keyIds: [await createKey('us-west-2')] }), result)).rejects.toThrow();
  });

  it('finds the key by itself, of the accounts that it may', async () => {
    const keyring = keyringOf({ generatorKeyId: await createKey('eu-central-1') });
    const { result } = await encrypt(keyring, plaintext, { encryptionContext });
    const discovering = (accountId: string) =>
      new KmsKeyringNode({
        clientProvider: clientsOf('111122223333'),
        discovery: true,
        discoveryFilter: { accountIDs: [accountId], partition: 'aws' },
      });
    expect((await decrypt(discovering('111122223333'), result)).plaintext.equals(plaintext)).toBe(true);
    await expect(decrypt(discovering('444455556666'), result)).rejects.toThrow();
  });

  it('opens nothing that is not the message as it was made, nor for another account', async () => {
    const keyId = await createKey('eu-central-1');
    const keyring = keyringOf({ generatorKeyId: keyId });
    const { result } = await encrypt(keyring, 'text', { encryptionContext });
    for (let at = 0; at < result.byteLength; at += 7) {
      const changed = Buffer.from(result);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(decrypt(keyring, changed), `byte ${at}`).rejects.toThrow();
    }
    await expect(decrypt(keyringOf({ keyIds: [keyId] }, '444455556666'), result)).rejects.toThrow();
  });

  it('opens old messages after the key was rotated', async () => {
    const generatorKeyId = await createKey('eu-central-1');
    const keyring = keyringOf({ generatorKeyId });
    const { result } = await encrypt(keyring, plaintext);
    await connect('eu-central-1').rotateKeyOnDemand({ KeyId: generatorKeyId });
    expect((await decrypt(keyring, result)).plaintext.equals(plaintext)).toBe(true);
  });

  it('opens in a Region with the replica what the primary encrypted, and the other way round', async () => {
    const primary = await createKey('eu-central-1', { MultiRegion: true });
    const { ReplicaKeyMetadata } = await connect('eu-central-1').replicateKey({
      KeyId: primary,
      ReplicaRegion: 'us-west-2',
    });
    const replica = ReplicaKeyMetadata?.Arn ?? '';
    const inPrimary = new AwsKmsMrkAwareSymmetricKeyringNode({
      client: clientIn('eu-central-1'),
      keyId: primary,
    });
    const inReplica = new AwsKmsMrkAwareSymmetricKeyringNode({
      client: clientIn('us-west-2'),
      keyId: replica,
    });
    for (const [from, to] of [
      [inPrimary, inReplica],
      [inReplica, inPrimary],
    ] as const) {
      const { result } = await encrypt(from, plaintext, { encryptionContext });
      expect((await decrypt(to, result)).plaintext.equals(plaintext)).toBe(true);
    }
    const strict = buildAwsKmsMrkAwareStrictMultiKeyringNode({
      clientProvider: clientsOf('111122223333'),
      generatorKeyId: replica,
    });
    const { result } = await encrypt(strict, plaintext);
    expect((await decrypt(inPrimary, result)).plaintext.equals(plaintext)).toBe(true);
  });

  it('caches data keys: one serves several messages', async () => {
    const keyId = await createKey('eu-central-1');
    const materials = new NodeCachingMaterialsManager({
      backingMaterials: keyringOf({ generatorKeyId: keyId }),
      cache: getLocalCryptographicMaterialsCache(10),
      maxAge: 60_000,
      maxMessagesEncrypted: 10,
    });
    const made = [];
    for (const text of ['one', 'two', 'three'])
      made.push(await encrypt(materials, text, { encryptionContext, plaintextLength: text.length }));
    await connect('eu-central-1').disableKey({ KeyId: keyId });
    const again = await encrypt(materials, 'four', { encryptionContext, plaintextLength: 4 });
    await connect('eu-central-1').enableKey({ KeyId: keyId });
    const keyring = keyringOf({ keyIds: [keyId] });
    const texts = [];
    for (const { result } of [...made, again])
      texts.push((await decrypt(keyring, result)).plaintext.toString());
    expect(texts).toEqual(['one', 'two', 'three', 'four']);
  });
});
