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
  DisabledException: { status: 400, textMember: 'message' },
  DryRunOperationException: { status: 400, textMember: 'message' },
  IncorrectKeyException: { status: 400, textMember: 'message' },
  InvalidArnException: { status: 400, textMember: 'message' },
  InvalidCiphertextException: { status: 400, textMember: 'message' },
  InvalidGrantTokenException: { status: 400, textMember: 'message' },
  InvalidKeyUsageException: { status: 400, textMember: 'message' },
  InvalidMarkerException: { status: 400, textMember: 'message' },
  KMSInternalException: { status: 500, textMember: 'message' },
  MalformedPolicyDocumentException: { status: 400, textMember: 'message' },
  NotFoundException: { status: 400, textMember: 'message' },
  RequestEntityTooLargeException: { status: 413, textMember: 'Message' },
  SerializationException: { status: 400, textMember: 'Message' },
  TagException: { status: 400, textMember: 'message' },
  UnknownOperationException: { status: 400, textMember: 'Message' },
  UnsupportedOperationException: { status: 400, textMember: 'message' },
  ValidationException: { status: 400, textMember: 'message' },
} as const;

/** The name of a row of {@link kmsFaults}. */
export type FaultName = keyof typeof kmsFaults;
