/** As many lists are kept to be shared; then sharing begins anew. */
const maxLists = 4096;

/**
 * A list that is made longer by one value at a time, and shares all with the other lists of its family that begin alike: what requests
 * are about comes again and again, and a journal of thousands keeps it once. One never changes.
 */
export class SharedList<Value extends string | number | boolean> {
  readonly #family: { lists: number };
  readonly #before: SharedList<Value> | undefined;
  readonly #value: Value | undefined;
  #longer: Map<Value, SharedList<Value>> | undefined;
  /** The one that was asked for last. */
  #latest: SharedList<Value> | undefined;

  private constructor(
    family: { lists: number },
    before: SharedList<Value> | undefined,
    value: Value | undefined,
  ) {
    this.#family = family;
    this.#before = before;
    this.#value = value;
  }

  /** An empty list, with which a family begins. */
  static empty<Value extends string | number | boolean>(): SharedList<Value> {
    return new SharedList<Value>({ lists: 0 }, undefined, undefined);
  }

  /** This list and one value more. */
  with(value: Value): SharedList<Value> {
    const latest = this.#latest;
    if (latest !== undefined && latest.#value === value) return latest;
    const known = this.#longer?.get(value) ?? this.#make(value);
    this.#latest = known;
    return known;
  }

  has(value: Value): boolean {
    for (let list: SharedList<Value> = this; list.#before !== undefined; list = list.#before)
      if (list.#value === value) return true;
    return false;
  }

  get values(): readonly Value[] {
    const values: Value[] = [];
    for (let list: SharedList<Value> = this; list.#before !== undefined; list = list.#before)
      if (list.#value !== undefined) values.push(list.#value);
    return values.reverse();
  }

  #make(value: Value): SharedList<Value> {
    if (this.#family.lists === maxLists) this.#forget();
    this.#family.lists += 1;
    const made = new SharedList(this.#family, this, value);
    this.#longer ??= new Map();
    this.#longer.set(value, made);
    return made;
  }

  /** Of the whole family: what is in a journal stays, and is shared no longer. */
  #forget(): void {
    for (let list: SharedList<Value> | undefined = this; list !== undefined; list = list.#before) {
      list.#longer = undefined;
      list.#latest = undefined;
    }
    this.#family.lists = 0;
  }
}
