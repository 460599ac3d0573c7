import { execFileSync } from 'node:child_process';
import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { base64, blobIn, fault, type Harness, openKms } from './kms-harness.ts';

const message = 'attack at dawn';
const Message = base64(message);

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const pkcs1 = { padding: constants.RSA_PKCS1_PADDING };

/** Key spec, algorithm, hash, padding. */
const prehashable: readonly (readonly [string, string, string, object])[] = [
  ['RSA_2048', 'RSASSA_PSS_SHA_256', 'sha256', pss],
  ['RSA_2048', 'RSASSA_PSS_SHA_384', 'sha384', pss],
  ['RSA_3072', 'RSASSA_PSS_SHA_512', 'sha512', pss],
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256', pkcs1],
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_384', 'sha384', pkcs1],
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512', 'sha512', pkcs1],
  ['ECC_NIST_P256', 'ECDSA_SHA_256', 'sha256', {}],
  ['ECC_NIST_P384', 'ECDSA_SHA_384', 'sha384', {}],
  ['ECC_NIST_P521', 'ECDSA_SHA_512', 'sha512', {}],
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'sha256', {}],
];
const wholeOnly: readonly (readonly [string, string])[] = [
  ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512'],
  ['ML_DSA_44', 'ML_DSA_SHAKE_256'],
  ['ML_DSA_65', 'ML_DSA_SHAKE_256'],
  ['ML_DSA_87', 'ML_DSA_SHAKE_256'],
];

async function signingKey(KeySpec: string): Promise<Harness & { KeyId: string; spki: Buffer }> {
  const kms = await openKms();
  const { KeyId } = await kms.createKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
  return { ...kms, KeyId, spki: blobIn(await kms.call('GetPublicKey', { KeyId }), 'PublicKey') };
}

describe('signatures', () => {
  it.each(prehashable)(
    'of %s by %s verify outside, of messages and of digests',
    async (spec, SigningAlgorithm, hash, padding) => {
      const { call, KeyId, spki } = await signingKey(spec);
      const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
      const digest = createHash(hash).update(message).digest('base64');
      for (const input of [{ Message }, { Message: digest, MessageType: 'DIGEST' }]) {
        const signed = await call('Sign', { KeyId, SigningAlgorithm, ...input });
        const signature = blobIn(signed, 'Signature');
        expect(verify(hash, Buffer.from(message), { key, ...padding }, signature)).toBe(true);
        // Whichever way it was made, it verifies both ways.
        for (const other of [{ Message }, { Message: digest, MessageType: 'DIGEST' }])
          expect(
            await call('Verify', {
              KeyId,
              SigningAlgorithm,
              ...other,
              Signature: signature.toString('base64'),
            }),
          ).toMatchObject({ status: 200, output: { SignatureValid: true, SigningAlgorithm } });
      }
    },
  );

  it.each(prehashable)(
    'of %s by %s are refused when any bit is another, without text',
    async (spec, SigningAlgorithm, hash) => {
      const { call, KeyId } = await signingKey(spec);
      const digest = createHash(hash).update(message).digest('base64');
      const signature = blobIn(await call('Sign', { KeyId, SigningAlgorithm, Message }), 'Signature');
      for (const at of [0, Math.floor(signature.byteLength / 2), signature.byteLength - 1]) {
        const changed = Buffer.from(signature);
        changed[at] = (changed[at] ?? 0) ^ 1;
        for (const input of [{ Message }, { Message: digest, MessageType: 'DIGEST' }])
          expect(
            await call('Verify', {
              KeyId,
              SigningAlgorithm,
              ...input,
              Signature: changed.toString('base64'),
            }),
          ).toEqual(fault('KMSInvalidSignatureException'));
      }
    },
  );

  it.each(wholeOnly)(
    'of %s by %s verify outside and inside, and only over that message',
    async (spec, SigningAlgorithm) => {
      const { call, KeyId, spki } = await signingKey(spec);
      const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
      const signed = await call('Sign', { KeyId, SigningAlgorithm, Message });
      const Signature = blobIn(signed, 'Signature').toString('base64');
      expect(verify(null, Buffer.from(message), key, Buffer.from(Signature, 'base64'))).toBe(true);
      expect((await call('Verify', { KeyId, SigningAlgorithm, Message, Signature })).status).toBe(200);
      expect(await call('Verify', { KeyId, SigningAlgorithm, Message: base64('other'), Signature })).toEqual(
        fault('KMSInvalidSignatureException'),
      );
      expect(
        await call('Verify', { KeyId, SigningAlgorithm, Message, Signature: base64('no signature') }),
      ).toEqual(fault('KMSInvalidSignatureException'));
    },
  );

  it('verify with the openssl command', async () => {
    const { call, KeyId, spki } = await signingKey('ECC_NIST_P256');
    const digest = createHash('sha256').update(message).digest('base64');
    const signed = await call('Sign', {
      KeyId,
      SigningAlgorithm: 'ECDSA_SHA_256',
      Message: digest,
      MessageType: 'DIGEST',
    });
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-'));
    try {
      const file = (name: string, content: Buffer): string => {
        writeFileSync(join(folder, name), content);
        return join(folder, name);
      };
      const printed = execFileSync('openssl', [
        'dgst',
        '-sha256',
        '-keyform',
        'DER',
        '-verify',
        file('key', spki),
        '-signature',
        file('signature', blobIn(signed, 'Signature')),
        file('message', Buffer.from(message)),
      ]);
      expect(printed.toString()).toBe('Verified OK\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [
      { SigningAlgorithm: 'ED25519_SHA_512', MessageType: 'DIGEST' },
      'ECC_NIST_EDWARDS25519',
      'ValidationException',
      'Message type DIGEST is incompatible with algorithm ED25519_SHA_512.',
    ],
    [{ SigningAlgorithm: 'ED25519_PH_SHA_512' }, 'ECC_NIST_EDWARDS25519', 'ValidationException'],
    [
      { SigningAlgorithm: 'ML_DSA_SHAKE_256', MessageType: 'DIGEST' },
      'ML_DSA_44',
      'ValidationException',
      'Message type DIGEST is incompatible with key spec ML_DSA_44.',
    ],
    [
      { SigningAlgorithm: 'RSASSA_PSS_SHA_256', MessageType: 'EXTERNAL_MU' },
      'RSA_2048',
      'ValidationException',
      'Message type EXTERNAL_MU is incompatible with key spec RSA_2048.',
    ],
    [{ SigningAlgorithm: 'ECDSA_SHA_384' }, 'ECC_NIST_P256', 'InvalidKeyUsageException'],
  ])('by %j with a key of spec %s are refused with %s', async (input, spec, name, text?: string) => {
    const { call, KeyId } = await signingKey(spec);
    expect(await call('Sign', { KeyId, Message, ...input })).toMatchObject({
      status: 400,
      output: { __type: name, ...(text === undefined ? {} : { message: text }) },
    });
  });

  it.each([
    [
      'ECC_NIST_EDWARDS25519',
      'ED25519_PH_SHA_512',
      'DIGEST',
      createHash('sha512').update(message).digest('base64'),
    ],
    ['ML_DSA_65', 'ML_DSA_SHAKE_256', 'EXTERNAL_MU', Buffer.alloc(64).toString('base64')],
  ])(
    'that the runtime lacks are said to be missing: %s, %s, %s',
    async (spec, SigningAlgorithm, MessageType, text) => {
      const { call, KeyId } = await signingKey(spec);
      for (const [operation, more] of [
        ['Sign', {}],
        ['Verify', { Signature: base64('x') }],
      ] as const)
        expect(
          await call(operation, { KeyId, SigningAlgorithm, MessageType, Message: text, ...more }),
        ).toEqual(
          fault(
            'UnsupportedOperationException',
            `MessageType ${MessageType} with algorithm ${SigningAlgorithm} is not available in the Keyfold emulator: its runtime lacks it.`,
          ),
        );
    },
  );

  it('of a dry run are not made', async () => {
    const { call, KeyId } = await signingKey('ECC_NIST_P256');
    const input = { KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256', DryRun: true };
    for (const answer of [
      await call('Sign', input),
      await call('Verify', { ...input, Signature: base64('x') }),
    ])
      expect(answer).toEqual(
        fault('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
      );
  });
});
