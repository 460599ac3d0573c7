export {
  type ApiErrorBody,
  type ApiErrorCode,
  type ApiErrorEntry,
  type ApiErrorLayer,
  type ApiItemError,
  apiErrorOf,
  apiErrors,
  isApiErrorCode,
} from './api-errors.ts';
export { type DecodeFrameOptions, decodeFrame, encodeFrame, type Frame } from './frame.ts';
export { FrameError, type FrameFault } from './frame-error.ts';
export { headerNames } from './headers.ts';
export { type IdentifierKind, identifierPatterns } from './identifiers.ts';
export { limits } from './limits.ts';
export { mediaTypes } from './media-types.ts';
export type {
  ApiKeyBody,
  CreateApiKeyBody,
  CreatedApiKeyBody,
  CreateTenantBody,
  DataKeyHeadersBody,
  GenerateDataKeysBody,
  GeneratedDataKeysBody,
  OperationMessages,
  PageBody,
  PageQuery,
  RequestBody,
  ResponseBody,
  RewrappedDataKeysBody,
  RootReference,
  ScopeReference,
  ServiceBody,
  TenantBody,
  TenantGrant,
  UnwrappedDataKeysBody,
  WrapDataKeysBody,
  WrappedDataKeysBody,
} from './messages.ts';
export {
  type BodyForm,
  type Operation,
  type OperationId,
  operationIds,
  operationOf,
  operations,
} from './operations.ts';
export {
  matchOperation,
  type OperationMatch,
  type OperationParameters,
  operationPath,
  type PathParameters,
} from './path.ts';
export { type Role, roleAllows, roles } from './roles.ts';
export { tlsCipherSuites } from './tls-cipher-suites.ts';
