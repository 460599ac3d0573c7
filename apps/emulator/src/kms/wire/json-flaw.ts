/** What `JSON.parse` accepts and a request must not have. */
export type JsonFlaw = 'duplicate member' | 'too deep';

/** An object that is open at the place reached, with the names of its members so far; null for an array. */
type OpenContainer = Set<string> | null;

/**
 * Looks for members that are named twice, of which `JSON.parse` keeps the last in silence, and for nesting beyond
 * `maxDepth`. One pass, no recursion.
 *
 * @param text - JSON that `JSON.parse` accepts; anything else gives a meaningless answer.
 */
export function findJsonFlaw(text: string, maxDepth: number): JsonFlaw | undefined {
  const open: OpenContainer[] = [];
  let nameExpected = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (nameExpected && names instanceof Set) {
          const name = nameBetween(text, at, end);
          if (names.has(name)) return 'duplicate member';
          names.add(name);
          nameExpected = false;
        }
        at = end;
        break;
      }
      case '{':
        if (open.push(new Set()) > maxDepth) return 'too deep';
        nameExpected = true;
        break;
      case '[':
        if (open.push(null) > maxDepth) return 'too deep';
        nameExpected = false;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        nameExpected = open.at(-1) instanceof Set;
        break;
      default:
    }
  }
  return undefined;
}

/** The index of the quotation mark that ends the string begun at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

/** A character is escaped when an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

/** The name itself: `"a"` and `"\u0061"` are one member. */
function nameBetween(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? String(JSON.parse(text.slice(start, end + 1))) : raw;
}
