import { describe, expect, it } from 'vitest';
import { fault, openKms } from './kms-harness.ts';

const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const blob = (byteLength: number): string => Buffer.alloc(byteLength).toString('base64');
const one = (text: string): string => `1 validation error detected: ${text}`;
const keySpecs =
  '[RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87, ML_KEM_512, ML_KEM_768, ML_KEM_1024]';

describe('constraints, in the words of AWS', () => {
  it.each<[operation: string, input: object, text: string]>([
    ['DescribeKey', {}, one("Value null at 'keyId' failed to satisfy constraint: Member must not be null")],
    [
      'DescribeKey',
      { KeyId: null },
      one("Value null at 'keyId' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'EnableKey',
      { KeyId: '' },
      one(
        "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ],
    [
      'DisableKey',
      { KeyId: 'x'.repeat(2049) },
      one(
        `Value '${'x'.repeat(2049)}' at 'keyId' failed to satisfy constraint: Member must have length less than or equal to 2048`,
      ),
    ],
    [
      'Encrypt',
      {},
      "2 validation errors detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null; Value at 'plaintext' failed to satisfy constraint: Member must not be null",
    ],
    [
      'Encrypt',
      { KeyId: id, Plaintext: '' },
      one(
        "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ],
    [
      'Encrypt',
      { KeyId: id, Plaintext: blob(4097) },
      one(
        "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
      ),
    ],
    [
      'Encrypt',
      { KeyId: id, Plaintext: blob(1), EncryptionAlgorithm: 'ROT13' },
      one(
        "Value 'ROT13' at 'encryptionAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT]",
      ),
    ],
    [
      'Encrypt',
      { KeyId: id, Plaintext: blob(1), GrantTokens: Array.from('abcdefghijk') },
      one(
        "Value '[a, b, c, d, e, f, g, h, i, j, k]' at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 10",
      ),
    ],
    [
      'Encrypt',
      { KeyId: id, Plaintext: blob(1), GrantTokens: ['a', ''] },
      one(
        "Value '[a, ]' at 'grantTokens' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 8192, Member must have length greater than or equal to 1]",
      ),
    ],
    [
      'Decrypt',
      {},
      one("Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'Decrypt',
      { CiphertextBlob: '' },
      one(
        "Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ],
    [
      'Decrypt',
      { CiphertextBlob: blob(6145) },
      one(
        "Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length less than or equal to 6144",
      ),
    ],
    [
      'Decrypt',
      { CiphertextBlob: blob(1), DryRunModifiers: ['NO'] },
      one(
        "Value '[NO]' at 'dryRunModifiers' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [IGNORE_CIPHERTEXT]]",
      ),
    ],
    [
      'Decrypt',
      { CiphertextBlob: blob(1), Recipient: { KeyEncryptionAlgorithm: 'NONE' } },
      one(
        "Value 'NONE' at 'recipient.keyEncryptionAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RSAES_OAEP_SHA_256]",
      ),
    ],
    [
      'GenerateDataKey',
      { KeyId: id, NumberOfBytes: 0 },
      one(
        "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
      ),
    ],
    [
      'GenerateDataKey',
      { KeyId: id, NumberOfBytes: 1025 },
      one(
        "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
      ),
    ],
    [
      'GenerateDataKey',
      { KeyId: id, KeySpec: 'AES_257' },
      one(
        "Value 'AES_257' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]",
      ),
    ],
    [
      'ListKeys',
      { Limit: 1001, Marker: '' },
      "2 validation errors detected: Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000; Value '' at 'marker' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'ListKeys',
      { Marker: 'a\u0000b' },
      one(
        "Value 'a\u0000b' at 'marker' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\\u0020-\\u00FF]*$",
      ),
    ],
    [
      'CreateKey',
      { KeySpec: 'HMAC_random' },
      one(
        `Value 'HMAC_random' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: ${keySpecs}`,
      ),
    ],
    [
      'CreateKey',
      { KeyUsage: 'RANDOM' },
      one(
        "Value 'RANDOM' at 'keyUsage' failed to satisfy constraint: Member must satisfy enum value set: [ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC, KEY_AGREEMENT, ENCAPSULATE_DECAPSULATE]",
      ),
    ],
    [
      'CreateKey',
      { Tags: [{ TagKey: 'a', TagValue: 'b' }, { TagKey: '' }] },
      "2 validation errors detected: Value '' at 'tags.2.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1; Value null at 'tags.2.member.tagValue' failed to satisfy constraint: Member must not be null",
    ],
    [
      'CreateKey',
      { Description: 'd'.repeat(8193) },
      one(
        `Value '${'d'.repeat(8193)}' at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192`,
      ),
    ],
    [
      'CreateKey',
      { Policy: '{"Statement":"…"}' },
      one(
        `Value '{"Statement":"…"}' at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+$`,
      ),
    ],
  ])('%s %j', async (operation, input, text) => {
    const { call } = await openKms();
    expect(await call(operation, input)).toEqual(fault('ValidationException', text));
  });

  it('come before anything is looked up', async () => {
    const { call } = await openKms();
    expect(await call('GenerateDataKey', { KeyId: 'no such key', NumberOfBytes: 0 })).toMatchObject({
      output: { __type: 'ValidationException' },
    });
  });

  it('are not asked of members that AWS does not know', async () => {
    const { call } = await openKms();
    expect((await call('ListKeys', { Unknown: { deeply: ['wrong'] } })).status).toBe(200);
  });
});

describe('members of another JSON type', () => {
  it.each<[operation: string, input: object, text: string | undefined]>([
    ['DescribeKey', { KeyId: 7 }, 'NUMBER_VALUE can not be converted to a String'],
    ['DescribeKey', { KeyId: true }, 'TRUE_VALUE can not be converted to a String'],
    ['DescribeKey', { KeyId: { toString: 1 } }, 'Start of structure or map found where not expected.'],
    ['DescribeKey', { KeyId: [id] }, 'Start of list found where not expected'],
    ['DescribeKey', { KeyId: {} }, 'Start of structure or map found where not expected.'],
    ['DescribeKey', { KeyId: id, GrantTokens: 'token' }, 'Expected list or null'],
    ['DescribeKey', { KeyId: id, GrantTokens: [null] }, undefined],
    ['Encrypt', { KeyId: id, Plaintext: 'AA==', EncryptionContext: 'a=b' }, 'Expected map or null'],
    ['Encrypt', { KeyId: id, Plaintext: 'AA==', EncryptionContext: [] }, 'Expected map or null'],
    [
      'Encrypt',
      { KeyId: id, Plaintext: 'AA==', EncryptionContext: { a: 1 } },
      'NUMBER_VALUE can not be converted to a String',
    ],
    ['Encrypt', { KeyId: id, Plaintext: 'AA==', EncryptionContext: { a: null } }, undefined],
    ['Encrypt', { KeyId: id, Plaintext: 'not base64!' }, undefined],
    ['Encrypt', { KeyId: id, Plaintext: 'AA' }, undefined],
    ['Encrypt', { KeyId: id, Plaintext: 'AB==' }, undefined],
    ['Encrypt', { KeyId: id, Plaintext: 'AA==\n' }, undefined],
    ['Encrypt', { KeyId: id, Plaintext: '_-8=' }, undefined],
    ['ListKeys', { Limit: '5' }, 'STRING_VALUE can not be converted to an Integer'],
    ['ListKeys', { Limit: 1.5 }, undefined],
    ['ListKeys', { Limit: 2 ** 53 }, undefined],
    ['CreateKey', { MultiRegion: 'false' }, 'STRING_VALUE can not be converted to a Boolean'],
    ['CreateKey', { Tags: ['a'] }, 'Expected null'],
  ])('%s %j is a SerializationException', async (operation, input, text) => {
    const { call } = await openKms();
    expect(await call(operation, input)).toEqual(fault('SerializationException', text));
  });
});

describe('bodies', () => {
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['text', 'hello'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an unfinished object', '{"Limit":'],
    ['a byte-order mark', '\ufeff{}'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a member named twice', '{"Limit":1,"Limit":2}'],
    ['a member named twice, once escaped', '{"Limit":1,"\\u004cimit":2}'],
    ['a context key named twice', '{"EncryptionContext":{"a":"b","a":"c"}}'],
    ['deep nesting', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['half a character', '{"Marker":"\\ud800"}'],
  ])('with %s are answered with a SerializationException', async (_, body) => {
    const { send } = await openKms();
    expect(await send('TrentService.ListKeys', body)).toEqual(fault('SerializationException'));
  });

  it('keep what looks like a member inside a text', async () => {
    const { send } = await openKms();
    const { output } = await send(
      'TrentService.CreateKey',
      String.raw`{"Description":"\",\"Description\":\"x\\","Tags":[{"TagKey":"{","TagValue":"\\\""}]}`,
    );
    expect(output.KeyMetadata.Description).toBe('","Description":"x\\');
  });
});

describe('operations that do not exist', () => {
  it.each(['TrentService.Frobnicate', 'TrentService.generateRandom', 'TrentService.', 'ListKeys', ''])(
    'are unknown: %s',
    async (target) => {
      const { send } = await openKms();
      expect(await send(target, '{}')).toEqual(fault('UnknownOperationException'));
    },
  );

  it('are not found among the names that every object has', async () => {
    const { call } = await openKms();
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(await call(name)).toEqual(fault('UnknownOperationException'));
  });
});

it('takes an ARN of the partition that its Region is in, and no other', async () => {
  const { call, createKey } = await openKms();
  const { Arn } = await createKey();
  for (const partition of ['bogus', 'aws-cn', ''])
    for (const KeyId of [Arn, Arn.replace(/key\/.*$/, 'alias/a')].map((arn) =>
      arn.replace('arn:aws:', `arn:${partition}:`),
    ))
      expect(await call('DescribeKey', { KeyId })).toEqual(fault('NotFoundException', 'Invalid arn'));
});
