/// <reference lib="esnext.disposable" preserve="true" />
// The line above is for compilers whose settings name no such library: handles and keys can be disposed of.

// What every entry point exports, whatever the runtime; each adds its own `Keyfold`.

export {
  type Clock,
  CommitmentMismatchError,
  type CryptoErrorCode,
  type EncryptionContext,
  type ErrorLayer,
  type Instant,
  IntegrityCheckFailedError,
  InvalidArgumentError,
  InvalidEncryptionContextError,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  KeyfoldError,
  KeySetInvalidError,
  NonCanonicalEncodingError,
  NotKeyfoldCiphertextError,
  type Plaintext,
  type RowId,
  type TokenClaims,
  TokenExpiredError,
  type TokenFault,
  TokenInvalidError,
  TruncatedCiphertextError,
  UnsupportedFormatError,
  UnsupportedValueError,
  type VerificationKey,
  type VerifiedToken,
} from '@keyfold/crypto-core';
export type {
  ApiErrorCode,
  OperationId,
  PageQuery,
  Role,
  RootReference,
  TenantGrant,
} from '@keyfold/protocol';
export {
  ApiError,
  ApiKeyInvalidError,
  ApiKeyMissingError,
  ApiKeyNotFoundError,
  DataKeyCommitmentError,
  DataKeyUnwrapFailedError,
  HierarchyClosedError,
  IdempotencyConflictError,
  InternalServiceError,
  InvalidRequestError,
  KeyReferenceNotFoundError,
  KeyStateForbidsError,
  MethodNotAllowedError,
  PayloadTooLargeError,
  PermissionDeniedError,
  RootKeyDeniedError,
  RootKeyInvalidError,
  RootKeyThrottledError,
  RootKeyUnavailableError,
  RootProviderUnknownError,
  RouteNotFoundError,
  RowAuthenticationFailedError,
  ScopeUnsupportedError,
  ServiceClosedError,
  ServiceNotFoundError,
  StoreClosedError,
  StoreConflictError,
  StoreCorruptError,
  StoreFailedError,
  StoreForeignError,
  StoreInUseError,
  StoreTooNewError,
  StoreUnwritableError,
  TenantConflictError,
  TenantNotFoundError,
  UnsupportedMediaTypeError,
  WrapBudgetExhaustedError,
} from './api-errors.ts';
export { ApiKeyNotShownAgainError } from './api-key-not-shown-again-error.ts';
export type { ApiKeyInfo, ApiKeys, CreatedApiKey, NewApiKey } from './api-keys.ts';
export type { CacheLimits } from './cache-limits.ts';
export type { CallSettings } from './calls/call-config.ts';
export { CallError, type CallName, type NotRetried } from './calls/call-error.ts';
export type { CallOptions, KeyedCallOptions, ListOptions, WaitOptions } from './calls/call-options.ts';
export type { CallPromise, WithResponse } from './calls/call-promise.ts';
export type { CircuitLimits } from './calls/circuit-breaker.ts';
export { CircuitOpenError } from './calls/circuit-open-error.ts';
export type { ListPromise } from './calls/list-promise.ts';
export type { AttemptRequest, AttemptResponse, Middleware } from './calls/middleware.ts';
export { MiddlewareInvalidError } from './calls/middleware-invalid-error.ts';
export type { Page } from './calls/page.ts';
export type { ResponseInfo } from './calls/response-info.ts';
export type { RetryBudgetLimits } from './calls/retry-budget.ts';
export {
  bigint,
  boolean,
  bytes,
  type ClearColumn,
  type Column,
  clear,
  date,
  type EncryptedColumn,
  json,
  number,
  text,
} from './columns.ts';
export type { KeyfoldOptions } from './config.ts';
export {
  ApiKeyNotConfiguredError,
  BaseUrlInvalidError,
  CertificateAuthorityExpiredError,
  CertificateAuthorityInvalidError,
  ClientCertificateInvalidError,
  ClientClosedError,
  ConfigurationError,
  type ConfigurationErrorCode,
  IdentifierInvalidError,
  InsecureBaseUrlError,
  OptionInvalidError,
  OptionUnsupportedError,
  PinsInvalidError,
  ProxyInvalidError,
  RevocationListExpiredError,
  RevocationListInvalidError,
} from './configuration-errors.ts';
export type { EncryptedRow, EncryptedTable, PlainRow } from './encrypted-table.ts';
export {
  type AnyKeyfoldError,
  isKeyfoldError,
  type KeyfoldErrorCode,
} from './errors/any-keyfold-error.ts';
export { type ErrorEntry, keyfoldErrors } from './errors/error-table.ts';
export { KeySetUnavailableError } from './key-sets/key-set-unavailable-error.ts';
export type { RemoteKeySet, TokenExpectations, VerifyOptions } from './key-sets/remote-key-set.ts';
export type { RemoteKeySetOptions } from './key-sets/remote-key-set-options.ts';
export { LeaseEndedError } from './lease-ended-error.ts';
export type { LogFields, Logger, LogLevel } from './observe/logger.ts';
export type { OpenTelemetryApi } from './observe/open-telemetry.ts';
export type { PlaintextByKind, PlaintextKind } from './plaintext-kind.ts';
export type { PreparedContext } from './prepared-context.ts';
export { bytesId, integerId, type RowIdColumn, textId, uuidId } from './row-id-column.ts';
export {
  ColumnKindError,
  ColumnMissingError,
  ColumnNotNullableError,
  ColumnUnknownError,
  RowInvalidError,
  SchemaError,
  type SchemaErrorCode,
  TableInvalidError,
} from './schema-errors.ts';
export type {
  DecryptManyOptions,
  DecryptOptions,
  EncryptOptions,
  ServiceKeys,
  ValuePlace,
  ValueToDecrypt,
  ValueToEncrypt,
} from './service-keys.ts';
export type { ServiceInfo, Services } from './services.ts';
export type {
  DecryptedRowOf,
  EncryptedRowOf,
  PlainRowOf,
  SelectedRowOf,
  TableSchema,
} from './table-schema.ts';
export type { Tenant } from './tenant.ts';
export type { NewTenant, TenantInfo, Tenants } from './tenants.ts';
export type {
  ClientCertificate,
  ConnectionOptions,
  PemInput,
  TlsOptions,
} from './transport/connection-options.ts';
export {
  CertificateError,
  CertificateExpiredError,
  CertificateIssuerUnknownError,
  CertificateKeyWeakError,
  CertificateMustStapleError,
  CertificateNameNotPermittedError,
  CertificateNotYetValidError,
  CertificatePathTooLongError,
  CertificateRejectedError,
  CertificateRevokedError,
  CertificateSelfSignedError,
  CertificateSignatureInvalidError,
  CertificateSignatureWeakError,
  CertificateWithoutNamesError,
  CertificateWrongHostError,
  CertificateWrongPurposeError,
  ClientCertificateRefusedError,
  PinMismatchError,
  RevocationListMissingError,
  RevocationListOutOfDateError,
  RevocationListUnverifiedError,
  TlsError,
  TlsHandshakeError,
  type TlsPeer,
  TlsVersionUnsupportedError,
} from './transport/tls-errors.ts';
export type { CertificateErrorCode, TlsErrorCode } from './transport/tls-failures.ts';
export {
  CallAbortedError,
  ConnectionError,
  HeaderForbiddenError,
  ProxyRefusedError,
  RedirectRefusedError,
  ResponseTooLargeError,
  TimeoutError,
  TransportError,
  type TransportErrorCode,
  UnexpectedResponseError,
} from './transport/transport-errors.ts';
export { UnrecognisedAnswerError } from './unrecognised-answer-error.ts';
export { BatchItemError, EncryptionContextRequiredError, PlaintextKindError } from './value-errors.ts';
