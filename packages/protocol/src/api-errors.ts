/** Which part of the system an error speaks of; the same names as in `@keyfold/crypto-core`. */
export type ApiErrorLayer = 'auth' | 'api' | 'key' | 'format' | 'integrity' | 'store';

/** One row of the table of errors. */
export interface ApiErrorEntry {
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly layer: ApiErrorLayer;
  /** Whether the same request may succeed later without anything else being changed. */
  readonly retryable: boolean;
  /** What went wrong. It names no id and no value, so that two answers with one code are one text. */
  readonly message: string;
  /**
   * The way out, for whoever sends the request. Errors that `@keyfold/key-hierarchy` throws under the same code have the
   * same hint, but for the store's, `hierarchy_closed` and `tenant_not_found`: there it speaks to whoever runs the
   * process and opens the store, who knows no request and no API key.
   */
  readonly hint: string;
}

/** Every error that the encryption API answers with. */
export const apiErrors = {
  api_key_missing: {
    status: 401,
    layer: 'auth',
    retryable: false,
    message: 'The request carries no API key.',
    hint: 'Send the header "Authorization: Bearer <API key>".',
  },
  api_key_invalid: {
    status: 401,
    layer: 'auth',
    retryable: false,
    message: 'The API key is not valid.',
    hint: 'Check that the key was copied whole, belongs to this environment and was not revoked.',
  },
  permission_denied: {
    status: 403,
    layer: 'auth',
    retryable: false,
    message: 'The API key may not do this.',
    hint: 'Use a key whose role and tenants allow the operation.',
  },
  route_not_found: {
    status: 404,
    layer: 'api',
    retryable: false,
    message: 'There is no such path in the API.',
    hint: 'Check the base URL and the path; paths begin with /v1/.',
  },
  method_not_allowed: {
    status: 405,
    layer: 'api',
    retryable: false,
    message: 'The path does not take this method.',
    hint: 'Use one of the methods in the Allow header.',
  },
  tenant_not_found: {
    status: 404,
    layer: 'key',
    retryable: false,
    message: 'There is no such tenant.',
    hint: 'Check the tenant id, and that the API key is allowed to use the tenant; create it first if it is new.',
  },
  service_not_found: {
    status: 404,
    layer: 'key',
    retryable: false,
    message: 'The tenant has no such service.',
    hint: 'Check the service id; create the service first if it is new.',
  },
  key_reference_not_found: {
    status: 404,
    layer: 'key',
    retryable: false,
    message: 'The key that wrapped this data key is not one of this scope.',
    hint: 'Open it with the tenant and the service that it was sealed for.',
  },
  api_key_not_found: {
    status: 404,
    layer: 'auth',
    retryable: false,
    message: 'There is no such API key.',
    hint: 'List the API keys to find its id.',
  },
  tenant_conflict: {
    status: 409,
    layer: 'key',
    retryable: false,
    message: 'The tenant exists under another root key.',
    hint: 'Choose another tenant id, or name the root key that the tenant was made with.',
  },
  idempotency_conflict: {
    status: 409,
    layer: 'api',
    retryable: false,
    message: 'The Idempotency-Key was used before with another request.',
    hint: 'Use a new Idempotency-Key for each new request.',
  },
  key_state_forbids: {
    status: 409,
    layer: 'key',
    retryable: false,
    message: 'The state of the key does not allow this.',
    hint: 'Look at the states of the tenant and service keys: a deactivated key only decrypts, a compromised or destroyed one does neither.',
  },
  store_conflict: {
    status: 409,
    layer: 'store',
    retryable: true,
    message: 'The same thing was changed by another request at the same time.',
    hint: 'Repeat the request.',
  },
  invalid_request: {
    status: 400,
    layer: 'api',
    retryable: false,
    message: 'The request is not valid.',
    hint: 'Correct what the message names and send the request again.',
  },
  unsupported_media_type: {
    status: 415,
    layer: 'api',
    retryable: false,
    message: 'The body is of a media type that the operation does not take.',
    hint: 'Send application/json or application/vnd.keyfold.frame as the operation asks, without content encoding.',
  },
  payload_too_large: {
    status: 413,
    layer: 'api',
    retryable: false,
    message: 'The body is larger than the limit.',
    hint: 'Send fewer items in one request.',
  },
  root_key_denied: {
    status: 423,
    layer: 'key',
    retryable: false,
    message: "The tenant's root key refuses to be used.",
    hint: 'Enable the root key, and allow this service to encrypt and decrypt with it. Until then everything below it is locked.',
  },
  root_key_unavailable: {
    status: 503,
    layer: 'key',
    retryable: true,
    message: "The key service that holds the tenant's root key cannot be reached.",
    hint: "Try again; if it lasts, check the key service, the network and this service's own credentials there.",
  },
  root_key_throttled: {
    status: 503,
    layer: 'key',
    retryable: true,
    message: "The key service that holds the tenant's root key asks for fewer requests.",
    hint: 'Try again later; if it lasts, have the quota at the key service raised.',
  },
  root_key_invalid: {
    status: 422,
    layer: 'key',
    retryable: false,
    message: "The tenant's root key cannot open what is stored for the tenant, or cannot be used at all.",
    hint: 'Check that the root key is a symmetric encryption key and still the one that was used before.',
  },
  root_provider_unknown: {
    status: 422,
    layer: 'key',
    retryable: false,
    message: 'The provider of the root key is not set up here.',
    hint: 'Name a provider that is set up here, or have an adapter for this one set up.',
  },
  scope_unsupported: {
    status: 422,
    layer: 'key',
    retryable: false,
    message: 'Scopes of this kind have no keys.',
    hint: 'Use a scope of kind "service".',
  },
  key_unwrap_failed: {
    status: 422,
    layer: 'key',
    retryable: false,
    message: 'The wrapped key does not open in this place.',
    hint: 'The ciphertext was altered, or belongs to another tenant or scope.',
  },
  commitment_mismatch: {
    status: 422,
    layer: 'integrity',
    retryable: false,
    message: 'The data key is not the one that the header commits to.',
    hint: 'The ciphertext was altered or built to open in two ways; do not trust it.',
  },
  wrap_budget_exhausted: {
    status: 503,
    layer: 'key',
    retryable: false,
    message: 'The wrapping key has reached its number of uses.',
    hint: 'Rotate the key: it has wrapped as many keys as it safely can. What it wrapped still opens.',
  },
  row_authentication_failed: {
    status: 500,
    layer: 'store',
    retryable: false,
    message: 'A stored row was altered by someone who does not hold the key.',
    hint: 'Treat the database as tampered with: restore it from a backup and find out who wrote to it.',
  },
  store_corrupt: {
    status: 500,
    layer: 'store',
    retryable: false,
    message: 'The store holds something that cannot be read.',
    hint: 'Restore the store from a backup.',
  },
  store_in_use: {
    status: 503,
    layer: 'store',
    retryable: false,
    message: 'The store is in use by another process.',
    hint: 'Stop the other process, or give each its own store.',
  },
  store_unwritable: {
    status: 503,
    layer: 'store',
    retryable: false,
    message: 'The store cannot be written.',
    hint: "Check the disk's free space and the permissions of the state folder, then restart the service.",
  },
  store_foreign: {
    status: 503,
    layer: 'store',
    retryable: false,
    message: 'The store belongs to another program.',
    hint: 'Give the service a store of its own.',
  },
  store_too_new: {
    status: 503,
    layer: 'store',
    retryable: false,
    message: 'A newer version wrote the store.',
    hint: 'Update the service.',
  },
  store_failed: {
    status: 503,
    layer: 'store',
    retryable: false,
    message: 'The store failed and takes nothing more until the service is restarted.',
    hint: "Check the disk's space and health, then restart the service; read before you repeat a change.",
  },
  store_closed: {
    status: 503,
    layer: 'store',
    retryable: false,
    message: 'The store is closed.',
    hint: 'Start the service again.',
  },
  hierarchy_closed: {
    status: 503,
    layer: 'key',
    retryable: false,
    message: 'The key hierarchy is closed.',
    hint: 'Start the service again.',
  },
  internal_error: {
    status: 500,
    layer: 'api',
    retryable: false,
    message: 'The service failed in a way it does not know.',
    hint: 'Report it with the request id.',
  },
  service_closed: {
    status: 503,
    layer: 'api',
    retryable: true,
    message: 'The service is shutting down.',
    hint: 'Try again.',
  },
} as const;

/** The literal `code` of an API error. */
export type ApiErrorCode = keyof typeof apiErrors;

/** The row of an error with its columns' general types. */
export function apiErrorOf(code: ApiErrorCode): ApiErrorEntry {
  return apiErrors[code];
}

/**
 * Whether a string is one of the codes of the table.
 *
 * @example
 * ```ts
 * isApiErrorCode('tenant_not_found'); // true
 * isApiErrorCode('toString'); // false
 * ```
 */
export function isApiErrorCode(code: unknown): code is ApiErrorCode {
  return typeof code === 'string' && Object.hasOwn(apiErrors, code);
}

/** The body of every answer that is not a success. */
export interface ApiErrorBody {
  readonly error: {
    readonly code: ApiErrorCode;
    readonly message: string;
    readonly hint: string;
    readonly layer: ApiErrorLayer;
    readonly requestId: string;
    readonly retryable: boolean;
  };
}

/** The error of one item of a batch whose other items may have succeeded. */
export interface ApiItemError {
  readonly code: ApiErrorCode;
  readonly message: string;
}
