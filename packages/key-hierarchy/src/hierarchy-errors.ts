import { type ErrorLayer, KeyfoldError } from '@keyfold/crypto-core';

/** The codes of the errors that have their cause in the hierarchy itself. */
export type HierarchyErrorCode =
  | 'tenant_not_found'
  | 'service_not_found'
  | 'key_reference_not_found'
  | 'tenant_conflict'
  | 'scope_unsupported'
  | 'wrap_budget_exhausted'
  | 'key_state_forbids'
  | 'hierarchy_closed';

/** For each code, where its cause lies and the way out. None of them is retryable without a change. */
export const hierarchyErrors: Readonly<
  Record<HierarchyErrorCode, { readonly layer: ErrorLayer; readonly hint: string }>
> = {
  tenant_not_found: { layer: 'key', hint: 'Create the tenant first, or correct its id.' },
  service_not_found: { layer: 'key', hint: 'Check the service id; create the service first if it is new.' },
  key_reference_not_found: {
    layer: 'key',
    hint: 'Open it with the tenant and the service that it was sealed for.',
  },
  tenant_conflict: {
    layer: 'key',
    hint: 'Choose another tenant id, or name the root key that the tenant was made with.',
  },
  scope_unsupported: { layer: 'key', hint: 'Use a scope of kind "service".' },
  wrap_budget_exhausted: {
    layer: 'key',
    hint: 'Rotate the key: it has wrapped as many keys as it safely can. What it wrapped still opens.',
  },
  key_state_forbids: {
    layer: 'key',
    hint: 'Look at the states of the tenant and service keys: a deactivated key only decrypts, a compromised or destroyed one does neither.',
  },
  hierarchy_closed: { layer: 'key', hint: 'The key hierarchy was closed: make a new one.' },
};

/** No tenant has this id. */
export class TenantNotFoundError extends KeyfoldError {
  readonly code = 'tenant_not_found';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.tenant_not_found, ...options });
  }
}

/** The tenant has no service with this id. */
export class ServiceNotFoundError extends KeyfoldError {
  readonly code = 'service_not_found';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.service_not_found, ...options });
  }
}

/** No key of this tenant and scope has the reference; deliberately the same for an unknown one and for another scope's. */
export class KeyReferenceNotFoundError extends KeyfoldError {
  readonly code = 'key_reference_not_found';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.key_reference_not_found, ...options });
  }
}

/** The tenant exists under another root. */
export class TenantConflictError extends KeyfoldError {
  readonly code = 'tenant_conflict';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.tenant_conflict, ...options });
  }
}

/** Keys of this kind of scope do not exist here. */
export class ScopeUnsupportedError extends KeyfoldError {
  readonly code = 'scope_unsupported';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.scope_unsupported, ...options });
  }
}

/** A wrapping key has reached the number of uses past which random nonces are no longer safe. */
export class WrapBudgetExhaustedError extends KeyfoldError {
  readonly code = 'wrap_budget_exhausted';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.wrap_budget_exhausted, ...options });
  }
}

/** The key version's state does not allow the operation. */
export class KeyStateForbidsError extends KeyfoldError {
  readonly code = 'key_state_forbids';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.key_state_forbids, ...options });
  }
}

/** The hierarchy was closed before or during this call. */
export class HierarchyClosedError extends KeyfoldError {
  readonly code = 'hierarchy_closed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...hierarchyErrors.hierarchy_closed, ...options });
  }
}
