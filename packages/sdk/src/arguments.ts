import { InvalidArgumentError, type KeyfoldError } from '@keyfold/crypto-core';

/** The error of an argument that is not what the types ask for. */
type ArgumentErrorClass = new (message: string) => KeyfoldError;

/** Whether `value` is an object, so that asking for what is in it does not throw. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** For callers whom no compiler checks: a typed error at the entry point, not a TypeError further in. */
export function requireObject(
  what: string,
  value: unknown,
  ErrorClass: ArgumentErrorClass = InvalidArgumentError,
): asserts value is object {
  if (!isObject(value)) throw new ErrorClass(`${what} must be an object.`);
}

/** As {@link requireObject}, for lists: a Set or a single item would otherwise count as no items at all. */
export function requireArray(
  what: string,
  value: unknown,
  ErrorClass: ArgumentErrorClass = InvalidArgumentError,
): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new ErrorClass(`${what} must be an array.`);
}
