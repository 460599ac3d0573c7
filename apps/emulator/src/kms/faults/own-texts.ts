import { filled, type PlaceValues } from '../../aws/placeholders.ts';
import { KmsFault } from './kms-fault.ts';
import type { FaultName } from './kms-faults.ts';

/**
 * Refusals for which AWS's own words are not on record: not recorded, not documented, not quoted by anybody whom AWS answered. The
 * fault is AWS's, as far as its API reference says which; the words are ours, in AWS's manner. The table of operations lists them, so
 * that nobody takes them for AWS's. `{name}` is a value of the request's.
 */
export const ownTexts = {
  aliasOfAlias: {
    fault: 'ValidationException',
    text: 'TargetKeyId must be a key ID or a key ARN: an alias cannot stand for an alias.',
  },
  aliasOfOtherKind: {
    fault: 'ValidationException',
    text: 'Alias {alias} cannot be changed to a key of another type or key usage.',
  },
  aliasReserved: {
    fault: 'NotAuthorizedException',
    text: 'Aliases that begin with alias/aws/ are reserved for AWS managed keys.',
  },
  algorithmOfOtherSpec: {
    fault: 'InvalidKeyUsageException',
    text: 'Algorithm {algorithm} is incompatible with key spec {keySpec}.',
  },
  contextOfAsymmetric: {
    fault: 'ValidationException',
    text: 'Algorithm {algorithm} does not support an encryption context.',
  },
  customKeyStoreFields: {
    fault: 'ValidationException',
    text: '{member} cannot be specified for a custom key store of type {type}.',
  },
  customKeyStoreNothingToDo: {
    fault: 'ValidationException',
    text: 'You must specify at least one member to update.',
  },
  customKeyStoreTwice: {
    fault: 'ValidationException',
    text: 'You cannot specify CustomKeyStoreId and CustomKeyStoreName in the same request.',
  },
  deletionWindow: {
    fault: 'ValidationException',
    text: 'PendingWindowInDays must be between {min} and {max}.',
  },
  grantConstraintPairs: {
    fault: 'ValidationException',
    text: 'A grant constraint can have at most {max} encryption context pairs.',
  },
  grantConstraintValue: {
    fault: 'ValidationException',
    text: 'An encryption context value in a grant constraint cannot exceed {max} characters.',
  },
  grantConstraintsOfAsymmetric: {
    fault: 'ValidationException',
    text: 'Encryption context grant constraints are supported only for symmetric encryption KMS keys.',
  },
  grantMissing: { fault: 'NotFoundException', text: 'Grant {grant} is not found.' },
  grantNotNamed: {
    fault: 'ValidationException',
    text: 'You must specify either a GrantToken, or a KeyId and a GrantId.',
  },
  grantOperation: {
    fault: 'ValidationException',
    text: 'Grant operation {operation} is not supported by a KMS key with key spec {keySpec} and key usage {keyUsage}.',
  },
  grantToService: {
    fault: 'ValidationException',
    text: 'A grant to a service principal requires a SourceArn constraint and a retiring principal.',
  },
  grantTwoGrantees: {
    fault: 'ValidationException',
    text: 'You cannot specify GranteePrincipal and GranteeServicePrincipal in the same request.',
  },
  grantTwoRetiring: {
    fault: 'ValidationException',
    text: 'You cannot specify RetiringPrincipal and RetiringServicePrincipal in the same request.',
  },
  importExpirationMissing: {
    fault: 'ValidationException',
    text: 'You must specify a ValidTo date when the ExpirationModel is KEY_MATERIAL_EXPIRES.',
  },
  importExpirationNotWanted: {
    fault: 'ValidationException',
    text: 'You cannot specify a ValidTo date when the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE.',
  },
  importExpirationRange: {
    fault: 'ValidationException',
    text: 'The ValidTo date must be in the future, and at most {max} days away.',
  },
  importIdOfNew: {
    fault: 'ValidationException',
    text: 'You cannot specify a KeyMaterialId when the ImportType is NEW_KEY_MATERIAL.',
  },
  importIntoReplica: {
    fault: 'UnsupportedOperationException',
    text: 'New key material is imported into the primary key first: {arn} is a multi-Region replica key.',
  },
  keyManagedByAws: {
    fault: 'UnsupportedOperationException',
    text: '{arn} is an AWS managed key, which is not valid for this operation.',
  },
  keyMultiRegionInStore: {
    fault: 'UnsupportedOperationException',
    text: 'A multi-Region key cannot be created in a custom key store.',
  },
  keyOriginWithoutStore: {
    fault: 'ValidationException',
    text: 'A CustomKeyStoreId goes with the Origin AWS_CLOUDHSM or EXTERNAL_KEY_STORE, and these with it.',
  },
  keySpecTwice: {
    fault: 'ValidationException',
    text: 'You cannot specify KeySpec and CustomerMasterKeySpec in the same request.',
  },
  keyStoreOfOtherType: {
    fault: 'UnsupportedOperationException',
    text: 'Custom key store {store} is of type {type}, which is not valid for this operation.',
  },
  keyUsageOfOtherSpec: {
    fault: 'ValidationException',
    text: 'KeyUsage {keyUsage} is not compatible with KeySpec {keySpec}.',
  },
  keyXksId: {
    fault: 'ValidationException',
    text: 'An XksKeyId is required for a KMS key with the Origin EXTERNAL_KEY_STORE, and valid for no other.',
  },
  materialMissing: {
    fault: 'NotFoundException',
    text: "Key material '{material}' does not exist in '{arn}'.",
  },
  messageTypeOfOtherAlgorithm: {
    fault: 'ValidationException',
    text: 'Message type {type} is incompatible with algorithm {algorithm}.',
  },
  multiRegionNotPrimary: {
    fault: 'UnsupportedOperationException',
    text: '{arn} is not a multi-Region primary key.',
  },
  multiRegionPartition: {
    fault: 'UnsupportedOperationException',
    text: 'Region {region} is in another partition.',
  },
  multiRegionTwice: { fault: 'AlreadyExistsException', text: '{arn} already exists.' },
  multiRegionUnknown: {
    fault: 'UnsupportedOperationException',
    text: 'Region {region} is not an AWS Region.',
  },
  policyMissing: {
    fault: 'NotFoundException',
    text: 'Policy {policy} does not exist: the only policy name is default.',
  },
  publicKeyOfOtherCurve: {
    fault: 'ValidationException',
    text: 'The public key is not a DER-encoded SubjectPublicKeyInfo on the curve of key spec {keySpec}.',
  },
  rotationLimit: {
    fault: 'LimitExceededException',
    text: '{arn} has been rotated on demand {max} times, which is the limit.',
  },
  rotationNothingPending: {
    fault: 'KMSInvalidStateException',
    text: '{arn} has no imported key material that is pending rotation.',
  },
  rotationPendingElsewhere: {
    fault: 'KMSInvalidStateException',
    text: 'The key material of {arn} that is pending rotation is not imported into all replica keys.',
  },
} as const;

/** A name of a row of {@link ownTexts}. */
export type OwnTextName = keyof typeof ownTexts;

/** The refusal of a row of {@link ownTexts}, with its values put in. */
export function ownFault<Name extends OwnTextName>(
  name: Name,
  ...[values]: PlaceValues<(typeof ownTexts)[Name]['text']>
): KmsFault {
  const { fault, text }: { readonly fault: FaultName; readonly text: string } = ownTexts[name];
  return new KmsFault(fault, filled(text, values));
}
