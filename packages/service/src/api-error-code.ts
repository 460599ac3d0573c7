import { isKeyfoldError } from '@keyfold/crypto-core';
import { type ApiErrorCode, isApiErrorCode } from '@keyfold/protocol';

/** The code that an error is answered with: its own if the protocol's table has it, else `internal_error`. */
export function apiErrorCodeOf(error: unknown): ApiErrorCode {
  return isKeyfoldError(error) && isApiErrorCode(error.code) ? error.code : 'internal_error';
}
