/** What has to be undone, in the reverse of the order in which it was done. */
export class Teardown {
  readonly #steps: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  /** Registers how to undo what was just done. */
  add(undo: () => unknown): void {
    this.#steps.push(undo);
  }

  /**
   * Undoes everything, one step after the other, each even where an earlier one failed. Whoever runs it again waits for the same
   * end.
   *
   * @throws what the first failing step threw.
   */
  run(): Promise<void> {
    this.#running ??= this.#undo();
    return this.#running;
  }

  async #undo(): Promise<void> {
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
