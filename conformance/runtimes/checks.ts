import { isKeyfoldError } from '@keyfold/crypto-core';

/** What a run found. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Algorithms that the runtime does not have and said so by a typed error. */
  readonly unsupported: readonly string[];
  /** One line for each check that failed. */
  readonly failures: readonly string[];
  /** How many checks ran for each file of docs/formats/vectors. */
  readonly byFile: Readonly<Record<string, number>>;
}

/** Runs checks one after the other and counts; no runtime's test library is needed, or the same everywhere. */
export class Checks {
  #passed = 0;
  readonly #failures: string[] = [];
  readonly #unsupported: string[] = [];
  readonly #byFile: Record<string, number> = {};

  get outcome(): Outcome {
    return {
      passed: this.#passed,
      failed: this.#failures.length,
      unsupported: this.#unsupported,
      failures: this.#failures,
      byFile: this.#byFile,
    };
  }

  /** Whether `actual` gives `expected`, both as text. A check of a published vector begins with its file's name. */
  async equal(name: string, expected: string, actual: () => unknown): Promise<void> {
    this.#count(name);
    try {
      const found = String(await actual());
      if (found === expected) this.#passed++;
      else this.#failures.push(`${name}: expected ${expected}, found ${found}`);
    } catch (error) {
      this.#failures.push(`${name}: ${error}`);
    }
  }

  /** Whether `call` fails with the error of this code. */
  async fails(name: string, code: string, call: () => unknown): Promise<void> {
    await this.equal(name, code, () => codeOf(call));
  }

  /** As {@link Checks.equal}; a runtime may instead say that it does not have the algorithm. */
  async equalOrUnsupported(name: string, expected: string, actual: () => unknown): Promise<void> {
    if ((await codeOf(actual)) !== 'unsupported_by_runtime') return this.equal(name, expected, actual);
    this.#count(name);
    this.#passed++;
    this.#unsupported.push(name);
  }

  #count(name: string): void {
    const file = /^[a-z-]+\.json/.exec(name)?.[0];
    if (file !== undefined) this.#byFile[file] = (this.#byFile[file] ?? 0) + 1;
  }
}

async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'no error';
  } catch (error) {
    return isKeyfoldError(error) ? error.code : `${error}`;
  }
}
