/** Where something stands in a seed. */
export interface SeedPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Such as `accounts[0].keys[2].spec`; empty for the whole document. */
  readonly path: string;
}

/** One thing that is wrong with a seed. It quotes nothing that could be secret: a seed holds key material. */
export interface SeedProblem extends SeedPlace {
  /** What is wrong, as the end of a sentence that begins with the path. */
  readonly message: string;
  /** The way out. */
  readonly hint: string;
}

/** Kept of a longer list: a text that is no seed at all has thousands, and nobody reads them. */
export const maxProblems = 100;
/** Shown of a longer list. */
const maxShown = 20;

/** A headline and a line for each problem: `seed.yaml:7:11 accounts[0].keys[0].spec is no key spec. Did you mean …?` */
export function describeProblems(
  fileName: string,
  headline: string,
  problems: readonly SeedProblem[],
): string {
  const isCut = problems.length >= maxProblems;
  const count = problems.length === 1 ? '1 problem' : `${problems.length}${isCut ? ' or more' : ''} problems`;
  const lines = problems.slice(0, maxShown).map(({ line, column, path, message, hint }) => {
    const subject = path === '' ? 'the document' : path;
    return `  ${fileName}:${line}:${column} ${subject} ${message}. ${hint}`;
  });
  const rest = problems.length - lines.length;
  return [
    `${fileName} ${headline}: ${count}.`,
    ...lines,
    ...(rest > 0 ? [`  and ${isCut ? 'at least ' : ''}${rest} more`] : []),
  ].join('\n');
}
