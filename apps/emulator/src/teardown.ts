/** What has to be undone, in the reverse of the order in which it was done. */
export class Teardown {
  readonly #steps: (() => unknown)[] = [];

  /** Registers how to undo what was just done. */
  add(undo: () => unknown): void {
    this.#steps.push(undo);
  }

  /**
   * Undoes everything, each step even where an earlier one failed. Running it again does nothing.
   *
   * @throws what the first failing step threw.
   */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let undo = this.#steps.pop(); undo !== undefined; undo = this.#steps.pop())
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  }
}
