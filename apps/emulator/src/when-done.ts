import type { Awaitable } from '@keyfold/crypto-core';

/**
 * Goes on with a value at once where it is there, and when it comes where it is promised. What mostly has nothing to wait for is written
 * so instead of with `await`, which costs a promise and a turn of the microtask queue for each function that a request passes through.
 */
export function whenDone<Value, Result>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
