import { writeMarker } from './marker.ts';

/** The end of a page of a list. */
export interface PageEnd {
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

/**
 * A page out of what was found, which is one more than the page holds where the list goes on.
 *
 * @param nameOf - what the next page begins after.
 */
export function listPage<Item>(
  found: readonly Item[],
  limit: number,
  operation: string,
  nameOf: (item: Item) => string,
): { readonly page: readonly Item[]; readonly end: PageEnd } {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return found.length > limit && last !== undefined
    ? { page, end: { NextMarker: writeMarker(operation, nameOf(last)), Truncated: true } }
    : { page, end: { Truncated: false } };
}
