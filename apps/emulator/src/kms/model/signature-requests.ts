/** Requests that sign, authenticate, and agree on secrets. */
export const signatureRequests = {
  GetPublicKeyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
    },
  },
  SignRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      Message: { shape: 'PlaintextType', required: true },
      MessageType: { shape: 'MessageType' },
      GrantTokens: { shape: 'GrantTokenList' },
      SigningAlgorithm: { shape: 'SigningAlgorithmSpec', required: true },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  VerifyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      Message: { shape: 'PlaintextType', required: true },
      MessageType: { shape: 'MessageType' },
      Signature: { shape: 'CiphertextType', required: true },
      SigningAlgorithm: { shape: 'SigningAlgorithmSpec', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  GenerateMacRequest: {
    type: 'structure',
    members: {
      Message: { shape: 'PlaintextType', required: true },
      KeyId: { shape: 'KeyIdType', required: true },
      MacAlgorithm: { shape: 'MacAlgorithmSpec', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  VerifyMacRequest: {
    type: 'structure',
    members: {
      Message: { shape: 'PlaintextType', required: true },
      KeyId: { shape: 'KeyIdType', required: true },
      MacAlgorithm: { shape: 'MacAlgorithmSpec', required: true },
      Mac: { shape: 'CiphertextType', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  DeriveSharedSecretRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      KeyAgreementAlgorithm: { shape: 'KeyAgreementAlgorithmSpec', required: true },
      PublicKey: { shape: 'PublicKeyType', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
      Recipient: { shape: 'RecipientInfo' },
    },
  },
  EncapsulateRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      EncapsulationAlgorithm: { shape: 'EncapsulationAlgorithmSpec', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  DecapsulateRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      SharedSecretCiphertextBlob: { shape: 'CiphertextType', required: true },
      EncapsulationAlgorithm: { shape: 'EncapsulationAlgorithmSpec', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
} as const;
