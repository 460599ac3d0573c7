/** What a runtime calls a failure: a code, of the error itself, of its cause or of the first of several. */
export function codeOf(failure: unknown): string {
  return knownCodeOf(failure, 0) ?? (failure instanceof Error ? failure.name : 'unknown cause');
}

/** The end of a sentence about a failure: its code, or nothing, for the name of an error's class says nothing. */
export function reasonIn(failure: unknown): string {
  const code = knownCodeOf(failure, 0);
  return code === undefined ? '' : `: ${code}`;
}

/** Causes are looked through to this depth. */
const maxDepth = 5;

function knownCodeOf(failure: unknown, depth: number): string | undefined {
  if (!(failure instanceof Error) || depth > maxDepth) return undefined;
  const code: unknown = Reflect.get(failure, 'code');
  if (typeof code === 'string') return code;
  const [first]: readonly unknown[] = failure instanceof AggregateError ? failure.errors : [];
  return knownCodeOf(first, depth + 1) ?? knownCodeOf(failure.cause, depth + 1);
}

/**
 * An HTTP parser's error keeps a piece of the answer (undici's as `data`, Node's as `rawPacket`), which may hold key bytes
 * or repeat a proxy's password, and may stand anywhere among the causes: where there is one, only names, texts and codes
 * stay.
 */
export function withoutBody(failure: unknown): unknown {
  return keepsBody(failure, 0) ? bare(failure, 0) : failure;
}

function keepsBody(failure: unknown, depth: number): boolean {
  if (!(failure instanceof Error)) return false;
  return (
    depth > maxDepth || 'data' in failure || 'rawPacket' in failure || keepsBody(failure.cause, depth + 1)
  );
}

function bare(failure: unknown, depth: number): unknown {
  if (!(failure instanceof Error) || depth > maxDepth) return undefined;
  const copy = new Error(failure.message, { cause: bare(failure.cause, depth + 1) });
  copy.name = failure.name;
  return Object.assign(copy, { code: codeOf(failure) });
}
