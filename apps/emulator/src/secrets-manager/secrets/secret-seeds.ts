import { randomUUID } from 'node:crypto';
import type { Clock } from '@keyfold/crypto-core';
import { emulatorCredentials } from '../../kms/policy/emulator-credentials.ts';
import type { SeedSecret } from '../../seeds/seed.ts';
import type { SeedFinding, SeedPort } from '../../seeds/seed-port.ts';
import { readTags } from './check-tags.ts';
import { randomSuffix, type SecretAddress, secretArn } from './secret-address.ts';
import type { SecretBook } from './secret-book.ts';
import type { Secret, SecretRecord, VersionRecord } from './secret-record.ts';
import { asSeeding } from './secret-seed-refused-error.ts';
import type { SealedValue } from './secret-value.ts';
import { sealFor, type ValueCall, withValueIn } from './secret-values.ts';
import { differenceOf, valueMembersOf } from './seed-difference.ts';
import { flawOf } from './seed-flaw.ts';
import { customerKey, type ValueVault } from './value-vault.ts';

const hint = 'Change the seed, or begin with an emulator that is empty.';

/** What seeds are made with. */
export interface SecretSeedsTools {
  readonly secrets: SecretBook;
  readonly vault: ValueVault;
  readonly clock: Clock;
}

/** Makes the secrets of seeds, with the ARNs, version ids and staging labels that a seed says, which no request can choose. */
export class SecretSeeds implements SeedPort<SeedSecret> {
  readonly #tools: SecretSeedsTools;

  constructor(tools: SecretSeedsTools) {
    this.#tools = tools;
  }

  async look(seed: SeedSecret): Promise<SeedFinding> {
    const flaw = flawOf(seed);
    if (flaw !== undefined) return flaw;
    const found = await this.#tools.secrets.get(addressOf(seed));
    if (found === undefined) return 'absent';
    const difference = await asSeeding(() => differenceOf(found, seed, this.#callFor(seed)));
    return difference === undefined
      ? 'same'
      : { message: `is there already with another ${difference} than the seed says`, hint };
  }

  async create(seed: SeedSecret): Promise<void> {
    await asSeeding(() => this.#make(seed, addressOf(seed)));
  }

  #make(seed: SeedSecret, address: SecretAddress): Promise<void> {
    return this.#tools.secrets.change(address, async (before) => {
      if (before !== undefined) return undefined;
      const secret = this.#freshSecret(seed, address);
      const values = new Map<string, SealedValue>();
      const versions: VersionRecord[] = [];
      for (const { id = randomUUID(), stages, value } of seed.versions) {
        const sealed = await withValueIn(valueMembersOf(value), async (opened) => {
          if (opened === undefined) throw new TypeError('A version of a seed has a value.');
          return sealFor(secret, id, opened, this.#callFor(seed));
        });
        values.set(id, sealed);
        const { createdAtMs } = secret.record;
        versions.push({ id, createdAtMs, stages, hasValue: true, kmsKey: sealed.kmsKey });
      }
      const seeded = Object.fromEntries(versions.map(({ id, stages }) => [id, stages]));
      return { record: { ...secret.record, versions, seeded }, values };
    });
  }

  #freshSecret({ arnSuffix, description, kmsKeyId, tags = [] }: SeedSecret, address: SecretAddress): Secret {
    const nowMs = this.#tools.clock.now().wallMs;
    const key = customerKey(kmsKeyId);
    const record: SecretRecord = {
      format: 1,
      suffix: arnSuffix ?? randomSuffix(),
      createdAtMs: nowMs,
      changedAtMs: nowMs,
      ...(description === undefined ? {} : { description }),
      ...(key === undefined ? {} : { kmsKeyId: key }),
      tags: readTags(tags),
      versions: [],
    };
    return { address, arn: secretArn(address, record.suffix), record };
  }

  /** A seed is applied for the account that the secret is of, with nothing enforced: its key policies may lock everybody out. */
  #callFor({ place }: SeedSecret): ValueCall {
    const { secrets, vault } = this.#tools;
    return { secrets, vault, caller: place, credentials: emulatorCredentials(place), connection: {} };
  }
}

function addressOf({ place, name }: SeedSecret): SecretAddress {
  return { accountId: place.accountId, region: place.region, name };
}
