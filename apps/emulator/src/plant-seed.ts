import { readFileSync } from 'node:fs';
import { checkSeedSource } from './check-option-names.ts';
import { InvalidOptionError } from './errors.ts';
import type { Seed } from './seeds/seed.ts';
import type { SeedCounts } from './seeds/seed-counts.ts';
import type { World } from './world/world.ts';

/** A seed: the name of a file that holds one, or its text in YAML or JSON, with a name for errors. */
export type SeedSource = string | { readonly text: string; readonly fileName?: string };

/**
 * Reads seeds.
 *
 * @throws {InvalidOptionError} for a file that cannot be read, or a source with a member that there is not
 * @throws {SeedInvalidError} for what is no seed
 */
export async function readSeeds(sources: readonly SeedSource[]): Promise<readonly Seed[]> {
  for (const source of sources) checkSeedSource(source);
  if (sources.length === 0) return [];
  // What reads seeds takes longer to load than all the rest.
  const { parseSeed } = await import('./seeds/parse-seed.ts');
  return sources.map((source) =>
    typeof source === 'string'
      ? parseSeed(textOf(source), { fileName: source })
      : parseSeed(source.text, { fileName: source.fileName ?? 'seed' }),
  );
}

/**
 * Makes what a seed says, where it is not there.
 *
 * @throws {SeedConflictError} for what is there otherwise
 * @throws {InvalidIdentityError} for an identity that cannot be; nothing is made then
 */
export async function plantSeed(seed: Seed, world: World): Promise<SeedCounts> {
  const { applySeed } = await import('./seeds/apply-seed.ts');
  const identities = seed.identities.map(({ at: _at, ...identity }) => identity);
  world.identities.check(identities);
  const counts = await applySeed(seed, world.seedTargets);
  await world.identities.add(identities);
  return counts;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidOptionError(`The seed ${file} cannot be read.`, { cause });
  }
}
