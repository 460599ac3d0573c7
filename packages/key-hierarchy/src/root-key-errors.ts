import { type ErrorLayer, KeyfoldError } from '@keyfold/crypto-core';

/** What a failed call to a root key means for the keys below it. */
export type RootKeyOutcome = 'denied' | 'unavailable' | 'throttled' | 'invalid';

/** The codes of the errors that have their cause at a root key. */
export type RootKeyErrorCode =
  | 'root_key_denied'
  | 'root_key_unavailable'
  | 'root_key_throttled'
  | 'root_key_invalid'
  | 'root_provider_unknown';

/** For each code, where its cause lies, the way out, and whether the same call may succeed later. */
export const rootKeyErrors: Readonly<
  Record<RootKeyErrorCode, { readonly layer: ErrorLayer; readonly hint: string; readonly retryable: boolean }>
> = {
  root_key_denied: {
    layer: 'key',
    hint: 'Enable the root key, and allow this service to encrypt and decrypt with it. Until then everything below it is locked.',
    retryable: false,
  },
  root_key_unavailable: {
    layer: 'key',
    hint: "Try again; if it lasts, check the key service, the network and this service's own credentials there.",
    retryable: true,
  },
  root_key_throttled: {
    layer: 'key',
    hint: 'Try again later; if it lasts, have the quota at the key service raised.',
    retryable: true,
  },
  root_key_invalid: {
    layer: 'key',
    hint: 'Check that the root key is a symmetric encryption key and still the one that was used before.',
    retryable: false,
  },
  root_provider_unknown: {
    layer: 'key',
    hint: 'Name a provider that is set up here, or have an adapter for this one set up.',
    retryable: false,
  },
};

/** The root key's owner refused: disabled, pending deletion, gone, or no access for a valid caller. */
export class RootKeyDeniedError extends KeyfoldError {
  readonly code = 'root_key_denied';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...rootKeyErrors.root_key_denied, ...options });
  }
}

/** Nobody answered, or our own credentials are not good: not a refusal. */
export class RootKeyUnavailableError extends KeyfoldError {
  readonly code = 'root_key_unavailable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...rootKeyErrors.root_key_unavailable, ...options });
  }
}

/** Too many requests: not a refusal. */
export class RootKeyThrottledError extends KeyfoldError {
  readonly code = 'root_key_throttled';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...rootKeyErrors.root_key_throttled, ...options });
  }
}

/** These bytes do not unwrap under this key and context, or the key is of the wrong kind. */
export class RootKeyInvalidError extends KeyfoldError {
  readonly code = 'root_key_invalid';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...rootKeyErrors.root_key_invalid, ...options });
  }
}

/** No adapter is configured for the provider that a reference names. */
export class RootProviderUnknownError extends KeyfoldError {
  readonly code = 'root_provider_unknown';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...rootKeyErrors.root_provider_unknown, ...options });
  }
}

/** The class for each outcome, so that an adapter's table of error names is all it needs. */
export const rootKeyOutcomes: Readonly<
  Record<RootKeyOutcome, new (message: string, options?: ErrorOptions) => KeyfoldError>
> = {
  denied: RootKeyDeniedError,
  unavailable: RootKeyUnavailableError,
  throttled: RootKeyThrottledError,
  invalid: RootKeyInvalidError,
};
