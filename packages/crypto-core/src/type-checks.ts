/*
 * Checks that hold across realms: a test runner or a sandbox may hand over objects of another realm, for
 * which `instanceof` is false.
 */

/** %TypedArray%.prototype, whose getter tells the kind of an array by what it is, not by what it says (ECMA-262 §23.2.3.38). */
const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);

/** What an array's length is, whatever it says of it. */
const lengthOf: ((this: ArrayBufferView) => number) | undefined = /* @__PURE__ */ (() =>
  Object.getOwnPropertyDescriptor(typedArray, 'length')?.get)();
const noBytes: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/**
 * Whether `value` is a Uint8Array, or a subclass of it such as Node's Buffer, and has its bytes; a proxy of one is not, nor
 * what only inherits.
 */
export function isUint8Array(value: unknown): value is Uint8Array {
  return (
    ArrayBuffer.isView(value) &&
    (value instanceof Uint8Array || Reflect.get(typedArray, Symbol.toStringTag, value) === 'Uint8Array') &&
    hasItsBytes(value)
  );
}

/**
 * Whether the bytes are there, as many as the array says. Those of an array whose memory was transferred to another thread,
 * or cut off by a resize, are not: it says that it is empty. And of one with a `length` of its own, a part would be sealed.
 */
function hasItsBytes(bytes: ArrayBufferView & { readonly length?: number }): boolean {
  const { length } = bytes;
  if (length !== bytes.byteLength || length !== lengthOf?.call(bytes)) return false;
  if (length > 0) return true;
  try {
    Reflect.apply(noBytes.set, noBytes, [bytes]); // throws for such memory, in every engine (ECMA-262 §23.2.3.26.1)
    return true;
  } catch {
    return false;
  }
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
  const prototype: object | null = Object.getPrototypeOf(value);
  // The prototype of an object literal has none itself, like that of a class that extends null; but it has this name.
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** Whether `value` is an array with elements and nothing else: no class of its own, no further members. */
export function isPlainArray(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  // Array.prototype is the one prototype that is an array itself, in each realm.
  if (!Array.isArray(Object.getPrototypeOf(value))) return false;
  return Reflect.ownKeys(value).length === value.length + 1; // `length` is one
}

/** Whether `name` is one of a table's own names; `Object.hasOwn` alone would turn an object into a name. */
export function isNameIn<T extends object>(table: T, name: unknown): name is keyof T & string {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

/** The time of a Date in milliseconds (NaN if invalid), or undefined for anything else. */
export function dateTimeMs(value: unknown): number | undefined {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return undefined; // it has no [[DateValue]] slot (ECMA-262 §21.4.4.10)
  }
}
