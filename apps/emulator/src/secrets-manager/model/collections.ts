/** Lists, and structures inside requests. */
export const collections = {
  AddReplicaRegionListType: { type: 'list', member: 'ReplicaRegionType', minLength: 1 },
  ExternalSecretRotationMetadataItem: {
    type: 'structure',
    members: {
      Key: { shape: 'ExternalSecretRotationMetadataItemKeyType' },
      Value: { shape: 'ExternalSecretRotationMetadataItemValueType' },
    },
  },
  ExternalSecretRotationMetadataType: { type: 'list', member: 'ExternalSecretRotationMetadataItem' },
  Filter: {
    type: 'structure',
    members: {
      Key: { shape: 'FilterNameStringType' },
      Values: { shape: 'FilterValuesStringList' },
    },
  },
  FilterValuesStringList: { type: 'list', member: 'FilterValueStringType', minLength: 1, maxLength: 10 },
  FiltersListType: { type: 'list', member: 'Filter', maxLength: 10 },
  RemoveReplicaRegionListType: { type: 'list', member: 'RegionType', minLength: 1 },
  ReplicaRegionType: {
    type: 'structure',
    members: {
      Region: { shape: 'RegionType' },
      KmsKeyId: { shape: 'KmsKeyIdType' },
    },
  },
  RotationRulesType: {
    type: 'structure',
    members: {
      AutomaticallyAfterDays: { shape: 'AutomaticallyRotateAfterDaysType' },
      Duration: { shape: 'DurationType' },
      ScheduleExpression: { shape: 'ScheduleExpressionType' },
    },
  },
  SecretIdListType: { type: 'list', member: 'SecretIdType', minLength: 1, maxLength: 20 },
  SecretVersionStagesType: {
    type: 'list',
    member: 'SecretVersionStageType',
    minLength: 1,
    maxLength: 20,
  },
  Tag: {
    type: 'structure',
    members: {
      Key: { shape: 'TagKeyType' },
      Value: { shape: 'TagValueType' },
    },
  },
  TagKeyListType: { type: 'list', member: 'TagKeyType' },
  TagListType: { type: 'list', member: 'Tag' },
} as const;
