export {
  aesKeyUnwrap,
  aesKeyUnwrapPadded,
  aesKeyWrap,
  aesKeyWrapPadded,
} from './aes-key-wrap.ts';
export type { Awaitable } from './awaitable.ts';
export type {
  CryptoBackend,
  DataKeyOpener,
  DataKeySealer,
  FreshDataKey,
  HkdfOptions,
  WrappingKey,
  WrappingKeyOptions,
} from './backend.ts';
export { decodeBase64, decodeBase64url, encodeBase64, encodeBase64url } from './base64.ts';
export {
  BlindIndex,
  type IndexEntry,
  type IndexKey,
  type OpenBlindIndexOptions,
  openBlindIndex,
} from './blind-index/blind-index.ts';
export {
  type BlindIndexDeclaration,
  type BlindIndexOptions,
  declareBlindIndex,
  expectedMatches,
} from './blind-index/blind-index-declaration.ts';
export type { IndexValueKind, IndexValueTypes } from './blind-index/index-values.ts';
export { type Clock, type Instant, systemClock } from './clock.ts';
export { type BackupCode, createBackupCodes, verifyBackupCode } from './credentials/backup-codes.ts';
export {
  type HashPasswordOptions,
  hashPassword,
  type PasswordVerdict,
  passwordNeedsRehash,
  type VerifyBcrypt,
  type VerifyPasswordOptions,
  verifyPassword,
} from './credentials/password-hash.ts';
export { hashSecret, type SecretHash, verifySecret } from './credentials/secret-hash.ts';
export {
  CommitmentMismatchError,
  CredentialHashInvalidError,
  CredentialVerifierMissingError,
  type CryptoErrorCode,
  cryptoErrors,
  DataKeyExhaustedError,
  IntegrityCheckFailedError,
  InvalidArgumentError,
  InvalidEncryptionContextError,
  KdfParametersRefusedError,
  KeyExhaustedError,
  KeyUnwrapFailedError,
  LegacyAlgorithmUnknownError,
  LegacyFormatMismatchError,
  LegacyKeyUnknownError,
  LegacyTokenOutsideTimeError,
  LowEntropyIndexError,
  NonCanonicalEncodingError,
  NotKeyfoldCiphertextError,
  SecretDisposedError,
  StreamTooLongError,
  TruncatedCiphertextError,
  UnsupportedByRuntimeError,
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
  rewrappedValue,
} from './data-key-header.ts';
export { hkdfSha256, hkdfSha384, hkdfSha512 } from './derivation/hkdf.ts';
export {
  defaultKdfCosts,
  type KdfBounds,
  type KdfCost,
  type KdfParameters,
  kdfBounds,
  newKdfParameters,
  type Pbkdf2Parameters,
  type ScryptParameters,
} from './derivation/kdf-parameters.ts';
export { encodeKdfParameters, parseKdfParameters } from './derivation/kdf-text.ts';
export { deriveFromPassword } from './derivation/password-key.ts';
export { type SplitKeyOptions, splitKeyRoot } from './derivation/split-key.ts';
export { deriveUserKey, type UserKeyOptions } from './derivation/user-key.ts';
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
export {
  type EnvelopePart,
  type EnvelopeRecord,
  type EnvelopeRecordCodec,
  type EnvelopeRecordOptions,
  envelopeRecordCodec,
  type UnwrapEnvelopeKey,
} from './legacy/envelope-record.ts';
export { type FernetCodec, type FernetOptions, fernetCodec } from './legacy/fernet.ts';
export { fernetKeyOf } from './legacy/fernet-key.ts';
export type { FernetTimeOptions, FernetToken, ImportedFernetPlaintext } from './legacy/fernet-token.ts';
export { type IvPrefixedCodec, type IvPrefixedOptions, ivPrefixedCodec } from './legacy/iv-prefixed.ts';
export {
  type JsonPayload,
  type JsonPayloadCallOptions,
  type JsonPayloadCodec,
  type JsonPayloadOptions,
  type JsonPayloadWriteKey,
  jsonPayloadCodec,
} from './legacy/json-payload.ts';
export type {
  ImportedPlaintext,
  LegacyCodec,
  LegacyFormatName,
  LegacyStored,
  WritableLegacyCodec,
} from './legacy/legacy-codec.ts';
export type { LegacyDerivation, LegacyKeyRing, LegacyKeyVersion } from './legacy/legacy-key.ts';
export type { LegacyEncoding } from './legacy/legacy-text.ts';
export type { AesGcmImportOptions, AesGcmParts } from './legacy/open-aes-gcm.ts';
export {
  type SaltedFernetCodec,
  type SaltedFernetLayout,
  type SaltedFernetOptions,
  type SaltedFernetToken,
  saltedFernetCodec,
} from './legacy/salted-fernet.ts';
export type { JsonArray, JsonObject, JsonValue, Plaintext } from './plaintext.ts';
export type {
  AesGcmKey,
  Ed25519SigningKey,
  HashName,
  Pbkdf2Options,
  Primitives,
  ScryptOptions,
} from './primitives.ts';
export type { RowId, RowIdType } from './row-id.ts';
export { type Scope, type ScopeKind, scopeId, scopeKinds } from './scope.ts';
export { SecretBytes } from './secret-bytes.ts';
export { combineShares } from './shamir/combine-shares.ts';
export {
  maxShareCount,
  maxSharedSecretBytes,
  parseShare,
  SecretShare,
  type ShareSetShape,
} from './shamir/share.ts';
export {
  type ShareErrorCode,
  type ShareFault,
  ShareInvalidError,
  type SharePlace,
  SharesMissingError,
  shareErrors,
} from './shamir/share-errors.ts';
export { parseShareText, shareToText } from './shamir/share-text.ts';
export { type SplitSecretOptions, splitSecret } from './shamir/split-secret.ts';
export { type VerifyShareOptions, verifyShare } from './shamir/verify-share.ts';
export type { ByteTransform } from './streams/byte-transform.ts';
export { type OpenRangeOptions, openRange, type RandomAccessSource } from './streams/open-range.ts';
export { openStream } from './streams/open-stream.ts';
export { type SealStreamOptions, sealStream } from './streams/seal-stream.ts';
export {
  prepareStreamContext,
  type StreamContext,
  type StreamContextOptions,
} from './streams/stream-context.ts';
export { sealedStreamByteLength, streamContentByteLength } from './streams/stream-format.ts';
export {
  type OpenStreamOptions,
  parseStreamHeader,
  type StreamKeyOpener,
  type StreamOpenerSource,
} from './streams/stream-header.ts';
export {
  parseStrictJson,
  readStrictJson,
  StrictJsonError,
  type StrictJsonFault,
  type StrictJsonOptions,
} from './strict-json.ts';
export { openSigningKey, verifyEd25519 } from './tokens/ed25519.ts';
export { type IssueTokenOptions, issueToken } from './tokens/issue-token.ts';
export { isKeyId, keyIdOf } from './tokens/key-id.ts';
export {
  type JsonWebKeySet,
  type PublicJwk,
  parseJsonWebKeySet,
  type TokenAlgorithm,
  toJsonWebKeySet,
  type VerificationKey,
} from './tokens/key-set.ts';
export { defaultRotationPolicy, type RotationPolicy } from './tokens/rotation-policy.ts';
export {
  type NewSigningKey,
  type SigningKeyRecord,
  SigningKeySet,
  type SigningKeySetOptions,
} from './tokens/signing-key-set.ts';
export type { TokenClaims } from './tokens/token-claims.ts';
export {
  type KeySetFault,
  KeySetInvalidError,
  SigningKeyUnavailableError,
  type TokenErrorCode,
  TokenExpiredError,
  type TokenFault,
  TokenInvalidError,
  tokenErrors,
} from './tokens/token-errors.ts';
export { type VerifiedToken, type VerifyTokenOptions, verifyToken } from './tokens/verify-token.ts';
