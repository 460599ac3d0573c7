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
  isKeyfoldError,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  KeyfoldError,
  NonCanonicalEncodingError,
  NotKeyfoldCiphertextError,
  type Plaintext,
  type RowId,
  TruncatedCiphertextError,
  UnsupportedFormatError,
  UnsupportedValueError,
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
export type { ApiKeyInfo, ApiKeys, CreatedApiKey, NewApiKey } from './api-keys.ts';
export type { CacheLimits } from './cache-limits.ts';
export { CallError } from './call-error.ts';
export type { CallOptions, Page } from './calls.ts';
export type { PemInput } from './certificate-authorities.ts';
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
export type { KeyfoldOptions, TlsOptions } from './config.ts';
export {
  ApiKeyNotConfiguredError,
  BaseUrlInvalidError,
  CertificateAuthorityInvalidError,
  ClientClosedError,
  ConfigurationError,
  type ConfigurationErrorCode,
  IdentifierInvalidError,
  InsecureBaseUrlError,
  OptionInvalidError,
  PinsInvalidError,
} from './configuration-errors.ts';
export type { EncryptedRow, EncryptedTable, PlainRow } from './encrypted-table.ts';
export { Keyfold } from './keyfold.ts';
export { LeaseEndedError } from './lease-ended-error.ts';
export type { PlaintextByKind, PlaintextKind } from './plaintext-kind.ts';
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
  DecryptOptions,
  EncryptOptions,
  ServiceKeys,
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
export {
  CallAbortedError,
  CertificateError,
  ConnectionError,
  PinMismatchError,
  RedirectRefusedError,
  ResponseTooLargeError,
  TimeoutError,
  TlsHandshakeError,
  TransportError,
  type TransportErrorCode,
  UnexpectedResponseError,
} from './transport-errors.ts';
export { UnrecognisedAnswerError } from './unrecognised-answer-error.ts';
export { BatchItemError, EncryptionContextRequiredError, PlaintextKindError } from './value-errors.ts';
