import type { Awaitable } from '@keyfold/crypto-core';
import {
  headerNames,
  identifierPatterns,
  type OperationId,
  type OperationParameters,
  operationIds,
  operationOf,
  type PageQuery,
  roleAllows,
} from '@keyfold/protocol';
import { isPlainRequest, parameterSchemas, querySchemas, requestSchemas } from '@keyfold/protocol/schemas';
import { ApiError } from './api-error.ts';
import type { Answer, Handlers } from './handler.ts';
import { coversTenant, type Principal } from './principal.ts';
import { readBody } from './read-body.ts';
import { headerOf, type ServiceRequest } from './service-request.ts';
import { validate } from './validate.ts';

/**
 * Authorises a request, checks all of it and runs its operation.
 *
 * A tenant that the key may not see is refused before anything about it is read, so that for this key a tenant that
 * exists and one that does not are the same: in the answer, and in the work done for it.
 *
 * @throws {@link ApiError} for what is refused here, and what the operation throws
 */
export function executeOperation<Id extends OperationId>(
  id: Id,
  handlers: Handlers,
  principal: Principal,
  request: ServiceRequest,
): Awaitable<Answer<Id>> {
  const operation = operationOf(id);
  if (!roleAllows(principal.role, operation.role)) throw new ApiError('permission_denied');
  const params = readParameters(id, request.params);
  if ('tenant' in params && !coversTenant(principal.tenants, params.tenant)) {
    throw new ApiError('tenant_not_found');
  }
  const query = readQuery(id, request.query);
  const idempotencyKey = readIdempotencyKey(id, request);
  const { json, attachments } = readBody(operation.request, request);
  const body = isPlainRequest(id, json) ? json : validate(requestSchemas[id], json, 'The body');
  return handlers[id]({ principal, params, query, body, attachments, idempotencyKey });
}

const parameterNames = ['tenant', 'service', 'apiKey'] as const;

/** The parameters of each operation, as its path's template has them. */
const parametersOf = new Map(
  operationIds.map((id) => [id, parameterNames.filter((name) => operationOf(id).path.includes(`{${name}}`))]),
);

function readParameters<Id extends OperationId>(
  id: Id,
  sent: Readonly<Record<string, string>>,
): OperationParameters<Id> & { tenant?: string } {
  const checked: Record<string, string> = {};
  for (const name of parametersOf.get(id) ?? []) {
    const value = sent[name];
    // The schema is this pattern; it is asked for the message of what is wrong.
    const isGood = value !== undefined && identifierPatterns[name].test(value);
    checked[name] = isGood ? value : validate(parameterSchemas[name], value, `The path at ${name}`);
  }
  return checked as OperationParameters<Id>; // exactly the names in the template that the type is made from
}

const noQuery: PageQuery = Object.freeze({});

function readQuery(id: OperationId, sent: URLSearchParams): PageQuery {
  // No operation needs one.
  if (sent.size === 0) return noQuery;
  if (new Set(sent.keys()).size !== sent.size) {
    throw new ApiError('invalid_request', 'The query has the same parameter twice.');
  }
  return validate(querySchemas[operationOf(id).query], Object.fromEntries(sent), 'The query');
}

/** Refused where it would promise what the operation does not keep; where repeating is harmless anyway it is ignored. */
function readIdempotencyKey(id: OperationId, request: ServiceRequest): string | undefined {
  const { idempotencyKey: taken, idempotent } = operationOf(id);
  if ((!taken && idempotent) || request.headers[headerNames.idempotencyKey] === undefined) return undefined;
  if (!taken) throw new ApiError('invalid_request', 'The operation takes no Idempotency-Key.');
  const key = headerOf(request, headerNames.idempotencyKey);
  if (key === undefined || !identifierPatterns.idempotencyKey.test(key)) {
    throw new ApiError('invalid_request', 'The Idempotency-Key does not have the required form.');
  }
  return key;
}
