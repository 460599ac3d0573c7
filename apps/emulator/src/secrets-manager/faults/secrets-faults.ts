/**
 * AWS Secrets Manager's own errors, with the statuses that go over AWS JSON; those of AWS's common front end are in the KMS table.
 * The text's member is `Message`, as in the service model.
 */
export const secretsFaults = {
  DecryptionFailure: { status: 400 },
  EncryptionFailure: { status: 400 },
  InternalServiceError: { status: 500 },
  InvalidNextTokenException: { status: 400 },
  InvalidParameterException: { status: 400 },
  InvalidRequestException: { status: 400 },
  LimitExceededException: { status: 400 },
  MalformedPolicyDocumentException: { status: 400 },
  PreconditionNotMetException: { status: 400 },
  PublicPolicyException: { status: 400 },
  ResourceExistsException: { status: 400 },
  ResourceNotFoundException: { status: 400 },
} as const;

/** The name of a row of {@link secretsFaults}. */
export type SecretsFaultName = keyof typeof secretsFaults;
