/** The values of the condition keys of one request, by lower-case key: AWS does not tell upper from lower case in keys. */
export type RequestContext = Pick<ReadonlyMap<string, readonly string[]>, 'get' | 'has'>;

/** Collects condition keys, of `Key`s alone where that is said; a value that is absent is no value. */
export class ContextBuilder<Key extends string = string> {
  readonly #values = new Map<string, string[]>();

  add(key: Key, value: string | number | boolean | undefined): this {
    if (value === undefined) return this;
    const name = key.toLowerCase();
    const values = this.#values.get(name) ?? [];
    values.push(String(value));
    this.#values.set(name, values);
    return this;
  }

  addAll(key: Key, values: readonly string[] | undefined): this {
    for (const value of values ?? []) this.add(key, value);
    return this;
  }

  build(): ReadonlyMap<string, readonly string[]> {
    return this.#values;
  }
}
