import {
  type ApiErrorCode,
  type BodyForm,
  decodeFrame,
  type Frame,
  headerNames,
  isApiErrorCode,
  mediaTypes,
} from '@keyfold/protocol';
import { AnswerMismatch, readField, readString } from './answer-fields.ts';
import { type ApiRefusal, apiError } from './api-errors.ts';
import type { CallDetails, CallError } from './calls/call-error.ts';
import { parseRetryAfterMs } from './calls/retry-policy.ts';
import type { TransportResponse } from './transport/transport.ts';
import { RedirectRefusedError, UnexpectedResponseError } from './transport/transport-errors.ts';
import { UnrecognisedAnswerError } from './unrecognised-answer-error.ts';

/** Longest text of the service's that becomes part of an error, in characters. */
const maxTextLength = 500;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a success in the form that its operation answers with; attachments are views of the response's body.
 *
 * @throws {@link UnexpectedResponseError} for another media type, broken JSON or a broken frame
 */
export function readAnswer(response: TransportResponse, form: BodyForm, call: CallDetails): Frame {
  if (form === 'none') return { json: null, attachments: [] };
  if (mediaTypeOf(response) !== mediaTypes[form]) {
    throw new UnexpectedResponseError(`The answer is not of the media type ${mediaTypes[form]}.`, call);
  }
  try {
    return form === 'frame'
      ? decodeFrame(response.body)
      : { json: parseJson(response.body), attachments: [] };
  } catch {
    // Not kept as a cause: JSON.parse quotes what it could not read.
    throw new UnexpectedResponseError(`The answer is not valid ${mediaTypes[form]}.`, call);
  }
}

/** Without its parameters (RFC 9110 §8.3.1). */
function mediaTypeOf(response: TransportResponse): string {
  const contentType = response.header(headerNames.contentType) ?? '';
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/**
 * Hands an answer to its reader and names what it misses.
 *
 * @throws {@link UnexpectedResponseError} when the reader finds a field missing or malformed
 */
export function checked<T>(read: () => T, call: CallDetails): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AnswerMismatch)) throw error;
    throw new UnexpectedResponseError(`The answer does not have the expected form: ${error.message}`, call);
  }
}

/**
 * The error of an answer that is not a success.
 *
 * @param redact takes out what must not stand in an error
 * @param nowMs the wall clock's time
 */
export function readRefusal(
  response: TransportResponse,
  call: CallDetails,
  redact: (text: string) => string,
  nowMs: number,
): CallError {
  const { status } = response;
  if (status >= 300 && status < 400) return new RedirectRefusedError(call);
  const retryAfterMs = parseRetryAfterMs(response.header('retry-after'), nowMs);
  const refusal = parseRefusal(response.body);
  if (refusal === undefined) return new UnrecognisedAnswerError({ ...call, status }, retryAfterMs);
  const clean = (text: string | undefined) => (text === undefined ? undefined : printable(redact(text)));
  return apiError({
    code: refusal.code,
    call,
    message: clean(refusal.message),
    hint: clean(refusal.hint),
    retryAfterMs,
  });
}

function parseRefusal(body: Uint8Array): (Omit<ApiRefusal, 'call'> & { code: ApiErrorCode }) | undefined {
  try {
    const error = readField(parseJson(body), 'error');
    const code = readString(error, 'code');
    if (!isApiErrorCode(code)) return undefined;
    return { code, message: readString(error, 'message'), hint: readString(error, 'hint') };
  } catch {
    return undefined;
  }
}

function parseJson(body: Uint8Array): unknown {
  return JSON.parse(utf8.decode(body));
}

/** One line of bounded length: what a server says must not forge lines of a log. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, maxTextLength);
}
