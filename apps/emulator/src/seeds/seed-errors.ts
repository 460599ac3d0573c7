import { type ErrorLayer, KeyfoldError } from '@keyfold/crypto-core';
import { describeProblems, maxProblems, type SeedProblem } from './seed-problem.ts';

export type SeedErrorCode = 'seed_invalid' | 'seed_conflict';

/** For each code, where its cause lies and the way out. */
export const seedErrors: Readonly<
  Record<SeedErrorCode, { readonly layer: ErrorLayer; readonly hint: string }>
> = {
  seed_invalid: {
    layer: 'config',
    hint: 'Correct the lines that the message names; docs/emulator/seeds.md describes every member.',
  },
  seed_conflict: {
    layer: 'config',
    hint: 'Nothing that is there was changed. Reset the emulator, name another state folder, or change the lines that the message names.',
  },
};

/** A text is no seed. Every problem that was found is in it, the first 100 of a longer list. */
export class SeedInvalidError extends KeyfoldError {
  readonly code = 'seed_invalid';
  readonly fileName: string;
  readonly problems: readonly SeedProblem[];

  constructor(fileName: string, problems: readonly SeedProblem[]) {
    super(describeProblems(fileName, 'is no seed', problems), seedErrors.seed_invalid);
    this.fileName = fileName;
    this.problems = problems;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), fileName: this.fileName, problems: this.problems };
  }
}

/**
 * A seed cannot be applied to what is there, or asks for what AWS KMS refuses. Nothing of the part that failed was stored. The first
 * 100 problems of a longer list are in it.
 */
export class SeedConflictError extends KeyfoldError {
  readonly code = 'seed_conflict';
  readonly fileName: string;
  readonly problems: readonly SeedProblem[];

  constructor(fileName: string, found: readonly SeedProblem[]) {
    const problems = found.slice(0, maxProblems);
    super(describeProblems(fileName, 'cannot be applied', problems), seedErrors.seed_conflict);
    this.fileName = fileName;
    this.problems = problems;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), fileName: this.fileName, problems: this.problems };
  }
}
