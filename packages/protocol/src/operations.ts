import type { Role } from './roles.ts';

/** How a body travels: not at all, as JSON, or as a frame (JSON with key bytes attached, see `frame.ts`). */
export type BodyForm = 'none' | 'json' | 'frame';

/** One row of the table of operations. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A template; each `{name}` is one path segment. */
  readonly path: string;
  /** The least role that may call it. */
  readonly role: Role;
  readonly query: 'none' | 'page';
  readonly request: BodyForm;
  readonly response: BodyForm;
  /** `key-use` handles data keys; everything but `read` leaves an audit record. */
  readonly effect: 'read' | 'write' | 'key-use';
  /** Whether sending it twice has the effect of sending it once, so that a client may repeat it as it is. */
  readonly idempotent: boolean;
  /** Whether it takes an `Idempotency-Key`, under which it may be repeated although it is not idempotent. */
  readonly idempotencyKey: boolean;
  readonly summary: string;
}

/** Every operation of the encryption API. Hosts route by it, clients build requests from it. */
export const operations = {
  createTenant: {
    method: 'PUT',
    path: '/v1/tenants/{tenant}',
    role: 'admin',
    query: 'none',
    request: 'json',
    response: 'json',
    effect: 'write',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Make a tenant whose keys stand under the given root key.',
  },
  getTenant: {
    method: 'GET',
    path: '/v1/tenants/{tenant}',
    role: 'admin',
    query: 'none',
    request: 'none',
    response: 'json',
    effect: 'read',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Read a tenant.',
  },
  listTenants: {
    method: 'GET',
    path: '/v1/tenants',
    role: 'admin',
    query: 'page',
    request: 'none',
    response: 'json',
    effect: 'read',
    idempotent: true,
    idempotencyKey: false,
    summary: 'List the tenants that the API key may see.',
  },
  createService: {
    method: 'PUT',
    path: '/v1/tenants/{tenant}/services/{service}',
    role: 'admin',
    query: 'none',
    request: 'none',
    response: 'json',
    effect: 'write',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Make a service of a tenant, with a key of its own.',
  },
  getService: {
    method: 'GET',
    path: '/v1/tenants/{tenant}/services/{service}',
    role: 'admin',
    query: 'none',
    request: 'none',
    response: 'json',
    effect: 'read',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Read a service.',
  },
  listServices: {
    method: 'GET',
    path: '/v1/tenants/{tenant}/services',
    role: 'admin',
    query: 'page',
    request: 'none',
    response: 'json',
    effect: 'read',
    idempotent: true,
    idempotencyKey: false,
    summary: 'List the services of a tenant.',
  },
  rotateService: {
    method: 'POST',
    path: '/v1/tenants/{tenant}/services/{service}/rotate',
    role: 'admin',
    query: 'none',
    request: 'none',
    response: 'json',
    effect: 'write',
    idempotent: false,
    idempotencyKey: true,
    summary: 'Make a new active version of a service key; older versions go on decrypting.',
  },
  wrapDataKeys: {
    method: 'POST',
    path: '/v1/tenants/{tenant}/data-keys/wrap',
    role: 'application',
    query: 'none',
    request: 'frame',
    response: 'json',
    effect: 'key-use',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Wrap data keys that the caller made, one attachment each.',
  },
  unwrapDataKeys: {
    method: 'POST',
    path: '/v1/tenants/{tenant}/data-keys/unwrap',
    role: 'application',
    query: 'none',
    request: 'json',
    response: 'frame',
    effect: 'key-use',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Unwrap the data keys of record headers, one attachment for each that opened.',
  },
  rewrapDataKeys: {
    method: 'POST',
    path: '/v1/tenants/{tenant}/data-keys/rewrap',
    role: 'application',
    query: 'none',
    request: 'json',
    response: 'json',
    effect: 'key-use',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Wrap the same data keys anew under the active version; the data stays as it is.',
  },
  generateDataKeys: {
    method: 'POST',
    path: '/v1/tenants/{tenant}/data-keys/generate',
    role: 'application',
    query: 'none',
    request: 'json',
    response: 'frame',
    effect: 'key-use',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Have data keys made and wrapped by the service, one attachment each.',
  },
  createApiKey: {
    method: 'POST',
    path: '/v1/api-keys',
    role: 'admin',
    query: 'none',
    request: 'json',
    response: 'json',
    effect: 'write',
    idempotent: false,
    idempotencyKey: true,
    summary: 'Make an API key; its secret is shown in this one answer only.',
  },
  listApiKeys: {
    method: 'GET',
    path: '/v1/api-keys',
    role: 'admin',
    query: 'page',
    request: 'none',
    response: 'json',
    effect: 'read',
    idempotent: true,
    idempotencyKey: false,
    summary: 'List API keys without their secrets.',
  },
  revokeApiKey: {
    method: 'DELETE',
    path: '/v1/api-keys/{apiKey}',
    role: 'admin',
    query: 'none',
    request: 'none',
    response: 'none',
    effect: 'write',
    idempotent: true,
    idempotencyKey: false,
    summary: 'Revoke an API key; the next request that carries it is refused.',
  },
} as const;

/** The name of an operation. */
export type OperationId = keyof typeof operations;

/** The names of all operations, in the order of the table. */
export const operationIds: readonly OperationId[] = Object.keys(operations) as OperationId[];

/**
 * The row of an operation with its columns' general types, for code that treats all rows alike.
 *
 * @example
 * ```ts
 * operationOf('getTenant').method; // 'GET'
 * ```
 */
export function operationOf(id: OperationId): Operation {
  return operations[id];
}
