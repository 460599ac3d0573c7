import { type Clock, InvalidArgumentError, type KeyfoldError } from '@keyfold/crypto-core';
import { OptionInvalidError } from './configuration-errors.ts';

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

/**
 * An option that there is not is refused: somebody who writes `rejectUnauthorized`, or `pins` beside `tls`, believes in
 * something that would not happen. Its name is said where it looks like one; it may be a secret in the wrong place.
 *
 * @param prefix before the name in the message, such as `tls.`
 * @throws OptionInvalidError
 */
export function requireKnownOptions<Options extends object>(
  prefix: string,
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new OptionInvalidError(`There is no option ${prefix}${/^\w{1,40}$/.test(unknown) ? unknown : '…'}.`);
}

/**
 * True or false: a text such as `"false"` out of an environment counts as neither.
 *
 * @throws OptionInvalidError
 */
export function requireBoolean(name: string, value: boolean): boolean {
  if (typeof value !== 'boolean') throw new OptionInvalidError(`${name} must be true or false.`);
  return value;
}

/**
 * A whole number from 1 to `max`.
 *
 * @throws OptionInvalidError
 */
export function requireInteger(name: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new OptionInvalidError(`${name} must be an integer from 1 to ${max}.`);
  }
  return value;
}

/**
 * Asked for the time once: what `{ now: Date.now }` answers has none in it.
 *
 * @throws OptionInvalidError
 */
export function requireClock(clock: Clock): Clock {
  const now: unknown = isObject(clock) && typeof clock.now === 'function' ? clock.now() : undefined;
  if (!isObject(now) || !Number.isFinite(Reflect.get(now, 'wallMs'))) {
    throw new OptionInvalidError('clock must have a method now() that returns { wallMs, monotonicMs }.');
  }
  return clock;
}
