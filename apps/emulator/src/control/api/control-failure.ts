import { type ErrorLayer, isKeyfoldError } from '@keyfold/crypto-core';
import { z } from 'zod';
import { controlErrors } from '../control-errors.ts';

export type RequestErrorCode =
  | 'invalid_request'
  | 'request_refused'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'internal_error';

interface RequestError {
  readonly status: number;
  readonly layer: ErrorLayer;
  readonly message: string;
  readonly hint: string;
}

/** What is wrong with a request before a route sees it, or with the emulator. */
export const requestErrors: Readonly<Record<RequestErrorCode, RequestError>> = {
  invalid_request: {
    status: 400,
    layer: 'api',
    message: 'The request is not valid.',
    hint: 'Correct what the message names; /_emulator/openapi.json describes every request.',
  },
  request_refused: {
    status: 403,
    layer: 'transport',
    message: 'The emulator does not take this from other sites.',
    hint: 'Ask from a program, or from a page of the emulator itself.',
  },
  route_not_found: {
    status: 404,
    layer: 'api',
    message: 'There is no such path in the control API.',
    hint: '/_emulator/openapi.json lists the paths.',
  },
  method_not_allowed: {
    status: 405,
    layer: 'api',
    message: 'The path does not take this method.',
    hint: 'Use one of the methods in the Allow header.',
  },
  payload_too_large: {
    status: 413,
    layer: 'api',
    message: 'The body is larger than the limit.',
    hint: 'Send less in one request.',
  },
  unsupported_media_type: {
    status: 415,
    layer: 'api',
    message: 'The body is not JSON.',
    hint: 'Send application/json, without content encoding.',
  },
  internal_error: {
    status: 500,
    layer: 'api',
    message: 'The emulator failed in a way it does not know.',
    hint: 'Report it with what the emulator printed.',
  },
};

/** Statuses of errors that routes let through: those of the emulator and of seeds. Others are the emulator's failures. */
const statuses: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.entries(controlErrors).map(([code, { status }]) => [code, status])),
  invalid_option: 400,
  invalid_identity: 400,
  seed_invalid: 400,
  seed_conflict: 409,
  store_conflict: 409,
  // What was under way when the state was put back.
  store_closed: 503,
};

/** The body of every answer that is an error. */
export const controlErrorSchema: z.ZodType = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'Names the cause; stable across releases.' }),
      message: z.string(),
      hint: z.string().meta({ description: 'The way out.' }),
      layer: z.string(),
      requestId: z.string(),
      retryable: z.boolean(),
    }),
  })
  .meta({ id: 'Error', description: 'Why a request was refused, or failed.' });

/** The status of an error that a route may answer with. */
export function statusOf(code: string): number {
  return Object.hasOwn(statuses, code) ? (statuses[code] ?? 500) : 500;
}

/** An answer that says why. */
export interface ControlFailure {
  readonly status: number;
  readonly body: { readonly error: Readonly<Record<string, unknown>> };
}

/** @param message - what exactly, where more than the table's is known. */
export function requestFailure(
  code: RequestErrorCode,
  requestId: string,
  message: string = requestErrors[code].message,
): ControlFailure {
  const { status, layer, hint } = requestErrors[code];
  return { status, body: { error: { code, message, hint, layer, requestId, retryable: false } } };
}

/** The answer for what a route threw; undefined for what is the emulator's own failure. */
export function failureOf(error: unknown, requestId: string): ControlFailure | undefined {
  if (!isKeyfoldError(error) || statusOf(error.code) === 500) return undefined;
  const { code, message, hint, layer, retryable } = error;
  return { status: statusOf(code), body: { error: { code, message, hint, layer, requestId, retryable } } };
}
