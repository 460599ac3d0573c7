import { ApiError } from '../api-error.ts';
import type { ApiKeys } from '../api-keys.ts';
import type { Handlers } from '../handler.ts';
import { coversGrant } from '../principal.ts';
import { pageOf } from './page.ts';

/** createApiKey, listApiKeys, revokeApiKey. Nobody gives, sees or takes a key that reaches further than his own. */
export function apiKeyHandlers(apiKeys: ApiKeys): Handlers<'createApiKey' | 'listApiKeys' | 'revokeApiKey'> {
  return {
    async createApiKey({ principal, body, idempotencyKey }) {
      if (!coversGrant(principal.tenants, body.tenants)) throw new ApiError('permission_denied');
      const made =
        idempotencyKey === undefined
          ? await apiKeys.create(body)
          : await apiKeys.createOnce(body, { principalId: principal.id, idempotencyKey });
      return { status: 201, body: made };
    },

    async listApiKeys({ principal, query }) {
      const page = pageOf(query, 'apiKey');
      return { status: 200, body: await apiKeys.list({ ...page, grant: principal.tenants }) };
    },

    async revokeApiKey({ principal, params }) {
      await apiKeys.revoke(params.apiKey, principal.tenants);
      return { status: 204, body: null };
    },
  };
}
