import { KeyfoldError } from '@keyfold/crypto-core';
import { type ApiErrorCode, apiErrorOf } from '@keyfold/protocol';

/**
 * A request that the service itself refuses, by a code of the protocol's table.
 *
 * The message goes to the caller: it names members and limits, never a value of the request.
 */
export class ApiError extends KeyfoldError {
  readonly code: ApiErrorCode;

  /** @param message the table's message if left out; one of its own only where it helps to correct the request. */
  constructor(code: ApiErrorCode, message?: string) {
    const entry = apiErrorOf(code);
    super(message ?? entry.message, { layer: entry.layer, hint: entry.hint, retryable: entry.retryable });
    this.code = code;
  }
}
