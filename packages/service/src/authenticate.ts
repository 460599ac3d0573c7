import type { Awaitable, CryptoBackend } from '@keyfold/crypto-core';
import type { AuthenticatedRow, AuthenticatedStore } from '@keyfold/key-hierarchy';
import { ApiError } from './api-error.ts';
import { type ApiKeyRow, apiKeyTables } from './api-key-row.ts';
import { apiKeyIdOf } from './api-key-text.ts';
import type { Principal } from './principal.ts';
import { sha256Text, toHex } from './sha256-hex.ts';

/** RFC 9110 §11.4: the scheme in any letters, then the key. */
const credentials = /^Bearer +([A-Za-z0-9_-]{1,128})$/i;

/**
 * Who the value of an `Authorization` header speaks for.
 *
 * @throws {@link ApiError} `api_key_missing`, `api_key_invalid`
 */
export type Authenticate = (authorization: string | undefined) => Awaitable<Principal>;

type FoundRow = AuthenticatedRow<ApiKeyRow> | undefined;

/**
 * Authentication by API key. The row is looked up for every request, and is remembered only for as long as the store says that
 * nothing in it has changed: a revocation is in force on the next request. That the key is the one of the row is never
 * remembered, so that nothing is kept from which it could be had.
 *
 * An id that is not stored costs the same hashing and comparing as one that is. (That an id exists is no secret: lists
 * and records show it. What is left unknown of a key is 210 bits.)
 */
export function createAuthenticate(rows: AuthenticatedStore, backend: CryptoBackend): Authenticate {
  const decoy = { salt: toHex(backend.randomBytes(16)), hash: toHex(backend.randomBytes(32)) };

  const prove = (text: string, id: string, row: FoundRow): Awaitable<Principal> => {
    const { salt, hash } = row?.value ?? decoy;
    const computed = sha256Text(backend, text + salt);
    return computed instanceof Promise
      ? computed.then((digest) => compared(digest, hash, id, row))
      : compared(computed, hash, id, row);
  };

  const compared = (computed: Uint8Array, hash: string, id: string, row: FoundRow): Principal => {
    const equal = backend.constantTimeEqual(computed, Buffer.from(hash, 'hex'));
    if (!equal || row === undefined || row.value.revokedAt !== null) throw new ApiError('api_key_invalid');
    return { id, role: row.value.role, tenants: row.value.tenants };
  };

  return (authorization) => {
    if (authorization === undefined || authorization === '') throw new ApiError('api_key_missing');
    const text = credentials.exec(authorization)?.[1];
    const id = text === undefined ? undefined : apiKeyIdOf(text);
    if (text === undefined || id === undefined) throw new ApiError('api_key_invalid');
    const found = rows.recall<ApiKeyRow>(apiKeyTables.apiKeys, [id]);
    return found instanceof Promise ? found.then((row) => prove(text, id, row)) : prove(text, id, found);
  };
}
