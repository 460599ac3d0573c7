/** Requests that encrypt and decrypt, and that make data keys and random bytes. */
export const encryptionRequests = {
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
  ReEncryptRequest: {
    type: 'structure',
    members: {
      CiphertextBlob: { shape: 'CiphertextType' },
      SourceEncryptionContext: { shape: 'EncryptionContextType' },
      SourceKeyId: { shape: 'KeyIdType' },
      DestinationKeyId: { shape: 'KeyIdType', required: true },
      DestinationEncryptionContext: { shape: 'EncryptionContextType' },
      SourceEncryptionAlgorithm: { shape: 'EncryptionAlgorithmSpec' },
      DestinationEncryptionAlgorithm: { shape: 'EncryptionAlgorithmSpec' },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
      DryRunModifiers: { shape: 'DryRunModifierList' },
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
  GenerateDataKeyWithoutPlaintextRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      EncryptionContext: { shape: 'EncryptionContextType' },
      KeySpec: { shape: 'DataKeySpec' },
      NumberOfBytes: { shape: 'NumberOfBytesType' },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  GenerateDataKeyPairRequest: {
    type: 'structure',
    members: {
      EncryptionContext: { shape: 'EncryptionContextType' },
      KeyId: { shape: 'KeyIdType', required: true },
      KeyPairSpec: { shape: 'DataKeyPairSpec', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      Recipient: { shape: 'RecipientInfo' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  GenerateDataKeyPairWithoutPlaintextRequest: {
    type: 'structure',
    members: {
      EncryptionContext: { shape: 'EncryptionContextType' },
      KeyId: { shape: 'KeyIdType', required: true },
      KeyPairSpec: { shape: 'DataKeyPairSpec', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  GenerateRandomRequest: {
    type: 'structure',
    members: {
      NumberOfBytes: { shape: 'NumberOfBytesType' },
      CustomKeyStoreId: { shape: 'CustomKeyStoreIdType' },
      Recipient: { shape: 'RecipientInfo' },
    },
  },
} as const;
