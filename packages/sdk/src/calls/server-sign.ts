import { ApiError } from '../api-errors.ts';
import {
  ConnectionError,
  RedirectRefusedError,
  ResponseTooLargeError,
  UnexpectedResponseError,
} from '../transport/transport-errors.ts';
import { UnrecognisedAnswerError } from '../unrecognised-answer-error.ts';
import type { ServerSign } from './circuit-breaker.ts';

/** What proxies answer for a server that is not there (RFC 9110 §15.6.3–5). */
const downStatuses: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

/**
 * What a failed attempt tells about the server. A refusal by the service itself, be it of status 503 because one tenant's
 * root key cannot be reached, comes from a server that is up; a certificate that does not hold says nothing.
 */
export function serverSign(error: unknown): ServerSign {
  if (error instanceof ConnectionError) return 'down';
  if (error instanceof ApiError) return error.code === 'service_closed' ? 'down' : 'up';
  if (error instanceof UnrecognisedAnswerError) return downStatuses.has(error.status) ? 'down' : 'up';
  const answered =
    error instanceof UnexpectedResponseError ||
    error instanceof ResponseTooLargeError ||
    error instanceof RedirectRefusedError;
  return answered ? 'up' : 'unknown';
}
