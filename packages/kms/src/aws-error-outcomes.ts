import type { RootKeyOutcome } from '@keyfold/key-hierarchy';

/**
 * What each error of AWS KMS and its client means for the keys below. From the error lists of Encrypt, Decrypt and DescribeKey
 * (AWS KMS API Reference), its "Common Errors", and the client's own names. What is not in the table is nobody's refusal:
 * unavailable.
 */
export const awsErrorOutcomes: ReadonlyMap<string, RootKeyOutcome> = new Map<string, RootKeyOutcome>([
  // The key's owner said no, to a caller that AWS knows.
  ['DisabledException', 'denied'],
  ['KMSInvalidStateException', 'denied'],
  ['NotFoundException', 'denied'],
  ['AccessDeniedException', 'denied'],
  ['InvalidGrantTokenException', 'denied'],

  // Too many requests, of ours or of the account's.
  ['ThrottlingException', 'throttled'],
  ['Throttling', 'throttled'],
  ['ThrottledException', 'throttled'],
  ['RequestThrottled', 'throttled'],
  ['RequestThrottledException', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['LimitExceededException', 'throttled'],
  ['BandwidthLimitExceeded', 'throttled'],
  ['SlowDown', 'throttled'],

  // Nobody answered.
  ['KMSInternalException', 'unavailable'],
  ['DependencyTimeoutException', 'unavailable'],
  ['KeyUnavailableException', 'unavailable'],
  ['InternalFailure', 'unavailable'],
  ['InternalServerError', 'unavailable'],
  ['ServiceUnavailable', 'unavailable'],
  ['ServiceUnavailableException', 'unavailable'],
  ['RequestTimeout', 'unavailable'],
  ['RequestTimeoutException', 'unavailable'],
  ['TimeoutError', 'unavailable'],
  ['AbortError', 'unavailable'],

  // Our own credentials are missing, unknown or out of date: the owner of the key has not said anything.
  ['CredentialsProviderError', 'unavailable'],
  ['ExpiredToken', 'unavailable'],
  ['ExpiredTokenException', 'unavailable'],
  ['UnrecognizedClientException', 'unavailable'],
  ['InvalidClientTokenId', 'unavailable'],
  ['InvalidSignatureException', 'unavailable'],
  ['SignatureDoesNotMatch', 'unavailable'],
  ['IncompleteSignature', 'unavailable'],
  ['IncompleteSignatureException', 'unavailable'],
  ['MissingAuthenticationToken', 'unavailable'],
  ['MissingAuthenticationTokenException', 'unavailable'],
  ['RequestExpired', 'unavailable'],
  ['OptInRequired', 'unavailable'],

  // These bytes or this kind of key will never do.
  ['InvalidCiphertextException', 'invalid'],
  ['IncorrectKeyException', 'invalid'],
  ['InvalidKeyUsageException', 'invalid'],
  ['InvalidArnException', 'invalid'],
  ['UnsupportedOperationException', 'invalid'],
  ['ValidationException', 'invalid'],
  ['ValidationError', 'invalid'],
  ['SerializationException', 'invalid'],
]);
