import { type Awaitable, isKeyfoldError } from '@keyfold/crypto-core';
import { requireArray } from './arguments.ts';
import type { BeforeWait } from './awaitables.ts';
import { throwIfAborted, untilAborted, type Waiting } from './calls/until-aborted.ts';
import { nextTurn } from './next-turn.ts';
import { BatchItemError } from './value-errors.ts';

/** Items that are worked on before other work of the process gets its turn: some ten milliseconds. */
const itemsPerTurn = 250;

/**
 * What is to be done with each item of a batch.
 *
 * @throws InvalidArgumentError when it is no array; BatchItemError for the first item that cannot be prepared
 */
export function prepareBatch<T, Item>(
  batch: readonly T[],
  prepare: (item: T, position: number) => Item,
): readonly Item[] {
  requireArray('A batch', batch);
  // Not `map`, which leaves out the holes of an array.
  return Array.from(batch, (item, position) => atIndex(position, () => prepare(item, position)));
}

/** How a batch is worked on. */
export interface BatchWork<Item, R> {
  /** Who waits, and how long. */
  readonly waiting: Waiting;
  /** Puts copies of our own in the place of what an item holds of the caller's. */
  readonly detach: (item: Item) => void;
  /** Works on some of the items; calls `beforeWait` before it waits for anything with items that are not done. */
  readonly run: (part: readonly Item[], beforeWait: BeforeWait) => Promise<readonly R[]>;
}

/** Works through a batch in turns of the event loop, in order: the first turn in the caller's own tick. */
export async function inTurns<Item, R>(
  items: readonly Item[],
  { waiting, detach, run }: BatchWork<Item, R>,
): Promise<R[]> {
  for (const item of items.slice(itemsPerTurn)) detach(item); // they have to wait in any case
  let detached = false;
  const detachFirst = (): void => {
    if (detached) return;
    detached = true;
    for (const item of items.slice(0, itemsPerTurn)) detach(item);
  };
  const results: R[] = [];
  for (let start = 0; start < items.length; start += itemsPerTurn) {
    if (start > 0) await nextTurn();
    throwIfAborted(waiting);
    const part = items.slice(start, start + itemsPerTurn);
    for (const result of await untilAborted(run(part, detachFirst), waiting)) results.push(result);
  }
  return results;
}

/** Works on items one after the other, without a turn of the event loop where there is nothing to wait for. */
export async function oneByOne<Item, R>(
  items: readonly Item[],
  beforeWait: BeforeWait,
  run: (item: Item) => Awaitable<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) {
    const result = run(item);
    if (result instanceof Promise) beforeWait();
    results.push(result instanceof Promise ? await result : result);
  }
  return results;
}

/**
 * Runs one item's work and says in its error which item it was.
 *
 * @throws BatchItemError
 */
export function atIndex<T>(index: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    return failAt(index, error);
  }
}

/** As {@link atIndex}, for work that may go on later. */
export function atIndexLater<T>(index: number, run: () => Awaitable<T>): Awaitable<T> {
  const result = atIndex(index, run);
  return result instanceof Promise ? result.catch((error: unknown) => failAt(index, error)) : result;
}

function failAt(index: number, error: unknown): never {
  throw isKeyfoldError(error) ? new BatchItemError(index, error) : error;
}
