import type { CryptoBackend } from '@keyfold/crypto-core';
import type { AuthenticatedStore } from '@keyfold/key-hierarchy';
import { ApiError } from './api-error.ts';
import { type ApiKeyRow, apiKeyTables } from './api-key-row.ts';
import { apiKeyIdOf } from './api-key-text.ts';
import type { Principal } from './principal.ts';
import { sha256Hex, toHex } from './sha256-hex.ts';

/**
 * Who the value of an `Authorization` header speaks for.
 *
 * @throws {@link ApiError} `api_key_missing`, `api_key_invalid`
 */
export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

/**
 * Authentication by API key. The row is read for every request, so that a revocation is in force on the next one.
 *
 * An id that is not stored costs the same hashing and comparing as one that is. (That an id exists is no secret: lists
 * and records show it. What is left unknown of a key is 210 bits.)
 */
export function createAuthenticate(rows: AuthenticatedStore, backend: CryptoBackend): Authenticate {
  const decoy = { salt: toHex(backend.randomBytes(16)), hash: toHex(backend.randomBytes(32)) };
  const encoder = new TextEncoder();

  return async (authorization) => {
    if (authorization === undefined || authorization === '') throw new ApiError('api_key_missing');
    const text = /^Bearer +([A-Za-z0-9_-]{1,128})$/i.exec(authorization)?.[1];
    const id = text === undefined ? undefined : apiKeyIdOf(text);
    if (text === undefined || id === undefined) throw new ApiError('api_key_invalid');
    const row = await rows.get<ApiKeyRow>(apiKeyTables.apiKeys, [id]);
    const { salt, hash } = row?.value ?? decoy;
    const computed = await sha256Hex(backend, text + salt);
    const equal = backend.constantTimeEqual(encoder.encode(computed), encoder.encode(hash));
    if (!equal || row === undefined || row.value.revokedAt !== null) throw new ApiError('api_key_invalid');
    return { id, role: row.value.role, tenants: row.value.tenants };
  };
}
