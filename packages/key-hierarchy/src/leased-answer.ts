import type { Awaitable } from '@keyfold/crypto-core';
import type { HeldTenant } from './held-tenant.ts';
import type { LeasedAnswer } from './key-hierarchy.ts';

/**
 * Does the same for one item after the other and answers with what came of them, if the keys may still be used then. Without a
 * promise where no item has to wait: promises would cost as much as a wrapping.
 *
 * @param discard is given what came of the items so far, when the call fails
 */
export function leasedAnswer<Item, Result>(
  held: HeldTenant,
  items: readonly Item[],
  work: (item: Item) => Awaitable<Result>,
  discard: (result: Result) => void = () => {},
): Awaitable<LeasedAnswer<Result>> {
  const results: Result[] = [];
  try {
    for (const item of items) {
      const result = work(item);
      if (result instanceof Promise) return laterAnswer(held, items, work, discard, results, result);
      results.push(result);
    }
    return held.answer(results);
  } catch (error) {
    for (const result of results) discard(result);
    throw error;
  }
}

/** The same from the first item on that has to wait. */
async function laterAnswer<Item, Result>(
  held: HeldTenant,
  items: readonly Item[],
  work: (item: Item) => Awaitable<Result>,
  discard: (result: Result) => void,
  results: Result[],
  pending: Promise<Result>,
): Promise<LeasedAnswer<Result>> {
  try {
    results.push(await pending);
    for (const item of items.slice(results.length)) results.push(await work(item));
    return held.answer(results);
  } catch (error) {
    for (const result of results) discard(result);
    throw error;
  }
}
