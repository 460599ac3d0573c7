import { type ApiErrorCode, apiErrorOf } from '@keyfold/protocol';
import { type CallDetails, CallError } from './calls/call-error.ts';

/** A refusal by the service, as it was read from an answer. */
export interface ApiRefusal {
  readonly code: ApiErrorCode;
  readonly call: CallDetails;
  /** The service's own words; the table's, if it sent none. */
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The base of refusals by the service: one class for each code of the protocol's table, which gives its layer.
 *
 * Unlike those of other errors, message and hint are not constant: they are the service's own text, sanitised (the API
 * key redacted, one line of printable characters, at most 500 of them); the table's, where the service sent none.
 */
export abstract class ApiError extends CallError {
  abstract override readonly code: ApiErrorCode;
  /** How long the service asked to wait before trying again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(refusal: ApiRefusal) {
    const { layer, hint, retryable, message } = apiErrorOf(refusal.code);
    super(refusal.message ?? message, refusal.call, { layer, retryable, hint: refusal.hint ?? hint });
    this.retryAfterMs = refusal.retryAfterMs;
  }
}

export class ApiKeyMissingError extends ApiError {
  readonly code = 'api_key_missing';
}
export class ApiKeyInvalidError extends ApiError {
  readonly code = 'api_key_invalid';
}
export class PermissionDeniedError extends ApiError {
  readonly code = 'permission_denied';
}
export class RouteNotFoundError extends ApiError {
  readonly code = 'route_not_found';
}
export class MethodNotAllowedError extends ApiError {
  readonly code = 'method_not_allowed';
}
export class TenantNotFoundError extends ApiError {
  readonly code = 'tenant_not_found';
}
export class ServiceNotFoundError extends ApiError {
  readonly code = 'service_not_found';
}
export class KeyReferenceNotFoundError extends ApiError {
  readonly code = 'key_reference_not_found';
}
export class ApiKeyNotFoundError extends ApiError {
  readonly code = 'api_key_not_found';
}
export class TenantConflictError extends ApiError {
  readonly code = 'tenant_conflict';
}
export class IdempotencyConflictError extends ApiError {
  readonly code = 'idempotency_conflict';
}
export class KeyStateForbidsError extends ApiError {
  readonly code = 'key_state_forbids';
}
export class StoreConflictError extends ApiError {
  readonly code = 'store_conflict';
}
export class InvalidRequestError extends ApiError {
  readonly code = 'invalid_request';
}
export class UnsupportedMediaTypeError extends ApiError {
  readonly code = 'unsupported_media_type';
}
export class PayloadTooLargeError extends ApiError {
  readonly code = 'payload_too_large';
}
export class RootKeyDeniedError extends ApiError {
  readonly code = 'root_key_denied';
}
export class RootKeyUnavailableError extends ApiError {
  readonly code = 'root_key_unavailable';
}
export class RootKeyThrottledError extends ApiError {
  readonly code = 'root_key_throttled';
}
export class RootKeyInvalidError extends ApiError {
  readonly code = 'root_key_invalid';
}
export class RootProviderUnknownError extends ApiError {
  readonly code = 'root_provider_unknown';
}
export class ScopeUnsupportedError extends ApiError {
  readonly code = 'scope_unsupported';
}
/** The service's answer for a wrapped data key that does not open in its place. */
export class DataKeyUnwrapFailedError extends ApiError {
  readonly code = 'key_unwrap_failed';
}
/** The service's answer for a data key that is not the one its header commits to. */
export class DataKeyCommitmentError extends ApiError {
  readonly code = 'commitment_mismatch';
}
export class WrapBudgetExhaustedError extends ApiError {
  readonly code = 'wrap_budget_exhausted';
}
export class RowAuthenticationFailedError extends ApiError {
  readonly code = 'row_authentication_failed';
}
export class StoreCorruptError extends ApiError {
  readonly code = 'store_corrupt';
}
export class StoreInUseError extends ApiError {
  readonly code = 'store_in_use';
}
export class StoreUnwritableError extends ApiError {
  readonly code = 'store_unwritable';
}
export class StoreClosedError extends ApiError {
  readonly code = 'store_closed';
}
export class StoreFailedError extends ApiError {
  readonly code = 'store_failed';
}
export class StoreForeignError extends ApiError {
  readonly code = 'store_foreign';
}
export class StoreTooNewError extends ApiError {
  readonly code = 'store_too_new';
}
export class HierarchyClosedError extends ApiError {
  readonly code = 'hierarchy_closed';
}
export class InternalServiceError extends ApiError {
  readonly code = 'internal_error';
}
export class ServiceClosedError extends ApiError {
  readonly code = 'service_closed';
}

/** For each code of the protocol's table, its class; a code without one does not compile. */
const apiErrorClasses: Readonly<Record<ApiErrorCode, new (refusal: ApiRefusal) => ApiError>> = {
  api_key_missing: ApiKeyMissingError,
  api_key_invalid: ApiKeyInvalidError,
  permission_denied: PermissionDeniedError,
  route_not_found: RouteNotFoundError,
  method_not_allowed: MethodNotAllowedError,
  tenant_not_found: TenantNotFoundError,
  service_not_found: ServiceNotFoundError,
  key_reference_not_found: KeyReferenceNotFoundError,
  api_key_not_found: ApiKeyNotFoundError,
  tenant_conflict: TenantConflictError,
  idempotency_conflict: IdempotencyConflictError,
  key_state_forbids: KeyStateForbidsError,
  store_conflict: StoreConflictError,
  invalid_request: InvalidRequestError,
  unsupported_media_type: UnsupportedMediaTypeError,
  payload_too_large: PayloadTooLargeError,
  root_key_denied: RootKeyDeniedError,
  root_key_unavailable: RootKeyUnavailableError,
  root_key_throttled: RootKeyThrottledError,
  root_key_invalid: RootKeyInvalidError,
  root_provider_unknown: RootProviderUnknownError,
  scope_unsupported: ScopeUnsupportedError,
  key_unwrap_failed: DataKeyUnwrapFailedError,
  commitment_mismatch: DataKeyCommitmentError,
  wrap_budget_exhausted: WrapBudgetExhaustedError,
  row_authentication_failed: RowAuthenticationFailedError,
  store_corrupt: StoreCorruptError,
  store_in_use: StoreInUseError,
  store_unwritable: StoreUnwritableError,
  store_closed: StoreClosedError,
  store_failed: StoreFailedError,
  store_foreign: StoreForeignError,
  store_too_new: StoreTooNewError,
  hierarchy_closed: HierarchyClosedError,
  internal_error: InternalServiceError,
  service_closed: ServiceClosedError,
};

/** Makes the error of a refusal. */
export function apiError(refusal: ApiRefusal): ApiError {
  return new apiErrorClasses[refusal.code](refusal);
}
