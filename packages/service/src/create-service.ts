import { type Awaitable, type Clock, type CryptoBackend, encodeBase64url } from '@keyfold/crypto-core';
import type { AuthenticatedStore, KeyHierarchy } from '@keyfold/key-hierarchy';
import {
  type ApiErrorCode,
  apiErrorOf,
  type CreateApiKeyBody,
  headerNames,
  identifierPatterns,
  type OperationId,
  operationOf,
} from '@keyfold/protocol';
import { requestSchemas } from '@keyfold/protocol/schemas';
import { ApiError } from './api-error.ts';
import { apiErrorCodeOf } from './api-error-code.ts';
import { createApiKeys, type NewApiKey } from './api-keys.ts';
import type { AuditRecord } from './audit-record.ts';
import { createAuthenticate } from './authenticate.ts';
import { executeOperation } from './execute-operation.ts';
import type { Answer } from './handler.ts';
import { createHandlers } from './handlers.ts';
import { coversTenant, type Principal } from './principal.ts';
import { createRotations } from './rotations.ts';
import { headerOf, type ServiceRequest } from './service-request.ts';
import { errorResponse, frameResponse, jsonResponse, type ServiceResponse } from './service-response.ts';
import { validate } from './validate.ts';

/** What a service needs; all of it stays its owner's. */
export interface ServiceDeps {
  readonly hierarchy: KeyHierarchy;
  /** Where API keys are kept. */
  readonly rows: AuthenticatedStore;
  readonly backend: CryptoBackend;
  readonly clock: Clock;
  /**
   * Takes a record of every request that changes something, uses keys, or is refused. The answer waits for it, and is
   * withheld if it fails: no key leaves unrecorded.
   */
  readonly log?: (record: AuditRecord) => Awaitable<void>;
  /**
   * Takes the error behind each answer of status 500 and above, as it was thrown, for an error tracker. Unlike audit
   * records it is not limited to a list of fields.
   */
  readonly onError?: (error: unknown, requestId: string) => void;
}

/** The encryption API, apart from any HTTP server. */
export interface Service {
  /**
   * Answers a request, whatever is wrong with it: it never throws or rejects. The answer is there at once where nothing has to be
   * waited for. The request's body is zeroised by then; the host disposes of the answer once it is sent.
   */
  execute(id: OperationId, request: ServiceRequest): Awaitable<ServiceResponse>;
  /**
   * The answer for what the host finds wrong before there is an operation: no such route, too large, closing.
   *
   * @param headers what belongs to the code, such as `allow` for `method_not_allowed`
   */
  refuse(code: ApiErrorCode, requestId: string, headers?: Readonly<Record<string, string>>): ServiceResponse;
  /** For whoever runs the service; a first API key can be had no other way. */
  readonly apiKeys: {
    /** @throws {@link ApiError} `invalid_request` */
    create(request: CreateApiKeyBody): Promise<NewApiKey>;
    /** @throws {@link ApiError} `api_key_not_found` */
    revoke(id: string): Promise<void>;
  };
}

/** One request while it is under way. */
interface Call {
  readonly id: OperationId;
  readonly request: ServiceRequest;
  readonly requestId: string;
  readonly startedMs: number;
  /** Once it is known who asks. */
  principal: Principal | undefined;
}

/** How it ended. */
interface Outcome {
  /** null where it succeeded. */
  readonly code: ApiErrorCode | null;
  readonly response: ServiceResponse;
}

/**
 * Makes a service. It holds no state of its own beyond what it was given.
 *
 * @example
 * ```ts
 * const service = createService({ hierarchy, rows: master.rows, backend: nodeBackend, clock: systemClock });
 * const { apiKey } = await service.apiKeys.create({ role: 'admin', tenants: '*', description: 'first key' });
 * ```
 */
export function createService({ hierarchy, rows, backend, clock, log, onError }: ServiceDeps): Service {
  const apiKeys = createApiKeys({ rows, backend, clock });
  const authenticate = createAuthenticate(rows, backend);
  const handlers = createHandlers(hierarchy, apiKeys, createRotations({ hierarchy, rows, backend }));

  const requestIdOf = (text: string): string =>
    identifierPatterns.requestId.test(text) ? text : encodeBase64url(backend.randomBytes(12));

  // No async function from here to the keys: what is at hand is answered without a promise.
  function answerTo(call: Call): Awaitable<Answer<OperationId>> {
    const authenticated = authenticate(headerOf(call.request, headerNames.authorization));
    return authenticated instanceof Promise
      ? authenticated.then((principal) => answerAs(principal, call))
      : answerAs(authenticated, call);
  }

  function answerAs(principal: Principal, call: Call): Awaitable<Answer<OperationId>> {
    call.principal = principal;
    return executeOperation(call.id, handlers, principal, call.request);
  }

  function success({ id, requestId }: Call, answer: Answer<OperationId>): Outcome {
    try {
      return { code: null, response: responseOf(id, requestId, answer) };
    } catch (error) {
      return failure(error, requestId);
    }
  }

  function failure(error: unknown, requestId: string): Outcome {
    const code = apiErrorCodeOf(error);
    if (apiErrorOf(code).status >= 500) report(error, requestId);
    return {
      code,
      response: errorResponse(code, requestId, error instanceof ApiError ? { message: error.message } : {}),
    };
  }

  function concluded(call: Call, outcome: Outcome): Awaitable<ServiceResponse> {
    call.request.body.fill(0);
    if (log === undefined || (outcome.code === null && operationOf(call.id).effect === 'read'))
      return outcome.response;
    return recorded(log, call, outcome);
  }

  async function recorded(
    write: (record: AuditRecord) => Awaitable<void>,
    { id, request, requestId, startedMs, principal }: Call,
    { code, response }: Outcome,
  ): Promise<ServiceResponse> {
    try {
      await write({
        operation: id,
        principal: principal?.id ?? null,
        tenant: tenantOf(request, principal),
        status: response.status,
        code,
        requestId,
        durationMs: clock.now().monotonicMs - startedMs,
      });
      return response;
    } catch (error) {
      response[Symbol.dispose]();
      report(error, requestId);
      return errorResponse('internal_error', requestId);
    }
  }

  function report(error: unknown, requestId: string): void {
    try {
      onError?.(error, requestId);
    } catch {
      // What is told of an error must not become another one.
    }
  }

  return {
    execute(id, request) {
      const call: Call = {
        id,
        request,
        requestId: requestIdOf(request.requestId),
        startedMs: log === undefined ? 0 : clock.now().monotonicMs,
        principal: undefined,
      };
      try {
        const answer = answerTo(call);
        return answer instanceof Promise
          ? answer
              .then(
                (later) => success(call, later),
                (error: unknown) => failure(error, call.requestId),
              )
              .then((outcome) => concluded(call, outcome))
          : concluded(call, success(call, answer));
      } catch (error) {
        return concluded(call, failure(error, call.requestId));
      }
    },

    refuse: (code, requestId, headers) => errorResponse(code, requestIdOf(requestId), { headers }),

    apiKeys: {
      create: async (request) =>
        apiKeys.create(validate(requestSchemas.createApiKey, request, 'The request')),
      revoke: (id) => apiKeys.revoke(id, '*'),
    },
  };
}

function responseOf(
  id: OperationId,
  requestId: string,
  { status, body, keys = [] }: Answer<OperationId>,
): ServiceResponse {
  try {
    if (operationOf(id).response !== 'frame') return jsonResponse(status, requestId, body);
    return frameResponse(
      status,
      requestId,
      body,
      keys.map((key) => key.reveal()),
    );
  } finally {
    for (const key of keys) key.dispose();
  }
}

/** What somebody asks for who may not have it is nothing that belongs into a record about that tenant. */
function tenantOf({ params }: ServiceRequest, principal: Principal | undefined): string | null {
  const tenant = params['tenant'];
  if (tenant === undefined || principal === undefined || !identifierPatterns.tenant.test(tenant)) return null;
  return coversTenant(principal.tenants, tenant) ? tenant : null;
}
