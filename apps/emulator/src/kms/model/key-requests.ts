/** Requests that make, describe, list and change keys, and that end them. */
export const keyRequests = {
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
  DescribeKeyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      GrantTokens: { shape: 'GrantTokenList' },
    },
  },
  ListKeysRequest: {
    type: 'structure',
    members: {
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
    },
  },
  EnableKeyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
    },
  },
  DisableKeyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
    },
  },
  UpdateKeyDescriptionRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      Description: { shape: 'DescriptionType', required: true },
    },
  },
  ScheduleKeyDeletionRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      PendingWindowInDays: { shape: 'PendingWindowInDaysType' },
    },
  },
  CancelKeyDeletionRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
    },
  },
  GetKeyLastUsageRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
    },
  },
  ReplicateKeyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      ReplicaRegion: { shape: 'RegionType', required: true },
      Policy: { shape: 'PolicyType' },
      BypassPolicyLockoutSafetyCheck: { shape: 'BooleanType' },
      Description: { shape: 'DescriptionType' },
      Tags: { shape: 'TagList' },
    },
  },
  UpdatePrimaryRegionRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      PrimaryRegion: { shape: 'RegionType', required: true },
    },
  },
} as const;
