/** A pattern's units: UTF-16 code units, and the two wildcards as negative numbers, so that no text can be taken for one. */
export type Pattern = readonly number[];

export const anyOne = -1;
export const anyRun = -2;

/** A pattern that means exactly this text. */
export function literalPattern(text: string): Pattern {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/**
 * Whether the whole text matches.
 *
 * Never backtracks: between two `*` the leftmost match is as good as any other, and each piece is looked for with a bit-parallel
 * search, whose time is the text's length times the piece's length in 32-bit words.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const pieces = piecesOf(pattern);
  const first = pieces[0] ?? [];
  if (!matchesAt(first, text, 0)) return false;
  if (pieces.length === 1) return text.length === first.length;
  const last = pieces.at(-1) ?? [];
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = findPiece(piece, text, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end && matchesAt(last, text, end);
}

/** A policy's own patterns are there for as long as the policy is. */
const knownPieces = new WeakMap<Pattern, readonly Pattern[]>();

/** What stands between the pattern's `*`s. */
function piecesOf(pattern: Pattern): readonly Pattern[] {
  const known = knownPieces.get(pattern);
  if (known !== undefined) return known;
  const pieces: number[][] = [[]];
  for (const unit of pattern)
    if (unit === anyRun) pieces.push([]);
    else pieces.at(-1)?.push(unit);
  knownPieces.set(pattern, pieces);
  return pieces;
}

function matchesAt(piece: Pattern, text: string, at: number): boolean {
  if (at + piece.length > text.length) return false;
  return piece.every((unit, offset) => unit === anyOne || unit === text.charCodeAt(at + offset));
}

/** Where the piece first occurs at or after `from`, or -1. Shift-and (Baeza-Yates and Gonnet) over several words. */
function findPiece(piece: Pattern, text: string, from: number): number {
  if (piece.length === 0) return from;
  const words = Math.ceil(piece.length / 32);
  const { masks, rest } = masksOf(piece, words);
  const state = new Uint32Array(words);
  const lastWord = words - 1;
  const lastBit = (piece.length - 1) % 32;
  for (let at = from; at < text.length; at++) {
    const mask = masks.get(text.charCodeAt(at)) ?? rest;
    let carry = 1;
    for (let word = 0; word < words; word++) {
      const bits = state[word] ?? 0;
      state[word] = ((bits << 1) | carry) & (mask[word] ?? 0);
      carry = bits >>> 31;
    }
    if ((((state[lastWord] ?? 0) >>> lastBit) & 1) === 1) return at - piece.length + 1;
  }
  return -1;
}

/** For each unit the places at which the piece accepts it; `rest` is for every other unit. */
function masksOf(
  piece: Pattern,
  words: number,
): { readonly masks: ReadonlyMap<number, Uint32Array>; readonly rest: Uint32Array } {
  const rest = new Uint32Array(words);
  const set = (mask: Uint32Array, place: number): void => {
    mask[place >>> 5] = (mask[place >>> 5] ?? 0) | (1 << (place & 31));
  };
  piece.forEach((unit, place) => {
    if (unit === anyOne) set(rest, place);
  });
  const masks = new Map<number, Uint32Array>();
  piece.forEach((unit, place) => {
    if (unit === anyOne) return;
    const mask = masks.get(unit) ?? rest.slice();
    set(mask, place);
    masks.set(unit, mask);
  });
  return { masks, rest };
}
