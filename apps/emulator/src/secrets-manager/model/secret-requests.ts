/** Requests about secrets as a whole: what is said of them, who may use them, and their end. */
export const secretRequests = {
  DeleteResourcePolicyRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
    },
  },
  DeleteSecretRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      RecoveryWindowInDays: { shape: 'RecoveryWindowInDaysType' },
      ForceDeleteWithoutRecovery: { shape: 'BooleanType' },
    },
  },
  DescribeSecretRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
    },
  },
  GetResourcePolicyRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
    },
  },
  ListSecretsRequest: {
    type: 'structure',
    members: {
      IncludePlannedDeletion: { shape: 'BooleanType' },
      MaxResults: { shape: 'MaxResultsType' },
      NextToken: { shape: 'NextTokenType' },
      Filters: { shape: 'FiltersListType' },
      SortOrder: { shape: 'SortOrderType' },
      SortBy: { shape: 'SortByType' },
    },
  },
  PutResourcePolicyRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      ResourcePolicy: { shape: 'NonEmptyResourcePolicyType', required: true },
      BlockPublicPolicy: { shape: 'BooleanType' },
    },
  },
  RemoveRegionsFromReplicationRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      RemoveReplicaRegions: { shape: 'RemoveReplicaRegionListType', required: true },
    },
  },
  ReplicateSecretToRegionsRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      AddReplicaRegions: { shape: 'AddReplicaRegionListType', required: true },
      ForceOverwriteReplicaSecret: { shape: 'BooleanType' },
    },
  },
  RestoreSecretRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
    },
  },
  StopReplicationToReplicaRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
    },
  },
  TagResourceRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      Tags: { shape: 'TagListType', required: true },
    },
  },
  UntagResourceRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      TagKeys: { shape: 'TagKeyListType', required: true },
    },
  },
  ValidateResourcePolicyRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType' },
      ResourcePolicy: { shape: 'NonEmptyResourcePolicyType', required: true },
    },
  },
} as const;
