import { type PageQuery, type Role, roles, type TenantGrant } from '@keyfold/protocol';
import { AnswerMismatch, readField, readList, readString } from './answer-fields.ts';
import type { ApiClient } from './api-client.ts';
import { requireObject } from './arguments.ts';
import { type CallOptions, type Page, readPage } from './calls.ts';
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
   * Creates an API key. Tried once: an answer that was lost would leave a key that nobody knows.
   *
   * @example
   * ```ts
   * const { apiKey } = await keyfold.apiKeys.create({ role: 'application', tenants: ['acme'] });
   * ```
   */
  async create(key: NewApiKey, options: CallOptions = {}): Promise<CreatedApiKey> {
    requireObject('The API key', key);
    const { role, tenants, description = '' } = key;
    const body = { role, tenants, description };
    return await this.#client.call('createApiKey', { params: {}, body, ...options }, ({ json }) => ({
      ...readApiKey(json),
      apiKey: readString(json, 'apiKey'),
    }));
  }

  /** One page of the API keys; pass its `next` as `cursor` for the one after. */
  async list(query: PageQuery = {}, options: CallOptions = {}): Promise<Page<ApiKeyInfo>> {
    return await this.#client.call('listApiKeys', { params: {}, query, ...options }, ({ json }) =>
      readPage(json, readApiKey),
    );
  }

  /**
   * Revokes an API key: the next request that carries it is refused.
   *
   * @param id the key's public part, never the whole key
   * @throws ApiKeyNotFoundError
   */
  async revoke(id: string, options: CallOptions = {}): Promise<void> {
    const params = { apiKey: checkedIdentifier('apiKey', id) };
    await this.#client.call('revokeApiKey', { params, ...options }, () => undefined);
  }
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
