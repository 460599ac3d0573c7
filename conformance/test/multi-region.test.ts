import { createPublicKey, verify } from 'node:crypto';
import { KMS } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedKms, startEmulatedKms } from '../src/emulated-kms.ts';

const regions = ['eu-central-1', 'us-west-2', 'ap-southeast-2'] as const;
const account = '111122223333';
const Plaintext = Buffer.from('plaintext');
const EncryptionContext = { tenant: 'acme' };

let service: EmulatedKms;
const clients: KMS[] = [];
beforeAll(async () => {
  service = await startEmulatedKms();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(async () => {
  expect(service.internalErrors).toEqual([]);
  await service[Symbol.asyncDispose]();
});

function connect(region: string): KMS {
  const client = new KMS({
    endpoint: service.url,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

/** A key with a client in each region, the first of which has the primary. */
async function replicated(input: Parameters<KMS['createKey']>[0] = {}) {
  const all = regions.map(connect);
  const [home, ...others] = all;
  if (home === undefined) throw new TypeError('There is a first region.');
  const { KeyMetadata } = await home.createKey({ ...input, MultiRegion: true });
  const KeyId = KeyMetadata?.KeyId ?? '';
  for (const ReplicaRegion of regions.slice(1)) await home.replicateKey({ KeyId, ReplicaRegion });
  return { KeyId, all, home, others };
}

describe('a multi-Region key', () => {
  it('has one id in all of its Regions, and an ARN in each', async () => {
    const { KeyId, all } = await replicated();
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    const arns = regions.map((region) => `arn:aws:kms:${region}:${account}:key/${KeyId}`);
    for (const [at, client] of all.entries()) {
      const { KeyMetadata } = await client.describeKey({ KeyId });
      expect(KeyMetadata?.Arn).toBe(arns[at]);
      const { PrimaryKey, ReplicaKeys } = KeyMetadata?.MultiRegionConfiguration ?? {};
      expect(PrimaryKey?.Arn).toBe(arns[0]);
      expect(ReplicaKeys?.map(({ Arn }) => Arn).sort()).toEqual(arns.slice(1).sort());
    }
  });

  it('opens in every Region what was encrypted in any, before and after a rotation', async () => {
    const { KeyId, all, home } = await replicated();
    const blobs: Uint8Array[] = [];
    const encryptEverywhere = async () => {
      for (const client of all) {
        const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext, EncryptionContext });
        blobs.push(CiphertextBlob ?? Buffer.from(''));
        const dataKey = await client.generateDataKey({ KeyId, NumberOfBytes: 9, EncryptionContext });
        const elsewhere = all.at(all.indexOf(client) - 1) ?? client;
        const opened = await elsewhere.decrypt({ CiphertextBlob: dataKey.CiphertextBlob, EncryptionContext });
        expect(opened.Plaintext).toEqual(dataKey.Plaintext);
      }
    };
    await encryptEverywhere();
    await home.rotateKeyOnDemand({ KeyId });
    await encryptEverywhere();
    for (const [at, client] of all.entries())
      for (const CiphertextBlob of blobs) {
        const opened = await client.decrypt({ CiphertextBlob, EncryptionContext });
        expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
        expect(opened.KeyId).toBe(`arn:aws:kms:${regions[at]}:${account}:key/${KeyId}`);
        await expect(client.decrypt({ CiphertextBlob })).rejects.toMatchObject({
          name: 'InvalidCiphertextException',
        });
      }
  });

  it('opens nothing in a Region that it is not in, nor by the ARN of another Region', async () => {
    const { KeyId, home, others } = await replicated();
    const { CiphertextBlob } = await home.encrypt({ KeyId, Plaintext });
    await expect(connect('sa-east-1').decrypt({ CiphertextBlob })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    const homeArn = `arn:aws:kms:${regions[0]}:${account}:key/${KeyId}`;
    for (const client of others)
      await expect(client.decrypt({ CiphertextBlob, KeyId: homeArn })).rejects.toMatchObject({
        name: expect.stringMatching(/^(NotFound|InvalidArn)Exception$/),
      });
  });

  it('moves a ciphertext to a key of another Region by way of the replica there', async () => {
    const { KeyId, home, others } = await replicated();
    const [there] = others;
    if (there === undefined) throw new TypeError('There is another Region.');
    const { KeyMetadata } = await there.createKey({});
    const { CiphertextBlob } = await home.encrypt({ KeyId, Plaintext });
    const moved = await there.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyMetadata?.Arn });
    const opened = await there.decrypt({
      KeyId: KeyMetadata?.Arn,
      CiphertextBlob: moved.CiphertextBlob,
    });
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    await expect(home.decrypt({ CiphertextBlob: moved.CiphertextBlob })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('signs in one Region what verifies in the others and outside', async () => {
    const { KeyId, all } = await replicated({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const input = { KeyId, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
    for (const signer of all) {
      const { Signature } = await signer.sign(input);
      for (const verifier of all) {
        expect((await verifier.verify({ ...input, Signature })).SignatureValid).toBe(true);
        const { PublicKey } = await verifier.getPublicKey({ KeyId });
        const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
        expect(verify('sha256', Plaintext, key, Signature ?? Buffer.from(''))).toBe(true);
      }
    }
  });

  it('has the same MACs everywhere', async () => {
    const { KeyId, all } = await replicated({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const macs = [];
    for (const client of all) {
      const { Mac } = await client.generateMac({ KeyId, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' });
      macs.push(Buffer.from(Mac ?? []).toString('hex'));
    }
    expect(new Set(macs).size).toBe(1);
  });

  it('lives on in its replica when the primary moves there and the old one is deleted', async () => {
    const { KeyId, home, others } = await replicated();
    const { CiphertextBlob } = await home.encrypt({ KeyId, Plaintext });
    await home.updatePrimaryRegion({ KeyId, PrimaryRegion: regions[1] });
    await home.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    await expect(home.decrypt({ CiphertextBlob })).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
    });
    for (const client of others) {
      const opened = await client.decrypt({ CiphertextBlob });
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    }
    const { KeyMetadata } = await connect(regions[1]).describeKey({ KeyId });
    expect(KeyMetadata?.MultiRegionConfiguration?.MultiRegionKeyType).toBe('PRIMARY');
  });
});
