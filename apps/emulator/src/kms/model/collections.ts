/** Structures inside requests, lists and maps. */
export const collections = {
  DryRunModifierList: { type: 'list', member: 'DryRunModifierType' },
  EncryptionContextType: { type: 'map', key: 'EncryptionContextKey', value: 'EncryptionContextValue' },
  GrantConstraints: {
    type: 'structure',
    members: {
      EncryptionContextSubset: { shape: 'EncryptionContextType' },
      EncryptionContextEquals: { shape: 'EncryptionContextType' },
      SourceArn: { shape: 'SourceArnType' },
    },
  },
  GrantOperationList: { type: 'list', member: 'GrantOperation' },
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
  TagKeyList: { type: 'list', member: 'TagKeyType' },
  TagList: { type: 'list', member: 'Tag' },
  XksProxyAuthenticationCredentialType: {
    type: 'structure',
    members: {
      AccessKeyId: { shape: 'XksProxyAuthenticationAccessKeyIdType', required: true },
      RawSecretAccessKey: { shape: 'XksProxyAuthenticationRawSecretAccessKeyType', required: true },
    },
  },
} as const;
