/** Requests about the values of secrets and their versions. */
export const valueRequests = {
  CreateSecretRequest: {
    type: 'structure',
    members: {
      Name: { shape: 'NameType', required: true },
      ClientRequestToken: { shape: 'ClientRequestTokenType' },
      Description: { shape: 'DescriptionType' },
      KmsKeyId: { shape: 'KmsKeyIdType' },
      SecretBinary: { shape: 'SecretBinaryType' },
      SecretString: { shape: 'SecretStringType' },
      Tags: { shape: 'TagListType' },
      AddReplicaRegions: { shape: 'AddReplicaRegionListType' },
      ForceOverwriteReplicaSecret: { shape: 'BooleanType' },
      Type: { shape: 'MedeaTypeType' },
    },
  },
  GetSecretValueRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      VersionId: { shape: 'SecretVersionIdType' },
      VersionStage: { shape: 'SecretVersionStageType' },
    },
  },
  BatchGetSecretValueRequest: {
    type: 'structure',
    members: {
      SecretIdList: { shape: 'SecretIdListType' },
      Filters: { shape: 'FiltersListType' },
      MaxResults: { shape: 'MaxResultsBatchType' },
      NextToken: { shape: 'NextTokenType' },
    },
  },
  PutSecretValueRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      ClientRequestToken: { shape: 'ClientRequestTokenType' },
      SecretBinary: { shape: 'SecretBinaryType' },
      SecretString: { shape: 'SecretStringType' },
      VersionStages: { shape: 'SecretVersionStagesType' },
      RotationToken: { shape: 'RotationTokenType' },
    },
  },
  UpdateSecretRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      ClientRequestToken: { shape: 'ClientRequestTokenType' },
      Description: { shape: 'DescriptionType' },
      KmsKeyId: { shape: 'KmsKeyIdType' },
      SecretBinary: { shape: 'SecretBinaryType' },
      SecretString: { shape: 'SecretStringType' },
      Type: { shape: 'MedeaTypeType' },
    },
  },
  UpdateSecretVersionStageRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      VersionStage: { shape: 'SecretVersionStageType', required: true },
      RemoveFromVersionId: { shape: 'SecretVersionIdType' },
      MoveToVersionId: { shape: 'SecretVersionIdType' },
    },
  },
  ListSecretVersionIdsRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      MaxResults: { shape: 'MaxResultsType' },
      NextToken: { shape: 'NextTokenType' },
      IncludeDeprecated: { shape: 'BooleanType' },
    },
  },
  GetRandomPasswordRequest: {
    type: 'structure',
    members: {
      PasswordLength: { shape: 'PasswordLengthType' },
      ExcludeCharacters: { shape: 'ExcludeCharactersType' },
      ExcludeNumbers: { shape: 'ExcludeNumbersType' },
      ExcludePunctuation: { shape: 'ExcludePunctuationType' },
      ExcludeUppercase: { shape: 'ExcludeUppercaseType' },
      ExcludeLowercase: { shape: 'ExcludeLowercaseType' },
      IncludeSpace: { shape: 'IncludeSpaceType' },
      RequireEachIncludedType: { shape: 'RequireEachIncludedTypeType' },
    },
  },
  RotateSecretRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
      ClientRequestToken: { shape: 'ClientRequestTokenType' },
      RotationLambdaARN: { shape: 'RotationLambdaARNType' },
      RotationRules: { shape: 'RotationRulesType' },
      ExternalSecretRotationMetadata: { shape: 'ExternalSecretRotationMetadataType' },
      ExternalSecretRotationRoleArn: { shape: 'RoleARNType' },
      RotateImmediately: { shape: 'BooleanType' },
    },
  },
  CancelRotateSecretRequest: {
    type: 'structure',
    members: {
      SecretId: { shape: 'SecretIdType', required: true },
    },
  },
} as const;
