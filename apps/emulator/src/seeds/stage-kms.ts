import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { AliasBook } from '../kms/keys/alias-book.ts';
import { GrantBook } from '../kms/keys/grant-book.ts';
import type { KeyAddress, Place } from '../kms/keys/key-address.ts';
import type { KeyRecord } from '../kms/keys/key-record.ts';
import { KeyRing } from '../kms/keys/key-ring.ts';
import { importIntoCopy, type SeededMaterial, seededKey } from '../kms/keys/seeded-key.ts';
import { createKms, type Kms, targetPrefix } from '../kms/kms.ts';
import { differencesOfCopy, differencesOfGrant, differencesOfKey } from './compare-key.ts';
import type { Seed, SeedAlias, SeedCopy, SeedGrant, SeedKey } from './seed.ts';
import type { SeedCounts } from './seed-counts.ts';
import type { SeedPlace, SeedProblem } from './seed-problem.ts';

/** What a copy of a key is called in the steps below. */
interface Copy {
  readonly address: KeyAddress;
  readonly seed: SeedCopy;
  /** Whether this application makes its key. */
  readonly isNew: boolean;
}

export interface StageKmsResult {
  readonly problems: readonly SeedProblem[];
  readonly counts: Pick<SeedCounts, 'keys' | 'aliases' | 'grants'>;
}

/**
 * Brings a seed's keys, aliases and grants into a store, which is a staging one: what is not as it should be is reported, and the
 * store is good for nothing then. Keys that are not there are put there with their id and material; everything else is done by
 * AWS's own operations, which refuse what AWS refuses.
 */
export async function stageKms(seed: Seed, store: Store, clock: Clock): Promise<StageKmsResult> {
  const staging = new KmsStaging(store, clock);
  await staging.run(seed.keys);
  return staging;
}

class KmsStaging implements StageKmsResult {
  readonly problems: SeedProblem[] = [];
  readonly counts: StageKmsResult['counts'] = {
    keys: { created: 0, unchanged: 0 },
    aliases: { created: 0, unchanged: 0 },
    grants: { created: 0, unchanged: 0 },
  };
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async run(keys: readonly SeedKey[]): Promise<void> {
    const made: SeedKey[] = [];
    const there: SeedKey[] = [];
    // Each step has objects of its own: they remember rows, and the steps change them in turns.
    const ring = this.#ring();
    for (const key of keys) {
      const outcome = await this.#makeOrCompare(key, ring);
      if (outcome === 'made') made.push(key);
      if (outcome === 'there') there.push(key);
    }
    await this.#replicate(made);
    await this.#import(made);
    await this.#dress([
      ...there.flatMap((key) => copiesOf(key, false)),
      ...made.flatMap((key) => copiesOf(key, true)).filter(({ seed }) => !this.#isReported(seed)),
    ]);
  }

  async #makeOrCompare(seed: SeedKey, ring: KeyRing): Promise<'made' | 'there' | 'refused'> {
    const { address } = seed;
    const existing = await ring.find(address);
    this.counts.keys[existing === undefined ? 'created' : 'unchanged'] += 1 + seed.replicas.length;
    if (existing !== undefined) {
      this.#report(seed.at, differencesOfKey(existing.record, seed), 'key');
      for (const { address: place, seed: copy } of copiesOf(seed, false)) {
        const found = await ring.find(place);
        if (found !== undefined) this.#report(copy.at, differencesOfCopy(found.record, copy), 'key');
      }
      return 'there';
    }
    for (const { address: place, seed: copy } of copiesOf(seed, true)) {
      if ((await ring.find(place)) === undefined) continue;
      this.#add(copy.at, `is a key that is there already in ${place.region}, though its primary key is not`);
      return 'refused';
    }
    const nowMs = this.#clock.now().wallMs;
    const createdAtMs = seed.createdAtMs ?? nowMs;
    const { record, added } = await seededKey({
      address,
      createdAtMs,
      description: seed.description ?? '',
      keySpec: seed.spec,
      keyUsage: seed.usage,
      origin: seed.origin,
      rotation: rotationOf(seed, nowMs),
      policy: seed.policy,
      tags: seed.tags ?? [],
      materials: materialsOf(seed, createdAtMs),
    });
    await ring.add(address, record, added);
    return 'made';
  }

  async #replicate(keys: readonly SeedKey[]): Promise<void> {
    const kms = await this.#kms();
    for (const { address, replicas } of keys)
      for (const replica of replicas)
        await this.#call(kms, 'ReplicateKey', address, replica.at, {
          KeyId: address.keyId,
          ReplicaRegion: replica.region,
          Description: replica.description,
          Policy: replica.policy,
          Tags: replica.tags,
          BypassPolicyLockoutSafetyCheck: true,
        });
  }

  async #import(keys: readonly SeedKey[]): Promise<void> {
    const ring = this.#ring();
    for (const seed of keys) {
      if (seed.origin !== 'EXTERNAL') continue;
      for (const replica of seed.replicas) {
        if (this.#isReported(replica)) continue;
        const address = { ...seed.address, region: replica.region };
        for (const material of materialsOf(seed, this.#clock.now().wallMs))
          await ring.update(address, (copy, family) => importIntoCopy(copy, family, material));
      }
    }
  }

  /** Aliases, grants, and the states that keys are in; states last, since AWS makes no grants for disabled keys. */
  async #dress(copies: readonly Copy[]): Promise<void> {
    const kms = await this.#kms();
    const aliases = new AliasBook(this.#store);
    const grants = new GrantBook(this.#store);
    for (const { address, seed } of copies) {
      for (const alias of seed.aliases) await this.#makeAlias(alias, address, kms, aliases);
      for (const grant of seed.grants) await this.#makeGrant(grant, address, kms, grants);
    }
    // Replicas before their primary key, which AWS then has wait for them.
    for (const { address, seed, isNew } of [...copies].reverse()) {
      if (!isNew) continue;
      if (seed.state === 'Disabled')
        await this.#call(kms, 'DisableKey', address, seed.at, { KeyId: address.keyId });
      if (seed.state === 'PendingDeletion')
        await this.#call(kms, 'ScheduleKeyDeletion', address, seed.at, {
          KeyId: address.keyId,
          PendingWindowInDays: seed.deletionWindowDays,
        });
    }
  }

  async #makeAlias(alias: SeedAlias, address: KeyAddress, kms: Kms, book: AliasBook): Promise<void> {
    const existing = await book.get(address, alias.name);
    if (existing?.targetKeyId === address.keyId) {
      this.counts.aliases.unchanged += 1;
      return;
    }
    this.counts.aliases.created += 1;
    const request = { AliasName: alias.name, TargetKeyId: address.keyId };
    await this.#call(kms, 'CreateAlias', address, alias.at, request);
  }

  async #makeGrant(grant: SeedGrant, address: KeyAddress, kms: Kms, book: GrantBook): Promise<void> {
    for await (const existing of book.of(address)) {
      const isIt = existing.record.name === grant.name;
      if (!isIt && existing.id !== grant.id) continue;
      const otherId = isIt && grant.id !== undefined && existing.id !== grant.id;
      const otherName = isIt ? [] : ['name'];
      const differences = [...(otherId ? ['id'] : otherName), ...differencesOfGrant(existing.record, grant)];
      this.#report(grant.at, differences, 'grant');
      this.counts.grants.unchanged += 1;
      return;
    }
    this.counts.grants.created += 1;
    const request = { KeyId: address.keyId, ...grant.request };
    const { GrantId } = (await this.#call(kms, 'CreateGrant', address, grant.at, request)) ?? {};
    if (grant.id === undefined || typeof GrantId !== 'string') return;
    const made = await book.get(address, GrantId);
    await book.change(address, grant.id, () => made?.record);
    await book.change(address, GrantId, () => undefined);
  }

  /** The answer's members, or undefined where AWS refuses, which is reported. */
  async #call(
    kms: Kms,
    operation: string,
    { accountId, region }: Place,
    at: SeedPlace,
    members: object,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const target = `${targetPrefix}${operation}`;
    const body = Buffer.from(JSON.stringify(members));
    const answer = await kms.handle({ target, body, accountId, region });
    const text = Buffer.from(answer.body).toString('utf8');
    const output = JSON.parse(text === '' ? '{}' : text);
    if (answer.status === 200) return output;
    const reason: unknown = output.message ?? output.Message;
    const why = typeof reason === 'string' ? `: ${reason.replace(/\.$/, '')}` : '';
    this.#add(at, `is refused by ${operation} with ${output.__type}${why}`);
    return undefined;
  }

  #report(at: SeedPlace, differences: readonly string[], what: string): void {
    if (differences.length > 0)
      this.#add(at, `differs from the ${what} that is there in ${differences.join(', ')}`);
  }

  /** A copy that could not be made is not there for what comes after. */
  #isReported({ at }: SeedCopy): boolean {
    return this.problems.some(({ path }) => path === at.path);
  }

  #add(at: SeedPlace, message: string): void {
    this.problems.push({ ...at, message, hint: 'Change it, or begin with an emulator that is empty.' });
  }

  #ring(): KeyRing {
    return new KeyRing(this.#store, this.#clock);
  }

  /** With nothing enforced: a seed may lock everybody out. */
  #kms(): Promise<Kms> {
    return createKms({
      store: this.#store,
      clock: this.#clock,
      onInternalError: (error) => {
        throw error;
      },
    });
  }
}

function copiesOf(seed: SeedKey, isNew: boolean): readonly Copy[] {
  const { address, replicas } = seed;
  return [
    { address, seed, isNew },
    ...replicas.map((replica) => ({ address: { ...address, region: replica.region }, seed: replica, isNew })),
  ];
}

function materialsOf({ materials }: SeedKey, createdAtMs: number): readonly SeededMaterial[] {
  return materials.map(({ bytes, state, rotation, validToMs, description }) => ({
    bytes: bytes.reveal(),
    state,
    ...(rotation === undefined
      ? {}
      : { rotation: { type: rotation.type, atMs: rotation.atMs ?? createdAtMs } }),
    ...(validToMs === undefined ? {} : { validToMs }),
    ...(description === undefined ? {} : { description }),
  }));
}

const dayMs = 24 * 60 * 60 * 1000;

/** A rotation that was missed is due now, and once, as when a key is enabled again. */
function rotationOf({ rotation }: SeedKey, nowMs: number): KeyRecord['rotation'] {
  if (rotation === undefined) return undefined;
  const { enabled, periodDays, nextAtMs = nowMs + periodDays * dayMs } = rotation;
  return { enabled, periodDays, nextAtMs: Math.max(nextAtMs, nowMs) };
}
