import type { Awaitable } from '@keyfold/crypto-core';

/** Goes on with all values: at once if they are there, which spares a turn of the event loop for each call. */
export function whenAll<T, R>(
  values: readonly Awaitable<T>[],
  then: (values: readonly T[]) => R,
): Awaitable<R> {
  const ready: T[] = [];
  for (const value of values) {
    if (value instanceof Promise) return Promise.all(values).then(then);
    ready.push(value);
  }
  return then(ready);
}
