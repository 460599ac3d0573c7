import type { PlaceValues } from '../../aws/placeholders.ts';
import type { SecretsFaultName } from './secrets-faults.ts';

/** A refusal's text; `{name}` is a value of the request's or the secret's, never a secret value. */
export interface FaultText {
  readonly fault: SecretsFaultName;
  readonly text: string;
}

/** Refusals in AWS's words: from its API reference and user guide, or as callers whom AWS answered have quoted them. */
export const awsTexts = {
  bothValues: {
    fault: 'InvalidParameterException',
    text: "You can't specify both a binary secret value and a string secret value in the same secret.",
  },
  cannotDecrypt: {
    fault: 'DecryptionFailure',
    text: "Secrets Manager can't decrypt the secret value: {reason} (Service: AWSKMS; Status Code: 400; Error Code: {error}; Request ID: {requestId}; Proxy: null)",
  },
  createMarked: {
    fault: 'InvalidRequestException',
    text: "You can't create this secret because a secret with this name is already scheduled for deletion.",
  },
  currentRemoved: {
    fault: 'InvalidParameterException',
    text: 'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
  },
  exists: {
    fault: 'ResourceExistsException',
    text: 'The operation failed because the secret {name} already exists.',
  },
  foreignDefaultKey: {
    fault: 'InvalidRequestException',
    text: "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
  },
  labelElsewhere: {
    fault: 'InvalidParameterException',
    text: "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version {version}, so you must explicitly reference that version in RemoveFromVersionId.",
  },
  malformedPolicy: { fault: 'MalformedPolicyDocumentException', text: 'This policy has invalid syntax.' },
  markedForDeletion: {
    fault: 'InvalidRequestException',
    text: "You can't perform this operation on the secret because it was marked for deletion.",
  },
  noLambda: {
    fault: 'InvalidRequestException',
    text: 'No Lambda rotation function ARN is associated with this secret.',
  },
  noToken: {
    fault: 'InvalidRequestException',
    text: 'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  },
  noValue: {
    fault: 'InvalidRequestException',
    text: 'You must provide either SecretString or SecretBinary.',
  },
  notFound: {
    fault: 'ResourceNotFoundException',
    text: "Secrets Manager can't find the specified secret.",
  },
  previousRotation: {
    fault: 'InvalidRequestException',
    text: "A previous rotation isn't complete. That rotation will be reattempted.",
  },
  publicPolicy: {
    fault: 'PublicPolicyException',
    text: 'The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the secret.',
  },
  recoveryWindow: {
    fault: 'InvalidParameterException',
    text: 'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
  },
  serverSide: { fault: 'InternalServiceError', text: 'An error occurred on the server side.' },
  stageNotFound: {
    fault: 'ResourceNotFoundException',
    text: "Secrets Manager can't find the specified secret value for staging label: {stage}",
  },
  invalidNextToken: { fault: 'InvalidNextTokenException', text: 'The NextToken value is invalid.' },
  unsupportedPrincipal: {
    fault: 'MalformedPolicyDocumentException',
    text: 'This resource policy contains an unsupported principal.',
  },
} as const;

/**
 * Refusals for which AWS's own words are not on record: in no documentation, and quoted by nobody whom it answered. The fault is AWS's
 * as far as its API reference says which; the words are ours, in AWS's manner, or those that emulators have agreed on.
 */
export const ownTexts = {
  cannotEncrypt: {
    fault: 'EncryptionFailure',
    text: "Secrets Manager can't encrypt the secret value: {reason} (Service: AWSKMS; Status Code: 400; Error Code: {error}; Request ID: {requestId}; Proxy: null)",
  },
  forceWithWindow: {
    fault: 'InvalidParameterException',
    text: "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
  },
  stageOfOtherVersion: {
    fault: 'InvalidRequestException',
    text: 'You provided a VersionStage that is not associated to the provided VersionId.',
  },
  tokenInUse: {
    fault: 'ResourceExistsException',
    text: "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}.",
  },
  versionNotFound: {
    fault: 'ResourceNotFoundException',
    text: "Secrets Manager can't find the specified secret value for VersionId: {version}",
  },
  batchSelection: {
    fault: 'InvalidParameterException',
    text: 'You must include Filters or SecretIdList, but not both.',
  },
  batchMaxResults: {
    fault: 'InvalidParameterException',
    text: 'To use the parameter MaxResults, you must also use the Filters parameter.',
  },
  // AWS's words for other operations; nobody quotes what it answers to this one.
  deleteMarked: {
    fault: 'InvalidRequestException',
    text: "You can't perform this operation on the secret because it was marked for deletion.",
  },
  emptyFilter: {
    fault: 'InvalidParameterException',
    text: 'A filter must have a Key and Values.',
  },
  emptyPasswordAlphabet: {
    fault: 'InvalidParameterException',
    text: 'The parameters leave no characters to make a password of.',
  },
  external: {
    fault: 'InvalidRequestException',
    text: 'Managed external secrets are not available in the Keyfold emulator.',
  },
  internal: {
    fault: 'InternalServiceError',
    text: 'The emulator failed; its log has the cause.',
  },
  labelNotThere: {
    fault: 'InvalidParameterException',
    text: 'Staging label {stage} is not attached to version {version}.',
  },
  labelOfOther: {
    fault: 'InvalidParameterException',
    text: 'When you move staging label {stage}, RemoveFromVersionId must be the version that currently has it, {version}.',
  },
  labels: {
    fault: 'LimitExceededException',
    text: 'A secret can have at most {max} staging labels attached across all versions.',
  },
  nothingToMove: {
    fault: 'InvalidParameterException',
    text: 'You must provide MoveToVersionId, RemoveFromVersionId, or both.',
  },
  passwordTooShort: {
    fault: 'InvalidParameterException',
    text: 'The PasswordLength is too short for one character of each required type.',
  },
  replication: {
    fault: 'InvalidRequestException',
    text: 'Replication of secrets is not available in the Keyfold emulator.',
  },
  rotationArn: {
    fault: 'InvalidParameterException',
    text: 'The RotationLambdaARN must be the ARN of a Lambda function.',
  },
  rotationRules: {
    fault: 'InvalidParameterException',
    text: 'You must specify either AutomaticallyAfterDays or ScheduleExpression in RotationRules, but not both.',
  },
  rotationSchedule: {
    fault: 'InvalidParameterException',
    text: 'The ScheduleExpression must be a rate() of at least 4 hours, or a cron() with six fields.',
  },
  tagAws: {
    fault: 'InvalidParameterException',
    text: 'Tag keys that begin with aws: are reserved for AWS use.',
  },
  tagIncomplete: { fault: 'InvalidParameterException', text: 'A tag must have a Key and a Value.' },
  tagTwice: { fault: 'InvalidParameterException', text: 'A tag key can be specified only once.' },
  tagTooMany: {
    fault: 'InvalidParameterException',
    text: 'A secret can have at most {max} tags.',
  },
  versions: {
    fault: 'LimitExceededException',
    text: 'The secret has {max} versions, which is the limit. Versions without staging labels are removed a day after they were created.',
  },
} as const;

const texts: typeof awsTexts & typeof ownTexts = { ...awsTexts, ...ownTexts };

/** A name of a row of {@link awsTexts} or {@link ownTexts}. */
export type FaultTextName = keyof typeof texts;

/** The row of that name, without the literal types of the tables. */
export function faultText(name: FaultTextName): FaultText {
  return texts[name];
}

/** What goes into a row's text that has places for it. */
export type ValuesOf<Name extends FaultTextName> = PlaceValues<(typeof texts)[Name]['text']>;
