import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@keyfold/crypto-core';
import type { AuthenticatedStore } from '@keyfold/key-hierarchy';

/** A row as the service writes it: hash = hex SHA-256 of the UTF-8 of the key's text followed by the salt's. */
interface ApiKeyRow {
  readonly salt: string;
  readonly hash: string;
  readonly role: 'admin';
  readonly tenants: '*';
  readonly description: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

const table = 'api-keys';
const prefix = 'kf_admin_';
/** Characters of the secret that are public: by them a key is looked up. */
const publicCharacters = 8;

const idOf = (text: string): string => text.slice(0, prefix.length + publicCharacters);
const hashOf = (text: string, salt: string): string =>
  createHash('sha256')
    .update(text + salt, 'utf8')
    .digest('hex');

/**
 * Makes an administrator's API key. The service could, but loading it takes longer than all else at the start, so its row is
 * written here as it writes it.
 */
export async function makeApiKey(rows: AuthenticatedStore, clock: Clock): Promise<string> {
  // Text by its nature: it travels in a header and lives in an environment variable.
  const text = prefix + randomBytes(32).toString('base64url');
  const salt = randomBytes(16).toString('hex');
  const value: ApiKeyRow = {
    salt,
    hash: hashOf(text, salt),
    role: 'admin',
    tenants: '*',
    description: 'development',
    createdAt: new Date(clock.now().wallMs).toISOString(),
    revokedAt: null,
  };
  await rows.commit([{ table, key: [idOf(text)], expectedRevision: 0, value }]);
  return text;
}

/** Whether there is such a key, and it was not revoked. */
export async function isValidApiKey(rows: AuthenticatedStore, text: string): Promise<boolean> {
  const row = await rows.get<ApiKeyRow>(table, [idOf(text)]);
  if (row === undefined || row.value.revokedAt !== null) return false;
  return timingSafeEqual(Buffer.from(hashOf(text, row.value.salt)), Buffer.from(row.value.hash));
}
