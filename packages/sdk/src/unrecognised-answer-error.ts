import { type CallDetails, CallError } from './calls/call-error.ts';
import { callErrors } from './calls/call-error-table.ts';

/** Statuses that say "later" whoever answers, a proxy included (RFC 9110 §15.6, RFC 6585 §4). */
const retryableStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * An answer that is not a success and carries no error that this version knows: a proxy's own page, or a newer
 * service's code. Nothing of the body is quoted or kept.
 */
export class UnrecognisedAnswerError extends CallError {
  readonly code = 'unrecognised_answer';
  /** How long the server asked to wait before trying again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(call: CallDetails & { readonly status: number }, retryAfterMs?: number) {
    super(`The server answered ${call.status} without an error that this version of Keyfold knows.`, call, {
      ...callErrors.unrecognised_answer,
      retryable: retryableStatuses.has(call.status),
    });
    this.retryAfterMs = retryAfterMs;
  }
}
