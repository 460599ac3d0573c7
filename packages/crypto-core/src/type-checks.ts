/*
 * Checks that hold across realms: a test runner or a sandbox may hand over objects of another realm, for
 * which `instanceof` is false.
 */

/** Whether `value` is a Uint8Array, or a subclass of it such as Node's Buffer. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]')
  );
}

/** Whether `value` is an object, so that asking for what is in it does not throw. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * Whether `value` is an object literal or an object without prototype; arrays and class instances are not.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of an object literal is the one object whose own prototype is null.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The time of a Date in milliseconds (NaN if invalid), or undefined for anything else. */
export function dateTimeMs(value: unknown): number | undefined {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return undefined; // it has no [[DateValue]] slot (ECMA-262 §21.4.4.10)
  }
}
