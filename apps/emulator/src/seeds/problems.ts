import { maxProblems, type SeedPlace, type SeedProblem } from './seed-problem.ts';

/** The steps from a document's top to a value. */
export type Path = readonly PropertyKey[];

/** Finds where a value stands: the value itself, or what would contain it. */
export type Locate = (path: Path) => SeedPlace;

/** Collects what is wrong with a document, each at its place; of a longer list, the first ones. */
export class Problems {
  readonly #found: SeedProblem[] = [];
  readonly #locate: Locate;

  constructor(locate: Locate) {
    this.#locate = locate;
  }

  get found(): readonly SeedProblem[] {
    return this.#found;
  }

  add(path: Path, message: string, hint: string): void {
    if (this.#found.length < maxProblems) this.#found.push({ ...this.#locate(path), message, hint });
  }

  addAt(place: SeedPlace, message: string, hint: string): void {
    if (this.#found.length < maxProblems) this.#found.push({ ...place, message, hint });
  }

  place(path: Path): SeedPlace {
    return this.#locate(path);
  }
}
