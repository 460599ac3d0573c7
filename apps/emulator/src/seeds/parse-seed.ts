import type { Place } from '../kms/keys/key-address.ts';
import { localKmsSchema } from './local-kms-schema.ts';
import type { Problems } from './problems.ts';
import type { Reading } from './read-copy.ts';
import { readDocument } from './read-document.ts';
import { readIdentity } from './read-identity.ts';
import { readKey } from './read-key.ts';
import { readLocalKms } from './read-local-kms.ts';
import { readSecret } from './read-secret.ts';
import { readApiKey, readTenant } from './read-tenant.ts';
import type { Schema } from './schema.ts';
import { Seed, type SeedContent } from './seed.ts';
import { SeedInvalidError } from './seed-errors.ts';
import { seedSchema } from './seed-schema.ts';
import { Uniqueness } from './uniqueness.ts';
import type { WrittenSeed } from './written-seed.ts';

export interface ParseSeedOptions {
  /** As errors name it. */
  readonly fileName: string;
  /** Where the keys of a seed file of local-kms are, which does not say; by default where local-kms has them. */
  readonly localKms?: Place;
}

/** local-kms's own defaults of KMS_ACCOUNT_ID and KMS_REGION. */
const localKmsPlace: Place = { accountId: '111122223333', region: 'eu-west-2' };
const defaultRegion = 'us-east-1';

/**
 * Reads a seed: YAML 1.2, or JSON, in the emulator's own format or that of nsmithuk/local-kms. All of it is looked at: what it
 * returns can be applied to a new emulator, but for what only AWS's operations find.
 *
 * @throws {SeedInvalidError} with every problem that was found, up to 100, each with its line, column, path and way out
 *
 * @example
 * ```ts
 * const seed = parseSeed(readFileSync('seed.yaml', 'utf8'), { fileName: 'seed.yaml' });
 * ```
 */
export function parseSeed(text: string, { fileName, localKms = localKmsPlace }: ParseSeedOptions): Seed {
  const { value, problems } = readDocument(text);
  const content = problems.found.length > 0 ? undefined : readContent(value, fileName, localKms, problems);
  if (content === undefined || problems.found.length > 0) {
    const inOrder = [...problems.found].sort((a, b) => a.line - b.line || a.column - b.column);
    throw new SeedInvalidError(fileName, inOrder);
  }
  return new Seed(content);
}

function readContent(
  value: unknown,
  fileName: string,
  place: Place,
  problems: Problems,
): SeedContent | undefined {
  const reading: Reading = { problems, names: new Uniqueness(problems) };
  const nothing = { identities: [], keys: [], secrets: [], tenants: [], apiKeys: [] };
  if (isLocalKms(value)) {
    const written = validated(localKmsSchema, value, problems);
    const keys = written && readLocalKms(written, place, reading);
    return keys && { fileName, format: 'local-kms', ...nothing, keys };
  }
  const written = validated(seedSchema, value, problems);
  return written && { fileName, format: 'keyfold', ...readOwn(written, reading) };
}

/** local-kms's files have no version, and members in capitals. */
function isLocalKms(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Object.hasOwn(value, 'version') &&
    (Object.hasOwn(value, 'Keys') || Object.hasOwn(value, 'Aliases'))
  );
}

function validated<T>(schema: Schema<T>, value: unknown, problems: Problems): T | undefined {
  const read = schema.read(value, [], problems);
  return problems.found.length === 0 ? read : undefined;
}

function readOwn(written: WrittenSeed, reading: Reading): Omit<SeedContent, 'fileName' | 'format'> {
  const accounts = written.accounts ?? [];
  for (const [index, { id }] of accounts.entries())
    reading.names.claim('account', [id], ['accounts', index, 'id']);
  return {
    identities: accounts.flatMap(({ id, identities = [] }, index) =>
      identities.map((identity, at) =>
        readIdentity(identity, id, ['accounts', index, 'identities', at], reading),
      ),
    ),
    keys: accounts.flatMap(({ id, region = defaultRegion, keys = [] }, index) =>
      keys.map((key, at) =>
        readKey(
          key,
          { accountId: id, region: key.region ?? region },
          ['accounts', index, 'keys', at],
          reading,
        ),
      ),
    ),
    secrets: accounts.flatMap(({ id, region = defaultRegion, secrets = [] }, index) =>
      secrets.map((secret, at) =>
        readSecret(
          secret,
          { accountId: id, region: secret.region ?? region },
          ['accounts', index, 'secrets', at],
          reading,
        ),
      ),
    ),
    tenants: (written.tenants ?? []).map((tenant, index) => readTenant(tenant, ['tenants', index], reading)),
    apiKeys: (written.apiKeys ?? []).map((key, index) => readApiKey(key, ['apiKeys', index], reading)),
  };
}
