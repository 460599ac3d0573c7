import { type Clock, isKeyfoldError } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import type { KeyAddress } from '../kms/keys/key-address.ts';
import { type Kms, targetPrefix } from '../kms/kms.ts';
import { apiKeyPort } from './api-key-port.ts';
import type { Seed, Seeded, SeedSecret } from './seed.ts';
import type { SeedCount, SeedCounts } from './seed-counts.ts';
import { SeedConflictError } from './seed-errors.ts';
import type { SeedFinding, SeedPort } from './seed-port.ts';
import type { SeedProblem } from './seed-problem.ts';
import { stageKms } from './stage-kms.ts';
import { StagingStore } from './staging-store.ts';
import { type TenantPortDependencies, tenantPort } from './tenant-port.ts';

/** What a seed is applied to. */
export interface SeedTargets {
  /** The store that the emulated KMS has. */
  readonly store: Store;
  readonly clock: Clock;
  /** The emulated KMS on that store: it carries out what the clock has brought about before its keys are looked at. */
  readonly kms: Pick<Kms, 'handle'>;
  /** Where secrets of AWS Secrets Manager go. Absent: a seed that has some is refused. */
  readonly secrets?: SeedPort<SeedSecret>;
  /** What tenants and API keys are made with. Absent: a seed that has some is refused. */
  readonly encryption?: TenantPortDependencies;
}

/** How often to begin again where requests changed the same rows meanwhile. */
const maxAttempts = 3;

/**
 * Applies a seed. What is there already and is as the seed says stays as it is, so that a seed may be applied at every start.
 *
 * Everything is compared with what is there, and tried out, before anything is stored. KMS keys, aliases and grants are then stored
 * in one commit. Tenants, API keys and secrets follow one by one; if one fails, those before it stay, and applying the seed again
 * goes on from there.
 *
 * The seed's identities are no state: who starts the emulator hands `seed.identities` to `createIdentityRegistry`.
 *
 * @throws {SeedConflictError} with everything that is otherwise than the seed says, or that AWS refuses, line by line
 *
 * @example
 * ```ts
 * const { keys } = await applySeed(seed, { store, clock, kms });
 * console.log(`${keys.created} made, ${keys.unchanged} there already`);
 * ```
 */
export async function applySeed(seed: Seed, targets: SeedTargets): Promise<SeedCounts> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await applyOnce(seed, targets);
    } catch (error) {
      if (!isKeyfoldError(error) || error.code !== 'store_conflict' || attempt === maxAttempts) throw error;
    }
  }
}

async function applyOnce(seed: Seed, targets: SeedTargets): Promise<SeedCounts> {
  const { store, clock, encryption } = targets;
  await settle(seed, targets);
  const staging = new StagingStore(store);
  try {
    const { problems, counts } = await stageKms(seed, staging, clock);
    const parts = [
      await part(seed.tenants, encryption && tenantPort(encryption)),
      await part(seed.apiKeys, encryption && apiKeyPort({ ...encryption, clock })),
      await part(seed.secrets, targets.secrets),
    ] as const;
    const found = [...problems, ...parts.flatMap((each) => each.problems)];
    if (found.length > 0) throw new SeedConflictError(seed.fileName, found);
    await staging.flush();
    for (const { create } of parts) await create(seed.fileName);
    const [tenants, apiKeys, secrets] = parts.map(({ count }) => count);
    return { ...counts, tenants: countOr(tenants), apiKeys: countOr(apiKeys), secrets: countOr(secrets) };
  } finally {
    await staging.close();
  }
}

function countOr(count: SeedCount | undefined): SeedCount {
  return count ?? { created: 0, unchanged: 0 };
}

/** Deletions, rotations and expiries that are due happen where the running KMS knows of them. */
async function settle({ keys }: Seed, { kms }: SeedTargets): Promise<void> {
  for (const { address, replicas } of keys) {
    await describe(kms, address);
    for (const { region } of replicas) await describe(kms, { ...address, region });
  }
}

/** Whether there is such a key does not matter, nor whether anybody may see it. */
async function describe(kms: Pick<Kms, 'handle'>, { accountId, region, keyId }: KeyAddress): Promise<void> {
  const body = Buffer.from(JSON.stringify({ KeyId: keyId }));
  await kms.handle({ target: `${targetPrefix}DescribeKey`, body, accountId, region });
}

/** Things of one kind, looked for. */
interface Part {
  readonly problems: readonly SeedProblem[];
  readonly count: SeedCount;
  create(fileName: string): Promise<void>;
}

async function part<Thing extends Seeded>(
  things: readonly Thing[],
  port: SeedPort<Thing> | undefined,
): Promise<Part> {
  const absent: Thing[] = [];
  const problems: SeedProblem[] = [];
  for (const thing of things) {
    const finding = port === undefined ? noPort : await lookFor(port, thing);
    if (finding === 'absent') absent.push(thing);
    else if (finding !== 'same') problems.push({ ...thing.at, ...finding });
  }
  return {
    problems,
    count: { created: absent.length, unchanged: things.length - absent.length },
    create: async (fileName) => {
      for (const thing of absent)
        try {
          await port?.create(thing);
        } catch (error) {
          if (!isKeyfoldError(error) || error.code === 'store_conflict') throw error;
          throw new SeedConflictError(fileName, [{ ...thing.at, ...failure('be made', error) }]);
        }
    },
  };
}

const noPort: SeedFinding = {
  message: 'is of a kind that this emulator was started without',
  hint: 'Take it away, or start the emulator with that service.',
};

async function lookFor<Thing>(port: SeedPort<Thing>, thing: Thing): Promise<SeedFinding> {
  try {
    return await port.look(thing);
  } catch (error) {
    if (!isKeyfoldError(error)) throw error;
    return failure('be compared with what is there', error);
  }
}

function failure(
  what: string,
  { message, code, hint }: Error & { readonly code: string; readonly hint: string },
): Exclude<SeedFinding, string> {
  return { message: `cannot ${what}: ${message.replace(/\.$/, '')} [${code}]`, hint };
}
