import type { Awaitable } from '@keyfold/crypto-core';

/**
 * Called in the caller's own tick if what was asked for has to be waited for, and before anything is awaited: the last
 * moment at which the caller's objects are sure to be what they were when they were handed over.
 */
export type BeforeWait = () => void;

/** Goes on with all values: at once if they are there, which spares a turn of the event loop for each call. */
export function whenAll<T, R>(
  values: readonly Awaitable<T>[],
  then: (values: readonly T[]) => R,
): Awaitable<R> {
  return isReady(values) ? then(values) : Promise.all(values).then(then);
}

function isReady<T>(values: readonly Awaitable<T>[]): values is readonly T[] {
  for (const value of values) if (value instanceof Promise) return false;
  return true;
}
