/** Why a thing of a seed cannot be made. It quotes nothing secret. */
export interface SeedRefusal {
  /** The end of a sentence that begins with where the thing stands. */
  readonly message: string;
  readonly hint: string;
}

/** What there is of a thing of a seed. */
export type SeedFinding = 'absent' | 'same' | SeedRefusal;

/**
 * Where things of one kind are looked for and made. All of a seed's things are looked for before the first is made. Making what is
 * there already must do nothing, so that an application which was interrupted can be repeated.
 */
export interface SeedPort<Thing> {
  look(thing: Thing): Promise<SeedFinding>;
  /** @throws whatever keeps it from being made */
  create(thing: Thing): Promise<void>;
}
