/** Requests about a key's material: import and rotation. */
export const materialRequests = {
  GetParametersForImportRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      WrappingAlgorithm: { shape: 'AlgorithmSpec', required: true },
      WrappingKeySpec: { shape: 'WrappingKeySpec', required: true },
    },
  },
  ImportKeyMaterialRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      ImportToken: { shape: 'CiphertextType', required: true },
      EncryptedKeyMaterial: { shape: 'CiphertextType', required: true },
      ValidTo: { shape: 'DateType' },
      ExpirationModel: { shape: 'ExpirationModelType' },
      ImportType: { shape: 'ImportType' },
      KeyMaterialDescription: { shape: 'KeyMaterialDescriptionType' },
      KeyMaterialId: { shape: 'BackingKeyIdType' },
    },
  },
  DeleteImportedKeyMaterialRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      KeyMaterialId: { shape: 'BackingKeyIdType' },
    },
  },
  EnableKeyRotationRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      RotationPeriodInDays: { shape: 'RotationPeriodInDaysType' },
    },
  },
  DisableKeyRotationRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
    },
  },
  GetKeyRotationStatusRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
    },
  },
  ListKeyRotationsRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      IncludeKeyMaterial: { shape: 'IncludeKeyMaterial' },
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
    },
  },
  RotateKeyOnDemandRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
    },
  },
} as const;
