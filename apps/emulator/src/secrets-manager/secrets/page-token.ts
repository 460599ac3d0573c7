import { readPageMark, writePageMark } from '../../aws/page-mark.ts';
import { refusal } from '../faults/refusal.ts';

/** Where an item stands in a list: what it is sorted by, then what tells it from others. */
export type Position = readonly [sortedBy: string | number, id: string];

/** A page of a list, and what asks for the next one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly end: { readonly NextToken?: string };
}

/** What a request says of the page that it wants. */
export interface PageRequest {
  /** What the token is good for: the operation and what orders its list. */
  readonly list: string;
  readonly limit: number;
  readonly token: string | undefined;
  readonly isDescending?: boolean;
}

/**
 * A page of a list. It goes on where the last one ended, whatever came and went in between.
 *
 * @throws {SecretsFault} InvalidNextTokenException for a token of another list
 */
export function pageOf<Item>(
  items: readonly Item[],
  positionOf: (item: Item) => Position,
  { list, limit, token, isDescending = false }: PageRequest,
): Page<Item> {
  const direction = isDescending ? -1 : 1;
  const compare = (a: Position, b: Position): number => direction * comparePositions(a, b);
  const after = token === undefined ? undefined : readToken(token, list);
  const found = items
    .map((item) => ({ item, position: positionOf(item) }))
    .filter(({ position }) => after === undefined || compare(position, after) > 0)
    .sort((a, b) => compare(a.position, b.position));
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    end: found.length > limit && last !== undefined ? { NextToken: writeToken(list, last.position) } : {},
  };
}

function comparePositions([a, aId]: Position, [b, bId]: Position): number {
  if (a !== b) return a < b ? -1 : 1;
  return aId === bId ? 0 : aId < bId ? -1 : 1;
}

function writeToken(list: string, position: Position): string {
  return writePageMark(JSON.stringify([list, ...position]));
}

/**
 * Where a token's list goes on.
 *
 * @throws {SecretsFault} InvalidNextTokenException for a token of another list
 */
export function readToken(token: string, list: string): Position {
  const value = parse(readPageMark(token) ?? '');
  if (Array.isArray(value) && value.length === 3) {
    const [ofList, sortedBy, id]: readonly unknown[] = value;
    if (
      ofList === list &&
      (typeof sortedBy === 'string' || typeof sortedBy === 'number') &&
      typeof id === 'string'
    )
      return [sortedBy, id];
  }
  throw refusal('invalidNextToken');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
