import { isDeepStrictEqual } from 'node:util';
import { type Clock, type CryptoBackend, isKeyfoldError } from '@keyfold/crypto-core';
import type { AuthenticatedStore } from '@keyfold/key-hierarchy';
import { apiKeyIdOf } from './read-tenant.ts';
import type { SeedApiKey } from './seed.ts';
import type { SeedPort } from './seed-port.ts';

export interface ApiKeyPortDependencies {
  readonly rows: AuthenticatedStore;
  readonly backend: CryptoBackend;
  readonly clock: Clock;
}

/** A row as the service writes it: hash = hex SHA-256 of the UTF-8 of the key's text followed by the salt's. */
interface ApiKeyRow {
  readonly salt: string;
  readonly hash: string;
  readonly role: SeedApiKey['role'];
  readonly tenants: SeedApiKey['tenants'];
  readonly description: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

const table = 'api-keys';

/**
 * Makes API keys with given texts. The service draws its own and takes none, so the rows are written here as it writes them; a
 * test has the service answer to them.
 */
export function apiKeyPort({ rows, backend, clock }: ApiKeyPortDependencies): SeedPort<SeedApiKey> {
  const hashOf = async (text: string, salt: string): Promise<string> =>
    toHex(await backend.sha256(Buffer.from(text + salt)));
  return {
    async look(key) {
      const row = await rows.get<ApiKeyRow>(table, [idOf(key)]);
      if (row === undefined) return 'absent';
      const { salt, hash, role, tenants, description, revokedAt } = row.value;
      const same =
        backend.constantTimeEqual(Buffer.from(await hashOf(key.text, salt)), Buffer.from(hash)) &&
        role === key.role &&
        isDeepStrictEqual(tenants, normalised(key.tenants)) &&
        description === key.description;
      const hint = 'Change the seed, or begin with an emulator that is empty.';
      if (!same) return { message: 'begins as another API key that is there already', hint };
      return revokedAt === null ? 'same' : { message: 'is an API key that was revoked', hint };
    },
    async create(key) {
      const salt = toHex(backend.randomBytes(16));
      const value: ApiKeyRow = {
        salt,
        hash: await hashOf(key.text, salt),
        role: key.role,
        tenants: normalised(key.tenants),
        description: key.description,
        createdAt: new Date(clock.now().wallMs).toISOString(),
        revokedAt: null,
      };
      try {
        await rows.commit([{ table, key: [idOf(key)], expectedRevision: 0, value }]);
      } catch (error) {
        // Another application of the seed was ahead.
        if (!isKeyfoldError(error) || error.code !== 'store_conflict') throw error;
      }
    },
  };
}

function idOf({ text, role }: SeedApiKey): string {
  return apiKeyIdOf(text, role);
}

function normalised(tenants: SeedApiKey['tenants']): SeedApiKey['tenants'] {
  return tenants === '*' ? tenants : [...new Set(tenants)].sort();
}

/** Of bytes that are not secret. */
function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
