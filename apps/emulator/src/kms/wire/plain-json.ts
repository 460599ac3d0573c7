import { isAscii } from 'node:buffer';

/** Longer texts are worth no short cut. */
const maxBytes = 16 * 1024;

/**
 * Reads JSON that is plain enough for one look to show that every reader understands it alike; undefined where it takes a closer
 * look, or is no JSON. What is read here is what `readStrictJson` of crypto-core reads, at a third of the time.
 *
 * A text of ASCII without a backslash spells each string as it is, between two quotation marks. `JSON.parse` keeps every string of
 * it, unless a name comes twice: then it drops a name and a value. So nothing was said twice where as many strings were read as there
 * are pairs of quotation marks.
 */
export function readPlainJson(bytes: Uint8Array, maxDepth: number): unknown {
  if (bytes.byteLength > maxBytes || !isAscii(bytes)) return undefined;
  const text = bufferOf(bytes).toString('latin1');
  if (text.includes('\\')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return countStrings(value, maxDepth) * 2 === countMarks(text) ? value : undefined;
}

/** The bytes of a body are a buffer already. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function countMarks(text: string): number {
  let marks = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) marks++;
  return marks;
}

/** Strings, names included. NaN for what takes a closer look: deep nesting, and numbers that may not be what was written. */
function countStrings(value: unknown, depth: number): number {
  if (typeof value === 'string') return 1;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 0 : Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === 0) return Number.NaN;
  let strings = 0;
  if (Array.isArray(value)) for (const element of value) strings += countStrings(element, depth - 1);
  else {
    const members = value as Readonly<Record<string, unknown>>;
    for (const name in members) strings += 1 + countStrings(members[name], depth - 1);
  }
  return strings;
}
