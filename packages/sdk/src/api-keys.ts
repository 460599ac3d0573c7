import { type PageQuery, type Role, roles, type TenantGrant } from '@keyfold/protocol';
import { AnswerMismatch, readField, readList, readString } from './answer-fields.ts';
import type { ApiClient } from './api-client.ts';
import { ApiKeyNotShownAgainError } from './api-key-not-shown-again-error.ts';
import { requireObject } from './arguments.ts';
import type { ApiAnswer } from './calls/attempt.ts';
import type { CallOptions, KeyedCallOptions, ListOptions } from './calls/call-options.ts';
import type { CallPromise } from './calls/call-promise.ts';
import type { ListPromise } from './calls/list-promise.ts';
import { checkedIdentifier } from './identifiers.ts';

/** An API key without its secret. */
export interface ApiKeyInfo {
  /** The public part: `kf_<role>_` and the first 8 characters of the secret. */
  readonly id: string;
  readonly role: Role;
  /** The tenants it may use, or `'*'` for all. */
  readonly tenants: TenantGrant;
  readonly description: string;
  readonly createdAt: Date;
  /** Null while the key is good. */
  readonly revokedAt: Date | null;
}

/** A new API key, the only time its secret is shown. */
export interface CreatedApiKey extends ApiKeyInfo {
  readonly apiKey: string;
}

/** What an API key is created from. */
export interface NewApiKey {
  readonly role: Role;
  /** Ids of tenants, or `'*'` for all of them. */
  readonly tenants: TenantGrant;
  /** At most 256 characters, without control characters. Default: empty. */
  readonly description?: string;
}

/** Makes, lists and revokes API keys; needs an administrator's. */
export class ApiKeys {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /**
   * Creates an API key. All attempts of one call, and all calls with the same `idempotencyKey`, make one key; its secret
   * is in the first answer only.
   *
   * @throws ApiKeyNotShownAgainError when the key was made, but that answer was lost: it names the key, to revoke it;
   *   IdempotencyConflictError when the `idempotencyKey` was used for another key
   * @example
   * ```ts
   * const { apiKey } = await keyfold.apiKeys.create({ role: 'application', tenants: ['acme'] });
   * ```
   */
  create(key: NewApiKey, options: KeyedCallOptions = {}): CallPromise<CreatedApiKey> {
    const prepare = () => {
      requireObject('The API key', key);
      const { role, tenants, description = '' } = key;
      return { params: {}, body: { role, tenants, description } };
    };
    return this.#client.start('createApiKey', options, prepare, readCreatedApiKey);
  }

  /** The API keys: a page of them, or all one after the other with `for await`. */
  list(query: PageQuery = {}, options: ListOptions = {}): ListPromise<ApiKeyInfo> {
    return this.#client.list('listApiKeys', options, { params: {}, query }, readApiKey);
  }

  /**
   * Revokes an API key: the next request that carries it is refused.
   *
   * @param id the key's public part, never the whole key
   * @throws ApiKeyNotFoundError
   */
  revoke(id: string, options: CallOptions = {}): CallPromise<void> {
    const prepare = () => ({ params: { apiKey: checkedIdentifier('apiKey', id) } });
    return this.#client.start('revokeApiKey', options, prepare, () => undefined);
  }
}

function readCreatedApiKey({ json, call }: ApiAnswer): CreatedApiKey {
  const info = readApiKey(json);
  if (readField(json, 'apiKey') === null) throw new ApiKeyNotShownAgainError(info.id, call);
  return { ...info, apiKey: readString(json, 'apiKey') };
}

function readApiKey(json: unknown): ApiKeyInfo {
  return {
    id: readString(json, 'id'),
    role: readRole(json),
    tenants: readField(json, 'tenants') === '*' ? '*' : readList(json, 'tenants', String),
    description: readString(json, 'description'),
    createdAt: new Date(readString(json, 'createdAt')),
    revokedAt: readField(json, 'revokedAt') === null ? null : new Date(readString(json, 'revokedAt')),
  };
}

function readRole(json: unknown): Role {
  const role = readString(json, 'role');
  if (isRole(role)) return role;
  throw new AnswerMismatch('role');
}

function isRole(role: string): role is Role {
  return Object.hasOwn(roles, role);
}
