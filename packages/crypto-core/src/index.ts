export type { Awaitable } from './awaitable.ts';
export type {
  CryptoBackend,
  DataKeyOpener,
  DataKeySealer,
  FreshDataKey,
  HkdfOptions,
  WrappingKey,
} from './backend.ts';
export { type Clock, type Instant, systemClock } from './clock.ts';
export {
  CommitmentMismatchError,
  type CryptoErrorCode,
  cryptoErrors,
  DataKeyExhaustedError,
  IntegrityCheckFailedError,
  InvalidArgumentError,
  InvalidEncryptionContextError,
  KeyUnwrapFailedError,
  NonCanonicalEncodingError,
  NotKeyfoldCiphertextError,
  SecretDisposedError,
  TruncatedCiphertextError,
  UnsupportedFormatError,
  UnsupportedValueError,
} from './crypto-errors.ts';
export {
  type DataKeyHeader,
  type DataKeyWrapping,
  dataKeyHeader,
  encodeRecordHeader,
  type ParsedValue,
  parseRecordHeader,
  parseValue,
} from './data-key-header.ts';
export {
  type EncryptionContext,
  type FieldContext,
  type FieldContextOptions,
  prepareFieldContext,
  prepareValueContext,
  type ValueContext,
  type ValueContextOptions,
} from './encryption-context.ts';
export type { KeyPlace, KeyPurpose } from './key-place.ts';
export {
  type ErrorDetails,
  type ErrorLayer,
  errorBrand,
  isKeyfoldError,
  KeyfoldError,
} from './keyfold-error.ts';
export { Lease } from './lease.ts';
export type { JsonArray, JsonObject, JsonValue, Plaintext } from './plaintext.ts';
export type { RowId, RowIdType } from './row-id.ts';
export { type Scope, type ScopeKind, scopeId, scopeKinds } from './scope.ts';
export { SecretBytes } from './secret-bytes.ts';
