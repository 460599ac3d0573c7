import type { Awaitable } from '@keyfold/crypto-core';

/** As `try … catch` around an `await`, without a promise where there is nothing to wait for: `undo` is called when `work` fails. */
export function unlessItFails<T>(work: () => Awaitable<T>, undo: () => void): Awaitable<T> {
  const failed = (error: unknown): never => {
    undo();
    throw error;
  };
  let result: Awaitable<T>;
  try {
    result = work();
  } catch (error) {
    return failed(error);
  }
  return result instanceof Promise ? result.catch(failed) : result;
}

/** As `try … finally` around an `await`, in the same way: `end` is called when `work` is done or has failed. */
export function atTheEnd<T>(work: () => Awaitable<T>, end: () => void): Awaitable<T> {
  const result = unlessItFails(work, end);
  if (result instanceof Promise)
    return result.then((value) => {
      end();
      return value;
    });
  end();
  return result;
}
