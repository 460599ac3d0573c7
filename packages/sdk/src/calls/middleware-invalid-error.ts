import { type CallDetails, CallError } from './call-error.ts';
import { callErrors } from './call-error-table.ts';

/** A middleware did what is not its to do. Nothing of what it set is quoted but the name of a header. */
export class MiddlewareInvalidError extends CallError {
  readonly code = 'middleware_invalid';

  constructor(message: string, call: CallDetails) {
    super(message, call, callErrors.middleware_invalid);
  }
}
