/** One key that an operation works on, and the permission that it takes. */
export interface KeyPermission {
  /** The request's member that names the key. */
  readonly member: string;
  readonly action: string;
  /** The member that holds the encryption context. */
  readonly contextMember?: string;
  /** The member with the ciphertext, which names the key where `member` is left out. */
  readonly ciphertextMember?: string;
}

/** A permission for a part of what an operation does. */
export interface FurtherPermission {
  readonly action: string;
  /** Only where the request has this member. */
  readonly whenGiven?: string;
  /** The member that says in which Region; absent: where the request goes. */
  readonly regionMember?: string;
}

/** What an operation needs permission for. */
export interface AccessRow {
  readonly keys: readonly KeyPermission[];
  /** Permissions beside that of the operation itself, for which no key's policy is asked. */
  readonly further?: readonly FurtherPermission[];
  /** Whether an alias is changed, which its own ARN stands for in the caller's policies. */
  readonly alias?: true;
  /** Whether the API reference says "Cross-account use: Yes". */
  readonly crossAccount: boolean;
}

/** AWS KMS API reference: the operations that take keys of other accounts. */
const crossAccount: readonly string[] = [
  'CreateGrant',
  'Decapsulate',
  'Decrypt',
  'DeriveSharedSecret',
  'DescribeKey',
  'Encapsulate',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GetKeyRotationStatus',
  'GetPublicKey',
  'ListGrants',
  'ReEncrypt',
  'RetireGrant',
  'RevokeGrant',
  'Sign',
  'Verify',
  'VerifyMac',
];

/** Operations that name no key, though a key's id may narrow what they list. */
const withoutKey: readonly string[] = [
  'ConnectCustomKeyStore',
  'CreateCustomKeyStore',
  'CreateKey',
  'DeleteCustomKeyStore',
  'DescribeCustomKeyStores',
  'DisconnectCustomKeyStore',
  'GenerateRandom',
  'ListAliases',
  'ListKeys',
  'ListRetirableGrants',
  'UpdateCustomKeyStore',
];

const special: Readonly<Record<string, Omit<AccessRow, 'crossAccount'>>> = {
  CreateAlias: { alias: true, keys: [{ member: 'TargetKeyId', action: 'kms:CreateAlias' }] },
  DeleteAlias: { alias: true, keys: [{ member: 'AliasName', action: 'kms:DeleteAlias' }] },
  // Both the key that has the alias and the one that gets it.
  UpdateAlias: {
    alias: true,
    keys: [
      { member: 'AliasName', action: 'kms:UpdateAlias' },
      { member: 'TargetKeyId', action: 'kms:UpdateAlias' },
    ],
  },
  Decrypt: {
    keys: [
      {
        member: 'KeyId',
        action: 'kms:Decrypt',
        contextMember: 'EncryptionContext',
        ciphertextMember: 'CiphertextBlob',
      },
    ],
  },
  // AWS KMS API reference, "CreateKey", "Tags".
  CreateKey: { keys: [], further: [{ action: 'kms:TagResource', whenGiven: 'Tags' }] },
  // AWS KMS API reference, "ReplicateKey", "Required permissions": kms:CreateKey in the replica's Region.
  ReplicateKey: {
    keys: [{ member: 'KeyId', action: 'kms:ReplicateKey' }],
    further: [
      { action: 'kms:CreateKey', regionMember: 'ReplicaRegion' },
      { action: 'kms:TagResource', whenGiven: 'Tags', regionMember: 'ReplicaRegion' },
    ],
  },
  ReEncrypt: {
    keys: [
      {
        member: 'SourceKeyId',
        action: 'kms:ReEncryptFrom',
        contextMember: 'SourceEncryptionContext',
        ciphertextMember: 'CiphertextBlob',
      },
      {
        member: 'DestinationKeyId',
        action: 'kms:ReEncryptTo',
        contextMember: 'DestinationEncryptionContext',
      },
    ],
  },
};

const rows = new Map<string, AccessRow>();

/** What an operation needs permission for. AWS KMS developer guide, "AWS KMS permissions". */
export function accessRow(operation: string): AccessRow {
  const row = rows.get(operation) ?? makeRow(operation);
  rows.set(operation, row);
  return row;
}

function makeRow(operation: string): AccessRow {
  const keys: readonly KeyPermission[] = withoutKey.includes(operation)
    ? []
    : [{ member: 'KeyId', action: `kms:${operation}`, contextMember: 'EncryptionContext' }];
  return { keys, ...special[operation], crossAccount: crossAccount.includes(operation) };
}
