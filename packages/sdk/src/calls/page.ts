import { readField, readList, readString } from '../answer-fields.ts';

/** One page of a list; without `next` it is the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** Reads a page of an answer. */
export function readPage<Item>(json: unknown, readItem: (item: unknown) => Item): Page<Item> {
  const items = readList(json, 'items', readItem);
  return hasField(json, 'next') ? { items, next: readString(json, 'next') } : { items };
}

function hasField(json: unknown, name: string): boolean {
  return (
    typeof json === 'object' && json !== null && Object.hasOwn(json, name) && readField(json, name) !== null
  );
}
