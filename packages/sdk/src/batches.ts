import { setImmediate } from 'node:timers/promises';
import { type Awaitable, isKeyfoldError } from '@keyfold/crypto-core';
import { BatchItemError } from './value-errors.ts';

/** Items that are worked on before other work of the process gets its turn: some ten milliseconds. */
const itemsPerTurn = 250;

/** Works through a batch in turns of the event loop, in order. `start` is the position of a part's first item. */
export async function inTurns<T, R>(
  items: readonly T[],
  run: (part: readonly T[], start: number) => Promise<readonly R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += itemsPerTurn) {
    if (start > 0) await setImmediate();
    for (const result of await run(items.slice(start, start + itemsPerTurn), start)) results.push(result);
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
