/** How one of AWS's errors goes over the wire. */
export interface FaultRow {
  readonly status: number;
  /** The body's member that has the text: AWS's own front end spells it with a capital, the service does not. */
  readonly textMember: 'message' | 'Message';
}

/**
 * AWS KMS's errors. The service model's 404, 409 and 412 are the query protocol's: over AWS JSON every error of the
 * client's is a 400, as recorded from AWS.
 */
export const kmsFaults = {
  AccessDeniedException: { status: 400, textMember: 'Message' },
  AlreadyExistsException: { status: 400, textMember: 'message' },
  CloudHsmClusterInUseException: { status: 400, textMember: 'message' },
  CloudHsmClusterInvalidConfigurationException: { status: 400, textMember: 'message' },
  ConflictException: { status: 400, textMember: 'message' },
  CustomKeyStoreHasCMKsException: { status: 400, textMember: 'message' },
  CustomKeyStoreInvalidStateException: { status: 400, textMember: 'message' },
  CustomKeyStoreNameInUseException: { status: 400, textMember: 'message' },
  CustomKeyStoreNotFoundException: { status: 400, textMember: 'message' },
  DisabledException: { status: 400, textMember: 'message' },
  DryRunOperationException: { status: 400, textMember: 'message' },
  ExpiredImportTokenException: { status: 400, textMember: 'message' },
  IncorrectKeyException: { status: 400, textMember: 'message' },
  IncorrectKeyMaterialException: { status: 400, textMember: 'message' },
  IncorrectTrustAnchorException: { status: 400, textMember: 'message' },
  InvalidArnException: { status: 400, textMember: 'message' },
  InvalidCiphertextException: { status: 400, textMember: 'message' },
  InvalidGrantIdException: { status: 400, textMember: 'message' },
  InvalidGrantTokenException: { status: 400, textMember: 'message' },
  InvalidImportTokenException: { status: 400, textMember: 'message' },
  InvalidKeyUsageException: { status: 400, textMember: 'message' },
  InvalidMarkerException: { status: 400, textMember: 'message' },
  KMSInternalException: { status: 500, textMember: 'message' },
  KMSInvalidMacException: { status: 400, textMember: 'message' },
  KMSInvalidSignatureException: { status: 400, textMember: 'message' },
  KMSInvalidStateException: { status: 400, textMember: 'message' },
  LimitExceededException: { status: 400, textMember: 'message' },
  MalformedPolicyDocumentException: { status: 400, textMember: 'message' },
  NotAuthorizedException: { status: 400, textMember: 'message' },
  NotFoundException: { status: 400, textMember: 'message' },
  RequestEntityTooLargeException: { status: 413, textMember: 'Message' },
  SerializationException: { status: 400, textMember: 'Message' },
  TagException: { status: 400, textMember: 'message' },
  ThrottlingException: { status: 400, textMember: 'message' },
  UnknownOperationException: { status: 400, textMember: 'Message' },
  UnsupportedOperationException: { status: 400, textMember: 'message' },
  ValidationException: { status: 400, textMember: 'message' },
  XksKeyAlreadyInUseException: { status: 400, textMember: 'message' },
  XksProxyInvalidConfigurationException: { status: 400, textMember: 'message' },
  XksProxyUriInUseException: { status: 400, textMember: 'message' },
  XksProxyVpcEndpointServiceInUseException: { status: 400, textMember: 'message' },
} as const;

/** The name of a row of {@link kmsFaults}. */
export type FaultName = keyof typeof kmsFaults;
