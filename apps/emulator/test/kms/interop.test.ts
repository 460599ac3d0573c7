import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, blobIn, fault, openKms } from './kms-harness.ts';
import { importMaterial } from './wrap-material.ts';

const pkcs8 = { type: 'pkcs8', format: 'der' } as const;
const spki = { type: 'spki', format: 'der' } as const;
const message = Buffer.from('attack at dawn');
const wrapping = { algorithm: 'RSA_AES_KEY_WRAP_SHA_256' };

const rsa = (modulusLength: number) => () => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const ec = (namedCurve: string) => () => generateKeyPairSync('ec', { namedCurve }).privateKey;
const hashes = ['256', '384', '512'];
const pss = (hash: string) => ({
  name: `RSASSA_PSS_SHA_${hash}`,
  hash: `sha${hash}`,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(hash) / 8 },
});
const pkcs1 = (hash: string) => ({
  name: `RSASSA_PKCS1_V1_5_SHA_${hash}`,
  hash: `sha${hash}`,
  options: { padding: constants.RSA_PKCS1_PADDING },
});
const rsaAlgorithms = hashes.flatMap((hash) => [pss(hash), pkcs1(hash)]);
const ecdsa = (hash: string) => [{ name: `ECDSA_SHA_${hash}`, hash: `sha${hash}`, options: {} }];

/** A key that both sides have: made here, imported there. */
async function sharedKey(KeySpec: string, KeyUsage: string, privateKey: KeyObject) {
  const kms = await openKms();
  const { KeyId } = await kms.createKey({ Origin: 'EXTERNAL', KeySpec, KeyUsage });
  const imported = await importMaterial(kms, KeyId, privateKey.export(pkcs8), {}, wrapping);
  expect(imported.status).toBe(200);
  return { ...kms, KeyId, privateKey, publicKey: createPublicKey(privateKey) };
}

describe('both sides with the same private key', () => {
  it.each([
    ['RSA_2048', rsa(2048), rsaAlgorithms],
    ['RSA_3072', rsa(3072), rsaAlgorithms],
    ['RSA_4096', rsa(4096), rsaAlgorithms],
    ['ECC_NIST_P256', ec('P-256'), ecdsa('256')],
    ['ECC_NIST_P384', ec('P-384'), ecdsa('384')],
    ['ECC_NIST_P521', ec('P-521'), ecdsa('512')],
    ['ECC_SECG_P256K1', ec('secp256k1'), ecdsa('256')],
    [
      'ECC_NIST_EDWARDS25519',
      () => generateKeyPairSync('ed25519').privateKey,
      [{ name: 'ED25519_SHA_512', hash: undefined, options: {} }],
    ],
  ])('of spec %s verify what the other signed', async (spec, make, algorithms) => {
    const { call, KeyId, privateKey, publicKey } = await sharedKey(spec, 'SIGN_VERIFY', make());
    for (const { name: SigningAlgorithm, hash, options } of algorithms) {
      const Signature = sign(hash, message, { key: privateKey, ...options }).toString('base64');
      const whole = { Message: message.toString('base64'), MessageType: 'RAW' };
      const digest = {
        Message: createHash(hash ?? 'sha512')
          .update(message)
          .digest('base64'),
        MessageType: 'DIGEST',
      };
      for (const input of hash === undefined ? [whole] : [whole, digest]) {
        expect(await call('Verify', { KeyId, SigningAlgorithm, ...input, Signature })).toMatchObject({
          status: 200,
          output: { SignatureValid: true },
        });
        const made = blobIn(await call('Sign', { KeyId, SigningAlgorithm, ...input }), 'Signature');
        expect(verify(hash, message, { key: publicKey, ...options }, made)).toBe(true);
      }
      // A digest is no message: it is hashed once more.
      if (hash !== undefined)
        expect(
          await call('Verify', { KeyId, SigningAlgorithm, ...digest, MessageType: 'RAW', Signature }),
        ).toEqual(fault('KMSInvalidSignatureException'));
    }
  });

  it.each([
    ['ECC_NIST_P256', 'P-256'],
    ['ECC_NIST_P384', 'P-384'],
    ['ECC_NIST_P521', 'P-521'],
  ])('of spec %s derive the same secret', async (spec, namedCurve) => {
    const { call, KeyId, privateKey } = await sharedKey(spec, 'KEY_AGREEMENT', ec(namedCurve)());
    const publicKey = createPublicKey(ec(namedCurve)());
    const derived = await call('DeriveSharedSecret', {
      KeyId,
      KeyAgreementAlgorithm: 'ECDH',
      PublicKey: publicKey.export(spki).toString('base64'),
    });
    expect(blobIn(derived, 'SharedSecret')).toEqual(diffieHellman({ privateKey, publicKey }));
  });
});

describe('PSS signatures', () => {
  it.each(hashes)('with SHA-%s have a salt as long as the digest, and must have one', async (hash) => {
    const { call, KeyId, privateKey, publicKey } = await sharedKey('RSA_2048', 'SIGN_VERIFY', rsa(2048)());
    const { name: SigningAlgorithm, hash: nodeHash, options } = pss(hash);
    const input = { KeyId, SigningAlgorithm, Message: message.toString('base64') };
    const made = blobIn(await call('Sign', input), 'Signature');
    const { saltLength } = options;
    for (const other of [0, saltLength - 1, saltLength + 1, 256 - 2 - saltLength]) {
      const withOther = { ...options, saltLength: other };
      expect(verify(nodeHash, message, { key: publicKey, ...withOther }, made)).toBe(false);
      const Signature = sign(nodeHash, message, { key: privateKey, ...withOther }).toString('base64');
      expect(await call('Verify', { ...input, Signature })).toEqual(fault('KMSInvalidSignatureException'));
    }
  });
});

describe('OAEP ciphertexts made outside', () => {
  it.each(['RSA_2048', 'RSA_3072', 'RSA_4096'])(
    'under %s open by their own algorithm alone, and without a label',
    async (KeySpec) => {
      const { call, createKey } = await openKms();
      const { KeyId } = await createKey({ KeySpec, KeyUsage: 'ENCRYPT_DECRYPT' });
      const key = createPublicKey({
        key: blobIn(await call('GetPublicKey', { KeyId }), 'PublicKey'),
        ...spki,
      });
      const decrypt = async (options: object, EncryptionAlgorithm: string) =>
        call('Decrypt', {
          KeyId,
          EncryptionAlgorithm,
          CiphertextBlob: publicEncrypt({ key, ...options }, message).toString('base64'),
        });
      for (const [algorithm, oaepHash, otherHash] of [
        ['RSAES_OAEP_SHA_1', 'sha1', 'sha256'],
        ['RSAES_OAEP_SHA_256', 'sha256', 'sha1'],
      ] as const) {
        expect(blobIn(await decrypt({ oaepHash }, algorithm), 'Plaintext')).toEqual(message);
        for (const options of [
          { oaepHash: otherHash },
          { oaepHash: 'sha512' },
          { oaepHash, oaepLabel: Buffer.from('label') },
          { padding: constants.RSA_PKCS1_PADDING },
        ])
          expect(await decrypt(options, algorithm)).toEqual(fault('InvalidCiphertextException'));
      }
    },
  );
});

describe('data-key pairs', () => {
  it.each([
    ['RSA_2048', 'RSASSA_PSS_SHA_256', 'sha256'],
    ['RSA_3072', 'RSASSA_PSS_SHA_384', 'sha384'],
    ['RSA_4096', 'RSASSA_PSS_SHA_512', 'sha512'],
    ['ECC_NIST_P256', 'ECDSA_SHA_256', 'sha256'],
    ['ECC_NIST_P384', 'ECDSA_SHA_384', 'sha384'],
    ['ECC_NIST_P521', 'ECDSA_SHA_512', 'sha512'],
    ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'sha256'],
    ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512', undefined],
  ])(
    'of spec %s are keys everywhere: in node:crypto, and imported as a key',
    async (KeySpec, SigningAlgorithm, hash) => {
      const kms = await openKms();
      const { KeyId } = await kms.createKey();
      const made = await kms.call('GenerateDataKeyPair', { KeyId, KeyPairSpec: KeySpec });
      const material = blobIn(made, 'PrivateKeyPlaintext');
      const privateKey = createPrivateKey({ key: material, ...pkcs8 });
      expect(createPublicKey(privateKey).export(spki)).toEqual(blobIn(made, 'PublicKey'));
      const imported = await kms.createKey({ Origin: 'EXTERNAL', KeySpec, KeyUsage: 'SIGN_VERIFY' });
      expect((await importMaterial(kms, imported.KeyId, material, {}, wrapping)).status).toBe(200);
      expect(blobIn(await kms.call('GetPublicKey', { KeyId: imported.KeyId }), 'PublicKey')).toEqual(
        blobIn(made, 'PublicKey'),
      );
      const options = SigningAlgorithm.startsWith('RSASSA') ? pss(hash?.slice(3) ?? '').options : {};
      const Signature = sign(hash, message, { key: privateKey, ...options }).toString('base64');
      const input = { KeyId: imported.KeyId, SigningAlgorithm, Message: message.toString('base64') };
      expect((await kms.call('Verify', { ...input, Signature })).status).toBe(200);
    },
  );
});

describe('wrapped material', () => {
  it.each(
    ['RSA_2048', 'RSA_3072', 'RSA_4096'].flatMap((size) =>
      ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'RSA_AES_KEY_WRAP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'].map(
        (algorithm) => [size, algorithm] as const,
      ),
    ),
  )('under %s by %s opens', async (wrappingKeySpec, algorithm) => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey({ Origin: 'EXTERNAL' });
    const imported = await importMaterial(kms, KeyId, randomBytes(32), {}, { algorithm, wrappingKeySpec });
    expect(imported.status).toBe(200);
    const { CiphertextBlob } = (await kms.call('Encrypt', { KeyId, Plaintext: base64('x') })).output;
    expect((await kms.call('Decrypt', { CiphertextBlob })).output.Plaintext).toBe(base64('x'));
  });
});

describe('a ciphertext', () => {
  it('is as long as its plaintext and a constant, whatever the plaintext, the context and the key are', async () => {
    const { call, createKey } = await openKms();
    const keys = [await createKey(), await createKey()];
    const overheads = new Set<number>();
    for (const { KeyId } of keys)
      for (const byteLength of [1, 16, 17, 1000, 4096])
        for (const plaintext of [Buffer.alloc(byteLength), randomBytes(byteLength)])
          for (const EncryptionContext of [{}, { tenant: 'acme'.repeat(100) }]) {
            const blob = blobIn(
              await call('Encrypt', { KeyId, Plaintext: plaintext.toString('base64'), EncryptionContext }),
              'CiphertextBlob',
            );
            overheads.add(blob.byteLength - byteLength);
          }
    expect(overheads.size).toBe(1);
  });

  it('shows neither the plaintext nor the context: what two have in common, all of the key have', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey();
    const encrypt = async (plaintext: Buffer, context: string) =>
      blobIn(
        await call('Encrypt', {
          KeyId,
          Plaintext: plaintext.toString('base64'),
          EncryptionContext: { context },
        }),
        'CiphertextBlob',
      );
    /** The positions at which all of the blobs have the same byte. */
    const shared = (blobs: readonly Buffer[]): readonly number[] =>
      [...(blobs[0] ?? []).keys()].filter((at) => blobs.every((blob) => blob[at] === blobs[0]?.[at]));
    const times = Array.from({ length: 16 });
    const equal = await Promise.all(times.map(() => encrypt(Buffer.alloc(64, 'a'), 'same')));
    const different = await Promise.all(times.map((_, at) => encrypt(randomBytes(64), `context ${at}`)));
    expect(shared(equal)).toEqual(shared(different));
  });
});
