/** Names longer than this are compared with nothing and shown nowhere: they may be material in the wrong place. */
const maxNameLength = 32;

/** The candidate that somebody who wrote `name` most likely meant, or undefined where none is near. */
export function nearMiss(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > maxNameLength) return undefined;
  const bound = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(folded(name), folded(candidate));
    if (distance <= bound && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** A member's name as it may be shown: not one that could be key material. */
export function shownName(name: string): string {
  return name.length <= maxNameLength && /^[\w./:@+-]+$/.test(name) ? name : '…';
}

/** Upper case, underscores and hyphens are the usual slips. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** Levenshtein's distance. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
