import { KeyfoldError } from '@keyfold/crypto-core';
import { callErrors } from '../calls/call-error-table.ts';

/** Whether a token is good cannot be said: there is no key set young enough. `cause` is what the last fetch met. */
export class KeySetUnavailableError extends KeyfoldError {
  readonly code = 'key_set_unavailable';

  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...callErrors.key_set_unavailable, ...options });
  }
}
