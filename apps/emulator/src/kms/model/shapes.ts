import type { Shape } from './shape.ts';

/**
 * The constraints of every member that a request may have, named as in AWS's service model (version 2014-11-01). An
 * operation that is added adds its request here; a conformance test holds the table against the model and the SDK.
 *
 * Beyond the model: AWS refuses key ids that are not ASCII, and lists enumerations in an order of its own.
 */
export const shapes = {
  // Requests
  CreateKeyRequest: {
    type: 'structure',
    members: {
      Policy: { shape: 'PolicyType' },
      Description: { shape: 'DescriptionType' },
      KeyUsage: { shape: 'KeyUsageType' },
      CustomerMasterKeySpec: { shape: 'CustomerMasterKeySpec' },
      KeySpec: { shape: 'KeySpec' },
      Origin: { shape: 'OriginType' },
      CustomKeyStoreId: { shape: 'CustomKeyStoreIdType' },
      BypassPolicyLockoutSafetyCheck: { shape: 'BooleanType' },
      Tags: { shape: 'TagList' },
      MultiRegion: { shape: 'NullableBooleanType' },
      XksKeyId: { shape: 'XksKeyIdType' },
    },
  },
  DecryptRequest: {
    type: 'structure',
    members: {
      CiphertextBlob: { shape: 'CiphertextType' },
      EncryptionContext: { shape: 'EncryptionContextType' },
      GrantTokens: { shape: 'GrantTokenList' },
      KeyId: { shape: 'KeyIdType' },
      EncryptionAlgorithm: { shape: 'EncryptionAlgorithmSpec' },
      Recipient: { shape: 'RecipientInfo' },
      DryRun: { shape: 'NullableBooleanType' },
      DryRunModifiers: { shape: 'DryRunModifierList' },
    },
  },
  DescribeKeyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
    },
  },
  DisableKeyRequest: {
    type: 'structure',
    members: { KeyId: { shape: 'KeyIdType', required: true } },
  },
  EnableKeyRequest: {
    type: 'structure',
    members: { KeyId: { shape: 'KeyIdType', required: true } },
  },
  EncryptRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      Plaintext: { shape: 'PlaintextType', required: true },
      EncryptionContext: { shape: 'EncryptionContextType' },
      GrantTokens: { shape: 'GrantTokenList' },
      EncryptionAlgorithm: { shape: 'EncryptionAlgorithmSpec' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  GenerateDataKeyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      EncryptionContext: { shape: 'EncryptionContextType' },
      NumberOfBytes: { shape: 'NumberOfBytesType' },
      KeySpec: { shape: 'DataKeySpec' },
      GrantTokens: { shape: 'GrantTokenList' },
      Recipient: { shape: 'RecipientInfo' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  ListKeysRequest: {
    type: 'structure',
    members: {
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
    },
  },

  // Structures, lists and maps
  DryRunModifierList: { type: 'list', member: 'DryRunModifierType' },
  EncryptionContextType: { type: 'map', key: 'EncryptionContextKey', value: 'EncryptionContextValue' },
  GrantTokenList: { type: 'list', member: 'GrantTokenType', minLength: 0, maxLength: 10 },
  RecipientInfo: {
    type: 'structure',
    members: {
      KeyEncryptionAlgorithm: { shape: 'KeyEncryptionMechanism' },
      AttestationDocument: { shape: 'AttestationDocumentType' },
    },
  },
  Tag: {
    type: 'structure',
    members: {
      TagKey: { shape: 'TagKeyType', required: true },
      TagValue: { shape: 'TagValueType', required: true },
    },
  },
  TagList: { type: 'list', member: 'Tag' },

  // Enumerations. KeySpec and KeyUsageType have values that are newer than the model, from the SDK's types.
  CustomerMasterKeySpec: {
    type: 'enum',
    values: [
      'RSA_2048',
      'RSA_3072',
      'RSA_4096',
      'ECC_NIST_P256',
      'ECC_NIST_P384',
      'ECC_NIST_P521',
      'ECC_SECG_P256K1',
      'SYMMETRIC_DEFAULT',
      'HMAC_224',
      'HMAC_256',
      'HMAC_384',
      'HMAC_512',
      'SM2',
    ],
  },
  DataKeySpec: { type: 'enum', values: ['AES_256', 'AES_128'] },
  DryRunModifierType: { type: 'enum', values: ['IGNORE_CIPHERTEXT'] },
  EncryptionAlgorithmSpec: {
    type: 'enum',
    values: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE', 'SYMMETRIC_DEFAULT'],
  },
  KeyEncryptionMechanism: { type: 'enum', values: ['RSAES_OAEP_SHA_256'] },
  KeySpec: {
    type: 'enum',
    values: [
      'RSA_2048',
      'RSA_3072',
      'RSA_4096',
      'ECC_NIST_P256',
      'ECC_NIST_P384',
      'ECC_NIST_P521',
      'ECC_SECG_P256K1',
      'ECC_NIST_EDWARDS25519',
      'SYMMETRIC_DEFAULT',
      'HMAC_224',
      'HMAC_256',
      'HMAC_384',
      'HMAC_512',
      'SM2',
      'ML_DSA_44',
      'ML_DSA_65',
      'ML_DSA_87',
      'ML_KEM_512',
      'ML_KEM_768',
      'ML_KEM_1024',
    ],
  },
  KeyUsageType: {
    type: 'enum',
    values: [
      'ENCRYPT_DECRYPT',
      'SIGN_VERIFY',
      'GENERATE_VERIFY_MAC',
      'KEY_AGREEMENT',
      'ENCAPSULATE_DECAPSULATE',
    ],
  },
  OriginType: { type: 'enum', values: ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] },

  // Scalars
  AttestationDocumentType: { type: 'blob', minLength: 1, maxLength: 262_144 },
  BooleanType: { type: 'boolean' },
  CiphertextType: { type: 'blob', minLength: 1, maxLength: 6144 },
  CustomKeyStoreIdType: { type: 'string', minLength: 1, maxLength: 64 },
  DescriptionType: { type: 'string', minLength: 0, maxLength: 8192 },
  EncryptionContextKey: { type: 'string' },
  EncryptionContextValue: { type: 'string' },
  GrantTokenType: { type: 'string', minLength: 1, maxLength: 8192 },
  KeyIdType: { type: 'string', minLength: 1, maxLength: 2048, pattern: '^\\p{ASCII}+$' },
  LimitType: { type: 'integer', min: 1, max: 1000 },
  MarkerType: { type: 'string', minLength: 1, maxLength: 1024, pattern: '^[\\u0020-\\u00FF]*$' },
  NullableBooleanType: { type: 'boolean' },
  NumberOfBytesType: { type: 'integer', min: 1, max: 1024 },
  PlaintextType: { type: 'blob', minLength: 1, maxLength: 4096, sensitive: true },
  PolicyType: {
    type: 'string',
    minLength: 1,
    maxLength: 131_072,
    pattern: '^[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+$',
  },
  TagKeyType: { type: 'string', minLength: 1, maxLength: 128 },
  TagValueType: { type: 'string', minLength: 0, maxLength: 256 },
  XksKeyIdType: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[a-zA-Z0-9-_.]+$' },
} as const;

/** The name of a row of {@link shapes}. */
export type ShapeName = keyof typeof shapes;

/** The row of that name, without the literal types of the table. */
export function shapeNamed(name: string): Shape {
  const shape: Shape | undefined = table[name];
  if (shape === undefined) throw new TypeError(`The shape table has no row ${name}.`);
  return shape;
}

/** The same table, by any name; also the proof that each row is a shape. */
const table: Readonly<Record<string, Shape>> = shapes;
