import { type ErrorLayer, KeyfoldError } from '@keyfold/crypto-core';

/** The codes of the errors that have their cause in the store. */
export type StoreErrorCode =
  | 'store_conflict'
  | 'store_corrupt'
  | 'store_foreign'
  | 'store_too_new'
  | 'store_in_use'
  | 'store_unwritable'
  | 'store_failed'
  | 'store_closed'
  | 'row_authentication_failed';

/** For each code, where its cause lies, the way out, and whether the same call may succeed later. */
export const storeErrors: Readonly<
  Record<StoreErrorCode, { readonly layer: ErrorLayer; readonly hint: string; readonly retryable: boolean }>
> = {
  store_conflict: {
    layer: 'store',
    hint: 'Someone else changed the same row: read it again and repeat the call.',
    retryable: true,
  },
  store_corrupt: {
    layer: 'store',
    hint: 'The store is damaged: restore it from a backup. Keep the damaged file; wrapped keys in it may be recoverable.',
    retryable: false,
  },
  store_foreign: {
    layer: 'store',
    hint: 'The file belongs to another program: choose another path. It was not changed.',
    retryable: false,
  },
  store_too_new: {
    layer: 'store',
    hint: 'A newer version wrote this store: update Keyfold, or restore a backup from before the update.',
    retryable: false,
  },
  store_in_use: {
    layer: 'store',
    hint: 'Another process owns this store: stop it, or choose another path. One process owns a store at a time.',
    retryable: false,
  },
  store_unwritable: {
    layer: 'store',
    hint: 'Create the folder and let this user write to it, or choose another path.',
    retryable: false,
  },
  store_failed: {
    layer: 'store',
    hint: 'Check the disk (space, permissions, health) and start again; the store accepts nothing more until it is reopened.',
    retryable: false,
  },
  store_closed: {
    layer: 'store',
    hint: 'The store was closed: open it again.',
    retryable: false,
  },
  row_authentication_failed: {
    layer: 'store',
    hint: 'A row was changed by something else than Keyfold, or belongs to another master key: restore the store from a backup.',
    retryable: false,
  },
};

/** A row's revision was not the expected one; nothing was changed. */
export class StoreConflictError extends KeyfoldError {
  readonly code = 'store_conflict';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_conflict, ...options });
  }
}

/** The store's content is damaged. */
export class StoreCorruptError extends KeyfoldError {
  readonly code = 'store_corrupt';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_corrupt, ...options });
  }
}

/** The file is another program's. */
export class StoreForeignError extends KeyfoldError {
  readonly code = 'store_foreign';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_foreign, ...options });
  }
}

/** A newer version of Keyfold wrote the store. */
export class StoreTooNewError extends KeyfoldError {
  readonly code = 'store_too_new';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_too_new, ...options });
  }
}

/** Someone else has the store open. */
export class StoreInUseError extends KeyfoldError {
  readonly code = 'store_in_use';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_in_use, ...options });
  }
}

/** The store cannot be made or written where it was asked to be. */
export class StoreUnwritableError extends KeyfoldError {
  readonly code = 'store_unwritable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_unwritable, ...options });
  }
}

/** Writing or reading failed; what was being committed may be stored or not. */
export class StoreFailedError extends KeyfoldError {
  readonly code = 'store_failed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_failed, ...options });
  }
}

/** The store was closed before this call. */
export class StoreClosedError extends KeyfoldError {
  readonly code = 'store_closed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.store_closed, ...options });
  }
}

/** A row does not carry the authentication code that its table, key, revision and content demand. */
export class RowAuthenticationFailedError extends KeyfoldError {
  readonly code = 'row_authentication_failed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...storeErrors.row_authentication_failed, ...options });
  }
}
