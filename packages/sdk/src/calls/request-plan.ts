import { encodeBase64url, InvalidArgumentError } from '@keyfold/crypto-core';
import {
  encodeFrame,
  headerNames,
  mediaTypes,
  type OperationId,
  type OperationParameters,
  operationOf,
  operationPath,
  type PageQuery,
  type RequestBody,
} from '@keyfold/protocol';
import { userAgent } from '../version.ts';
import type { ApiAnswer, AttemptPlan } from './attempt.ts';
import type { KeyedCallOptions } from './call-options.ts';

/** What one call sends. */
export interface RequestContent<Id extends OperationId> {
  readonly params: OperationParameters<Id>;
  readonly query?: PageQuery;
  /** JSON, or the JSON of a frame; nothing secret. */
  readonly body?: RequestBody<Id>;
  /** Attachments of a frame. Copied, and the copy is wiped; the originals stay the caller's. */
  readonly attachments?: readonly Uint8Array[];
}

/** What one call sends, and how. */
export interface ApiRequest<Id extends OperationId> extends RequestContent<Id>, KeyedCallOptions {}

/** What a plan is made of. */
export interface RequestPlanOptions<Id extends OperationId, T> {
  readonly id: Id;
  readonly request: ApiRequest<Id>;
  /** Before every path: empty, or `/…` without a slash at its end. */
  readonly pathPrefix: string;
  readonly body: Uint8Array | undefined;
  readonly read: (answer: ApiAnswer) => T;
}

/** What is the same for all attempts of a call. */
export function requestPlan<Id extends OperationId, T>(options: RequestPlanOptions<Id, T>): AttemptPlan<T> {
  const { id, request, pathPrefix, body, read } = options;
  const { request: form, idempotencyKey } = operationOf(id);
  const headers: Record<string, string> = { 'user-agent': userAgent };
  if (form !== 'none') headers[headerNames.contentType] = mediaTypes[form];
  // One for all attempts: that is what makes them one call for the service.
  if (idempotencyKey) headers[headerNames.idempotencyKey] = request.idempotencyKey ?? randomIdempotencyKey();
  const path = `${pathPrefix}${operationPath(id, request.params)}${queryString(request.query)}`;
  return { id, path, headers, body, read };
}

/** 16 random bytes: no two calls share one by chance. */
function randomIdempotencyKey(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(16)));
}

/**
 * The body of a request, to be wiped after its last attempt; undefined where there is none.
 *
 * @throws InvalidArgumentError for what JSON has no form for, such as a bigint
 */
export function encodeBody<Id extends OperationId>(id: Id, request: ApiRequest<Id>): Uint8Array | undefined {
  const form = operationOf(id).request;
  if (form === 'none') return undefined;
  return form === 'frame'
    ? encodeFrame(request.body, request.attachments ?? [])
    : new TextEncoder().encode(jsonOf(request.body));
}

function jsonOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    // Not kept as a cause: it may quote what it could not write.
    throw new InvalidArgumentError('An argument holds what JSON has no form for.');
  }
}

function queryString(query: PageQuery | undefined): string {
  if (query === undefined) return '';
  const parameters = new URLSearchParams();
  if (query.limit !== undefined) parameters.set('limit', String(query.limit));
  if (query.cursor !== undefined) parameters.set('cursor', query.cursor);
  return parameters.size === 0 ? '' : `?${parameters}`;
}
