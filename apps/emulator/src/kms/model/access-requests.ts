/** Requests about who may use a key and what it is called: policies, grants, aliases, tags. */
export const accessRequests = {
  GetKeyPolicyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      PolicyName: { shape: 'PolicyNameType' },
    },
  },
  PutKeyPolicyRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      PolicyName: { shape: 'PolicyNameType' },
      Policy: { shape: 'PolicyType', required: true },
      BypassPolicyLockoutSafetyCheck: { shape: 'BooleanType' },
    },
  },
  ListKeyPoliciesRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
    },
  },
  CreateGrantRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      GranteePrincipal: { shape: 'PrincipalIdType' },
      RetiringPrincipal: { shape: 'PrincipalIdType' },
      Operations: { shape: 'GrantOperationList', required: true },
      Constraints: { shape: 'GrantConstraints' },
      GrantTokens: { shape: 'GrantTokenList' },
      Name: { shape: 'GrantNameType' },
      DryRun: { shape: 'NullableBooleanType' },
      GranteeServicePrincipal: { shape: 'ServicePrincipalType' },
      RetiringServicePrincipal: { shape: 'ServicePrincipalType' },
    },
  },
  ListGrantsRequest: {
    type: 'structure',
    members: {
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
      KeyId: { shape: 'KeyIdType', required: true },
      GrantId: { shape: 'GrantIdType' },
      GranteePrincipal: { shape: 'PrincipalIdType' },
      GranteeServicePrincipal: { shape: 'ServicePrincipalType' },
    },
  },
  ListRetirableGrantsRequest: {
    type: 'structure',
    members: {
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
      RetiringPrincipal: { shape: 'PrincipalIdType' },
      RetiringServicePrincipal: { shape: 'ServicePrincipalType' },
    },
  },
  RetireGrantRequest: {
    type: 'structure',
    members: {
      GrantToken: { shape: 'GrantTokenType' },
      KeyId: { shape: 'KeyIdType' },
      GrantId: { shape: 'GrantIdType' },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  RevokeGrantRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      GrantId: { shape: 'GrantIdType', required: true },
      DryRun: { shape: 'NullableBooleanType' },
    },
  },
  CreateAliasRequest: {
    type: 'structure',
    members: {
      AliasName: { shape: 'AliasNameType', required: true },
      TargetKeyId: { shape: 'KeyIdType', required: true },
    },
  },
  UpdateAliasRequest: {
    type: 'structure',
    members: {
      AliasName: { shape: 'AliasNameType', required: true },
      TargetKeyId: { shape: 'KeyIdType', required: true },
    },
  },
  DeleteAliasRequest: {
    type: 'structure',
    members: {
      AliasName: { shape: 'AliasNameType', required: true },
    },
  },
  ListAliasesRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType' },
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
    },
  },
  TagResourceRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      Tags: { shape: 'TagList', required: true },
    },
  },
  UntagResourceRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      TagKeys: { shape: 'TagKeyList', required: true },
    },
  },
  ListResourceTagsRequest: {
    type: 'structure',
    members: {
      KeyId: { shape: 'KeyIdType', required: true },
      Limit: { shape: 'LimitType' },
      Marker: { shape: 'MarkerType' },
    },
  },
} as const;
