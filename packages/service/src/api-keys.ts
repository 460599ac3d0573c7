import type { Clock, CryptoBackend } from '@keyfold/crypto-core';
import type { AuthenticatedChange, AuthenticatedStore } from '@keyfold/key-hierarchy';
import type {
  ApiKeyBody,
  CreateApiKeyBody,
  CreatedApiKeyBody,
  PageBody,
  TenantGrant,
} from '@keyfold/protocol';
import { ApiError } from './api-error.ts';
import { type ApiKeyRequestRow, type ApiKeyRow, apiKeyBody, apiKeyTables } from './api-key-row.ts';
import { makeApiKeyText } from './api-key-text.ts';
import { overConflicts } from './over-conflicts.ts';
import { coversGrant } from './principal.ts';
import { type Repetition, requestTable } from './repetition.ts';
import { sha256Hex, toHex } from './sha256-hex.ts';

/** A key that was made just now: the only time that its text is there. */
export interface NewApiKey extends ApiKeyBody {
  /** The whole key; it is shown now and never again. */
  readonly apiKey: string;
}

/** Which keys to list, and which of them the caller may see. */
interface ListApiKeysOptions {
  readonly limit: number;
  readonly cursor?: string;
  readonly grant: TenantGrant;
}

/** The API keys of one service. */
export interface ApiKeys {
  create(request: CreateApiKeyBody): Promise<NewApiKey>;
  /**
   * As `create`; a second call with the same repetition makes no second key and shows no secret again.
   *
   * @throws {@link ApiError} `idempotency_conflict` if the same repetition came with another request before
   */
  createOnce(request: CreateApiKeyBody, repetition: Repetition): Promise<CreatedApiKeyBody>;
  /** By id; keys that reach beyond the grant are left out. */
  list(options: ListApiKeysOptions): Promise<PageBody<ApiKeyBody>>;
  /**
   * In force on the next request. Revoking twice is revoking once.
   *
   * @throws {@link ApiError} `api_key_not_found`, alike for a key that does not exist and one beyond the grant
   */
  revoke(id: string, grant: TenantGrant): Promise<void>;
}

/** What API keys need. */
export interface ApiKeysDeps {
  readonly rows: AuthenticatedStore;
  readonly backend: CryptoBackend;
  readonly clock: Clock;
}

/** API keys as rows of an authenticated store. */
export function createApiKeys({ rows, backend, clock }: ApiKeysDeps): ApiKeys {
  const nowIso = (): string => new Date(clock.now().wallMs).toISOString();

  /** @param alongside what is committed with the key of this id, in one batch */
  async function insert(
    { role, tenants, description }: CreateApiKeyBody,
    alongside: (id: string) => readonly AuthenticatedChange[],
  ): Promise<NewApiKey> {
    const { id, text } = makeApiKeyText(role);
    const salt = toHex(backend.randomBytes(16));
    const row: ApiKeyRow = {
      salt,
      hash: await sha256Hex(backend, text + salt),
      role,
      tenants: normalise(tenants),
      description,
      createdAt: nowIso(),
      revokedAt: null,
    };
    await rows.commit([
      { table: apiKeyTables.apiKeys, key: [id], expectedRevision: 0, value: row },
      ...alongside(id),
    ]);
    return { ...apiKeyBody(id, row), apiKey: text };
  }

  async function repeated(
    digest: string,
    requestKey: readonly string[],
  ): Promise<CreatedApiKeyBody | undefined> {
    const request = await rows.get<ApiKeyRequestRow>(requestTable, requestKey);
    if (request === undefined) return undefined;
    if (request.value.digest !== digest) throw new ApiError('idempotency_conflict');
    const row = await rows.get<ApiKeyRow>(apiKeyTables.apiKeys, [request.value.apiKeyId]);
    if (row === undefined) throw new ApiError('api_key_not_found');
    return { ...apiKeyBody(request.value.apiKeyId, row.value), apiKey: null };
  }

  return {
    create: (request) => overConflicts(() => insert(request, () => [])),

    async createOnce(request, { principalId, idempotencyKey }) {
      const { role, tenants, description } = request;
      const digest = await sha256Hex(backend, JSON.stringify([role, normalise(tenants), description]));
      const key = [principalId, idempotencyKey];
      // One batch: the key exists if and only if its repetition is known.
      const alongside = (apiKeyId: string): readonly AuthenticatedChange[] => {
        const value: ApiKeyRequestRow = { digest, apiKeyId };
        return [{ table: requestTable, key, expectedRevision: 0, value }];
      };
      return await overConflicts(
        async () => (await repeated(digest, key)) ?? (await insert(request, alongside)),
      );
    },

    async list({ limit, cursor, grant }) {
      const items: ApiKeyBody[] = [];
      let after = cursor;
      for (;;) {
        const found = await rows.list<ApiKeyRow>(apiKeyTables.apiKeys, {
          limit: limit + 1,
          ...(after === undefined ? {} : { after: [after] }),
        });
        for (const { key, value } of found) {
          const [id = ''] = key;
          after = id;
          if (!coversGrant(grant, value.tenants)) continue;
          const last = items.at(-1);
          // The cursor is the last id that was shown, so that it tells nothing of the ones that were not.
          if (items.length === limit && last !== undefined) return { items, next: last.id };
          items.push(apiKeyBody(id, value));
        }
        if (found.length <= limit) return { items };
      }
    },

    async revoke(id, grant) {
      const row = await rows.get<ApiKeyRow>(apiKeyTables.apiKeys, [id]);
      if (row === undefined || !coversGrant(grant, row.value.tenants))
        throw new ApiError('api_key_not_found');
      if (row.value.revokedAt !== null) return;
      const value: ApiKeyRow = { ...row.value, revokedAt: nowIso() };
      await rows.commit([{ table: apiKeyTables.apiKeys, key: [id], expectedRevision: row.revision, value }]);
    },
  };
}

/** One spelling for one grant, so that a repeated request is recognised. */
function normalise(tenants: TenantGrant): TenantGrant {
  return tenants === '*' ? tenants : [...new Set(tenants)].sort();
}
