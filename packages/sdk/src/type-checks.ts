/*
 * Checks that hold across realms and on every runtime: a test runner or a sandbox may hand over objects of another
 * realm, for which `instanceof` is false.
 */

/** Whether `value` is a Uint8Array, or a subclass of it such as Node's Buffer. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]')
  );
}

/** Whether `value` is a Date. */
export function isDate(value: unknown): value is Date {
  try {
    Date.prototype.getTime.call(value);
    return true;
  } catch {
    return false; // it has no [[DateValue]] slot (ECMA-262 §21.4.4.10)
  }
}
