import { describe, expect, it } from 'vitest';
import { base64, fault, type Output, openKms } from './kms-harness.ts';

const notFoundCiphertext = fault(
  'AccessDeniedException',
  'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
);
const incorrectKey = fault(
  'IncorrectKeyException',
  'The key ID in the request does not identify a CMK that can perform this operation.',
);
const invalidCiphertext = fault('InvalidCiphertextException');

async function encrypted(EncryptionContext?: Record<string, string>, plaintext = 'attack at dawn') {
  const kms = await openKms();
  const key = await kms.createKey();
  const { output } = await kms.call('Encrypt', {
    KeyId: key.KeyId,
    Plaintext: base64(plaintext),
    EncryptionContext,
  });
  const blob: string = output.CiphertextBlob;
  return { ...kms, key, output, blob };
}

describe('Encrypt and Decrypt', () => {
  it('round-trip, and name the key by ARN, the algorithm and the material', async () => {
    const { call, key, output, blob } = await encrypted();
    expect(output).toEqual({
      CiphertextBlob: expect.any(String),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyId: key.Arn,
    });
    expect(await call('Decrypt', { CiphertextBlob: blob })).toMatchObject({
      status: 200,
      output: {
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        KeyId: key.Arn,
        KeyMaterialId: key.CurrentKeyMaterialId,
        Plaintext: base64('attack at dawn'),
      },
    });
  });

  it.each([1, 2, 4095, 4096])('round-trip %i bytes of plaintext', async (byteLength) => {
    const { call, blob } = await encrypted(undefined, 'x'.repeat(byteLength));
    const { output } = await call('Decrypt', { CiphertextBlob: blob });
    expect(output.Plaintext).toBe(base64('x'.repeat(byteLength)));
  });

  it('find the key without KeyId, and accept it by id and ARN', async () => {
    const { call, key, blob } = await encrypted();
    for (const KeyId of [undefined, key.KeyId, key.Arn])
      expect((await call('Decrypt', { KeyId, CiphertextBlob: blob })).status).toBe(200);
  });

  it('make another ciphertext each time, of which none shows anything of the plaintext', async () => {
    const { call, key } = await encrypted();
    const plaintext = 'the same distinctive sentence';
    const blobs = await Promise.all(
      Array.from({ length: 600 }, async () => {
        const { output } = await call('Encrypt', { KeyId: key.KeyId, Plaintext: base64(plaintext) });
        return Buffer.from(output.CiphertextBlob, 'base64');
      }),
    );
    const nonces = new Set(blobs.map((blob) => blob.subarray(69, 81).toString('hex')));
    expect(nonces.size).toBe(600);
    for (const blob of blobs) {
      for (const form of [plaintext, base64(plaintext), Buffer.from(plaintext).toString('hex')])
        expect(blob.includes(form)).toBe(false);
    }
  });

  it('refuse a ciphertext in which any one bit is another', async () => {
    const { call, key, blob } = await encrypted();
    const bytes = Buffer.from(blob, 'base64');
    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { output } = await call('Decrypt', { CiphertextBlob: changed.toString('base64') });
      expect(['InvalidCiphertextException', 'AccessDeniedException'], `bit ${bit}`).toContain(output.__type);
      const named = await call('Decrypt', { KeyId: key.KeyId, CiphertextBlob: changed.toString('base64') });
      expect(['InvalidCiphertextException', 'IncorrectKeyException'], `bit ${bit}`).toContain(
        named.output.__type,
      );
    }
  });

  it('refuse a ciphertext that is cut or longer, without text', async () => {
    const { call, blob } = await encrypted();
    const bytes = Buffer.from(blob, 'base64');
    for (let byteLength = 1; byteLength < bytes.byteLength; byteLength++)
      expect(
        await call('Decrypt', { CiphertextBlob: bytes.subarray(0, byteLength).toString('base64') }),
      ).toEqual(invalidCiphertext);
    const longer = Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64');
    expect(await call('Decrypt', { CiphertextBlob: longer })).toEqual(invalidCiphertext);
    expect(await call('Decrypt', { CiphertextBlob: base64('not a ciphertext') })).toEqual(invalidCiphertext);
  });

  it('hold Decrypt to the KeyId that it is given', async () => {
    const { call, createKey, blob } = await encrypted();
    const other = await createKey();
    expect(await call('Decrypt', { KeyId: other.KeyId, CiphertextBlob: blob })).toEqual(incorrectKey);
    // Whether the other key could be used is not even looked at.
    await call('DisableKey', { KeyId: other.KeyId });
    expect(await call('Decrypt', { KeyId: other.KeyId, CiphertextBlob: blob })).toEqual(incorrectKey);
  });

  it('do not open in another account or region, where the key is unknown', async () => {
    const { call, key, blob } = await encrypted();
    for (const place of [{ accountId: '999900001111' }, { region: 'us-east-1' }]) {
      expect(await call('Decrypt', { CiphertextBlob: blob }, place)).toEqual(notFoundCiphertext);
      expect((await call('Decrypt', { CiphertextBlob: blob, KeyId: key.KeyId }, place)).output.__type).toBe(
        'NotFoundException',
      );
    }
  });

  it('do not open under a copy of the key in another region', async () => {
    const { call, key, blob, store } = await encrypted();
    for (const table of ['kms_keys', 'kms_key_materials']) {
      const [row] = await store.list(table, { limit: 1 });
      if (row === undefined) throw new Error('The row is there.');
      const [accountId = '', , ...rest] = row.key;
      await store.commit([
        { table, key: [accountId, 'eu-central-2', ...rest], expectedRevision: 0, content: row.content },
      ]);
    }
    const place = { region: 'eu-central-2' };
    expect((await call('DescribeKey', { KeyId: key.KeyId }, place)).status).toBe(200);
    expect(await call('Decrypt', { CiphertextBlob: blob }, place)).toEqual(invalidCiphertext);
  });

  it('refuse algorithms of other key specs', async () => {
    const { call, key, blob } = await encrypted();
    const refusal = fault(
      'InvalidKeyUsageException',
      'Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.',
    );
    const input = { KeyId: key.KeyId, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
    expect(await call('Encrypt', { ...input, Plaintext: 'AA==' })).toEqual(refusal);
    expect(await call('Decrypt', { ...input, CiphertextBlob: blob })).toEqual(refusal);
    expect(
      await call('Decrypt', { EncryptionAlgorithm: 'RSAES_OAEP_SHA_256', CiphertextBlob: blob }),
    ).toMatchObject({ output: { message: expect.stringContaining("Value null at 'keyId'") } });
  });
});

describe('the encryption context', () => {
  const context = { tenant: 'a', zebra: 'ü', Alpha: '' };

  it('is needed to decrypt, in any order', async () => {
    const { call, blob } = await encrypted(context);
    for (const EncryptionContext of [context, { zebra: 'ü', Alpha: '', tenant: 'a' }])
      expect((await call('Decrypt', { CiphertextBlob: blob, EncryptionContext })).status).toBe(200);
  });

  it.each<[Record<string, string>, Record<string, string> | undefined]>([
    [{ a: 'b' }, undefined],
    [{ a: 'b' }, {}],
    [{}, { a: '' }],
    [{ a: 'b' }, { a: 'B' }],
    [{ a: 'b' }, { A: 'b' }],
    [{ a: 'b' }, { b: 'a' }],
    [{ a: 'b' }, { a: 'b', c: 'd' }],
    [{ a: 'b', c: '' }, { a: 'b=&c' }],
    [
      { a: 'b', c: 'd' },
      { a: 'bc', '': 'd' },
    ],
    [{ ab: 'c' }, { a: 'bc' }],
    [{ name: 'ä' }, { name: 'a\u0308' }],
    [{ a: '\0\0\0\0b' }, { 'a\0\0\0\0': 'b' }],
  ])('%j does not open under %j', async (used, expected) => {
    const { call, blob } = await encrypted(used);
    expect(await call('Decrypt', { CiphertextBlob: blob, EncryptionContext: expected })).toEqual(
      invalidCiphertext,
    );
  });

  it('treats names that mean something to JavaScript as names', async () => {
    const { call, send, key } = await encrypted();
    const withContext = (value: string, members: string) =>
      `{"KeyId":"${key.KeyId}",${members},"EncryptionContext":{"__proto__":"${value}","constructor":"x"}}`;
    const { output } = await send('TrentService.Encrypt', withContext('1', '"Plaintext":"AA=="'));
    const blob = `"CiphertextBlob":"${output.CiphertextBlob}"`;
    expect((await send('TrentService.Decrypt', withContext('1', blob))).status).toBe(200);
    expect(await send('TrentService.Decrypt', withContext('2', blob))).toEqual(invalidCiphertext);
    expect(await call('Decrypt', { CiphertextBlob: output.CiphertextBlob })).toEqual(invalidCiphertext);
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });

  it('may be large', async () => {
    const large = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`key ${index}`, 'v'.repeat(100)]),
    );
    const { call, blob } = await encrypted(large);
    expect((await call('Decrypt', { CiphertextBlob: blob, EncryptionContext: large })).status).toBe(200);
  });
});

describe('GenerateDataKey', () => {
  it.each([
    [{ KeySpec: 'AES_128' }, 16],
    [{ KeySpec: 'AES_256' }, 32],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 1024 }, 1024],
  ])('makes for %j a key of %i bytes that Decrypt returns', async (size, byteLength) => {
    const { call, createKey } = await openKms();
    const key = await createKey();
    const EncryptionContext = { purpose: 'test' };
    const { output } = await call('GenerateDataKey', { KeyId: key.KeyId, EncryptionContext, ...size });
    expect(output).toEqual({
      CiphertextBlob: expect.any(String),
      KeyId: key.Arn,
      KeyMaterialId: key.CurrentKeyMaterialId,
      Plaintext: expect.any(String),
    });
    expect(Buffer.from(output.Plaintext, 'base64')).toHaveLength(byteLength);
    const opened = await call('Decrypt', { CiphertextBlob: output.CiphertextBlob, EncryptionContext });
    expect(opened.output.Plaintext).toBe(output.Plaintext);
    expect(await call('Decrypt', { CiphertextBlob: output.CiphertextBlob })).toEqual(invalidCiphertext);
  });

  it('never makes the same key twice', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey();
    const made = await Promise.all(
      Array.from(
        { length: 100 },
        async () => (await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).output,
      ),
    );
    expect(new Set(made.map(({ Plaintext }: Output) => Plaintext)).size).toBe(100);
  });

  it.each([{}, { KeySpec: 'AES_256', NumberOfBytes: 32 }])(
    'wants either KeySpec or NumberOfBytes, not %j, even of a disabled key',
    async (size) => {
      const { call, createKey } = await openKms();
      const { KeyId } = await createKey();
      await call('DisableKey', { KeyId });
      expect(await call('GenerateDataKey', { KeyId, ...size })).toEqual(
        fault('ValidationException', 'Please specify either number of bytes or key spec.'),
      );
    },
  );
});

describe('a disabled key', () => {
  it('neither encrypts nor decrypts nor makes data keys, until it is enabled again', async () => {
    const { call, key, blob } = await encrypted();
    const requests: readonly (readonly [string, object])[] = [
      ['Encrypt', { KeyId: key.KeyId, Plaintext: 'AA==' }],
      ['Decrypt', { CiphertextBlob: blob }],
      ['Decrypt', { CiphertextBlob: blob, KeyId: key.Arn }],
      ['GenerateDataKey', { KeyId: key.KeyId, KeySpec: 'AES_256' }],
    ];
    await call('DisableKey', { KeyId: key.KeyId });
    for (const [operation, input] of requests)
      expect(await call(operation, input)).toEqual(fault('DisabledException', `${key.Arn} is disabled.`));
    await call('EnableKey', { KeyId: key.KeyId });
    for (const [operation, input] of requests) expect((await call(operation, input)).status).toBe(200);
  });
});

describe('a dry run', () => {
  it('says that the request would succeed, and returns nothing else', async () => {
    const { call, key, blob } = await encrypted();
    const requests: readonly (readonly [string, object])[] = [
      ['Encrypt', { KeyId: key.KeyId, Plaintext: 'AA==' }],
      ['Decrypt', { CiphertextBlob: blob }],
      ['Decrypt', { KeyId: key.KeyId, DryRunModifiers: ['IGNORE_CIPHERTEXT'] }],
      ['GenerateDataKey', { KeyId: key.KeyId, NumberOfBytes: 5 }],
    ];
    for (const [operation, input] of requests)
      expect(await call(operation, { ...input, DryRun: true })).toEqual(
        fault('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
      );
    await call('DisableKey', { KeyId: key.KeyId });
    for (const [operation, input] of requests)
      expect(await call(operation, { ...input, DryRun: true })).toMatchObject({
        output: { __type: 'DisabledException' },
      });
  });

  it('of a ciphertext that does not open says so', async () => {
    const { call, blob } = await encrypted({ a: 'b' });
    expect(await call('Decrypt', { CiphertextBlob: blob, DryRun: true })).toEqual(invalidCiphertext);
  });

  it('may leave out the ciphertext only where it names the key and says so', async () => {
    const { call } = await openKms();
    const missing = (member: string) =>
      fault(
        'ValidationException',
        `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
      );
    expect(await call('Decrypt', { DryRun: true })).toEqual(missing('ciphertextBlob'));
    expect(await call('Decrypt', { DryRunModifiers: ['IGNORE_CIPHERTEXT'] })).toEqual(
      missing('ciphertextBlob'),
    );
    expect(await call('Decrypt', { DryRun: true, DryRunModifiers: ['IGNORE_CIPHERTEXT'] })).toEqual(
      missing('keyId'),
    );
  });
});

describe('what is not there yet is refused, never ignored', () => {
  it('grant tokens, since no grant exists', async () => {
    const { call, key, blob } = await encrypted();
    const GrantTokens = ['token'];
    for (const [operation, input] of [
      ['Encrypt', { KeyId: key.KeyId, Plaintext: 'AA==' }],
      ['Decrypt', { CiphertextBlob: blob }],
      ['GenerateDataKey', { KeyId: key.KeyId, NumberOfBytes: 5 }],
      ['DescribeKey', { KeyId: key.KeyId }],
    ] as const)
      expect(await call(operation, { ...input, GrantTokens })).toEqual(fault('InvalidGrantTokenException'));
  });

  it('recipients', async () => {
    const { call, key, blob } = await encrypted();
    const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: 'AA==' };
    for (const [operation, input] of [
      ['Decrypt', { CiphertextBlob: blob }],
      ['GenerateDataKey', { KeyId: key.KeyId, NumberOfBytes: 5 }],
    ] as const)
      expect(await call(operation, { ...input, Recipient })).toEqual(
        fault(
          'UnsupportedOperationException',
          'The Keyfold emulator does not check attestation documents: Recipient is not available.',
        ),
      );
  });
});
