export {
  type AuthenticatedChange,
  type AuthenticatedRow,
  AuthenticatedStore,
} from './authenticated-store.ts';
export { createKeyHierarchy, type KeyHierarchyOptions } from './create-key-hierarchy.ts';
export {
  HierarchyClosedError,
  type HierarchyErrorCode,
  hierarchyErrors,
  KeyReferenceNotFoundError,
  KeyStateForbidsError,
  ScopeUnsupportedError,
  ServiceNotFoundError,
  TenantConflictError,
  TenantNotFoundError,
  WrapBudgetExhaustedError,
} from './hierarchy-errors.ts';
export type {
  DataKeyToWrap,
  GeneratedDataKey,
  KeyHierarchy,
  LeasedAnswer,
  Page,
  PageRequest,
  ServiceInfo,
  TenantInfo,
} from './key-hierarchy.ts';
export { type MasterKey, openMaster } from './master-key.ts';
export type { RootCallOptions, RootDescription, RootKey, RootReference, RootResolver } from './root-key.ts';
export {
  RootKeyDeniedError,
  type RootKeyErrorCode,
  RootKeyInvalidError,
  type RootKeyOutcome,
  RootKeyThrottledError,
  RootKeyUnavailableError,
  RootProviderUnknownError,
  rootKeyErrors,
  rootKeyOutcomes,
} from './root-key-errors.ts';
export { decodeRowKey, encodeRowKey, rowKeyRange } from './row-key.ts';
export type { Change, ListOptions, Store, StoredRow } from './store.ts';
export { checkChanges, describeRow } from './store-changes.ts';
export {
  RowAuthenticationFailedError,
  StoreClosedError,
  StoreConflictError,
  StoreCorruptError,
  type StoreErrorCode,
  StoreFailedError,
  StoreForeignError,
  StoreInUseError,
  StoreTooNewError,
  StoreUnwritableError,
  storeErrors,
} from './store-errors.ts';
