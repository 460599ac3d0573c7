import type { Output } from '../wire/answers.ts';
import { readMarker, writeMarker } from './marker.ts';

/** What a request says of the page it wants. */
interface PageRequest {
  readonly Limit?: number;
  readonly Marker?: string;
}

/** AWS's default. */
const defaultLimit = 100;

/**
 * A page of a list that is in memory, with AWS's `NextMarker` and `Truncated`. Pages go on after the last item of the page before.
 *
 * @throws {KmsFault} InvalidMarkerException for a marker of another list, or after an item that is gone
 */
export function page<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  { Limit = defaultLimit, Marker }: PageRequest,
  operation: string,
): { readonly items: readonly Item[]; readonly members: Output } {
  const after =
    Marker === undefined
      ? undefined
      : readMarker(operation, Marker, (text) => items.some((item) => idOf(item) === text));
  const start = after === undefined ? 0 : items.findIndex((item) => idOf(item) === after) + 1;
  const shown = items.slice(start, start + Limit);
  const last = shown.at(-1);
  const truncated = start + Limit < items.length && last !== undefined;
  return {
    items: shown,
    members: {
      ...(truncated ? { NextMarker: writeMarker(operation, idOf(last)) } : {}),
      Truncated: truncated,
    },
  };
}
