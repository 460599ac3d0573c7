import type { Path, Problems } from './problems.ts';
import { describePath } from './read-document.ts';

/** What a seed names, each kind with its own names: nothing may be there twice. */
export class Uniqueness {
  readonly #seen = new Map<string, Path>();
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** @param name - all parts that tell one thing from another of its kind. */
  claim(kind: string, name: readonly string[], path: Path): void {
    const key = JSON.stringify([kind, ...name]);
    const first = this.#seen.get(key);
    if (first === undefined) this.#seen.set(key, path);
    else
      this.#problems.add(
        path,
        `is the same ${kind} as ${describePath(first)} in line ${this.#problems.place(first).line}`,
        'Keep one of the two.',
      );
  }
}
