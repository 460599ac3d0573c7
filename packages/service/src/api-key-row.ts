import type { ApiKeyBody, Role, TenantGrant } from '@keyfold/protocol';

/** The table of API keys. Its rows are authenticated: who edits the database cannot make or change one. */
export const apiKeyTables = { apiKeys: 'api-keys' } as const;

/** A row of `api-keys`, by the key's id. */
export interface ApiKeyRow {
  /** 32 hex characters. */
  readonly salt: string;
  /** Hex SHA-256 of the UTF-8 of the key's text followed by the salt's text. */
  readonly hash: string;
  /** What counts; the role in the key's text is for people. */
  readonly role: Role;
  readonly tenants: TenantGrant;
  readonly description: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** A row of the table of requests: which key that request made. */
export interface ApiKeyRequestRow {
  /** Hex SHA-256 of the request. */
  readonly digest: string;
  readonly apiKeyId: string;
}

/** A key as it is shown: without salt and hash. */
export function apiKeyBody(id: string, row: ApiKeyRow): ApiKeyBody {
  const { role, tenants, description, createdAt, revokedAt } = row;
  return { id, role, tenants, description, createdAt, revokedAt };
}
