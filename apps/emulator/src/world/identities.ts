import type { Store } from '@keyfold/key-hierarchy';
import {
  createIdentityRegistry,
  type IdentityOptions,
  type IdentityRegistry,
} from '../kms/policy/identity-registry.ts';
import { InvalidIdentityError } from '../kms/policy/invalid-identity-error.ts';
import { readNote, writeNote } from '../state/notes.ts';

/** The identities of a world: those of the options, and those that seeds brought, which are kept. */
export class WorldIdentities implements IdentityRegistry {
  readonly #store: Store;
  readonly #given: readonly IdentityOptions[];
  #seeded: readonly IdentityOptions[];
  #registry: IdentityRegistry;

  private constructor(store: Store, given: readonly IdentityOptions[], seeded: readonly IdentityOptions[]) {
    this.#store = store;
    this.#given = given;
    this.#seeded = seeded;
    this.#registry = registryOf(given, seeded);
  }

  /** @throws {InvalidIdentityError} for one that is none */
  static async open(store: Store, given: readonly IdentityOptions[]): Promise<WorldIdentities> {
    const note = await readNote(store, 'identities');
    const seeded: IdentityOptions[] =
      note === undefined ? [] : JSON.parse(Buffer.from(note).toString('utf8'));
    return new WorldIdentities(store, given, seeded);
  }

  credentialsOf: IdentityRegistry['credentialsOf'] = (accessKeyId) =>
    this.#registry.credentialsOf(accessKeyId);

  /** Whether anybody is known. */
  get empty(): boolean {
    return this.#given.length === 0 && this.#seeded.length === 0;
  }

  /** @throws {InvalidIdentityError} for one that could not be added */
  check(added: readonly IdentityOptions[]): void {
    registryOf(this.#given, this.#with(added));
  }

  /**
   * Adds identities, in place of those of the same ARNs, and keeps them.
   *
   * @throws {InvalidIdentityError} for one that is none; nothing is changed then
   */
  async add(added: readonly IdentityOptions[]): Promise<void> {
    if (added.length === 0) return;
    const seeded = this.#with(added);
    const registry = registryOf(this.#given, seeded);
    await writeNote(this.#store, 'identities', Buffer.from(JSON.stringify(seeded)));
    this.#seeded = seeded;
    this.#registry = registry;
  }

  #with(added: readonly IdentityOptions[]): readonly IdentityOptions[] {
    const arns = new Set(added.map(({ arn }) => arn));
    return [...this.#seeded.filter(({ arn }) => !arns.has(arn)), ...added];
  }
}

/** As AWS makes them: access key ids in base32, and secrets of 40 characters. Its documentation's own have `EXAMPLE` in them. */
const realAccessKeyId = /^(AKIA|ASIA)[A-Z2-7]{16}$/;
const realSecret = /^[A-Za-z0-9/+]{40}$/;

/** Real credentials have no business in an emulator, which keeps them on a disk in the clear. */
function refuseReal({ arn, accessKeys = [] }: IdentityOptions): void {
  for (const { accessKeyId, secretAccessKey } of accessKeys)
    if (
      realAccessKeyId.test(accessKeyId) &&
      realSecret.test(secretAccessKey) &&
      !`${accessKeyId}${secretAccessKey}`.includes('EXAMPLE')
    )
      throw new InvalidIdentityError(
        arn,
        'its credentials look like real ones of AWS: make some up, such as AKIAALICE',
      );
}

/** Who is given by the options wins over who is seeded. */
function registryOf(given: readonly IdentityOptions[], seeded: readonly IdentityOptions[]): IdentityRegistry {
  for (const identity of [...given, ...seeded]) refuseReal(identity);
  const arns = new Set(given.map(({ arn }) => arn));
  return createIdentityRegistry([...given, ...seeded.filter(({ arn }) => !arns.has(arn))]);
}
