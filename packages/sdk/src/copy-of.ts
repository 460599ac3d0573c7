import { isObject } from './arguments.ts';
import { isDate, isUint8Array } from './type-checks.ts';

/** Deepest nesting that is copied; the crypto core refuses JSON that is nested deeper. */
const maxDepth = 100;

/**
 * A copy that the caller cannot change any more: of bytes, dates, arrays and plain objects, and all such in them.
 * Instances of other classes stay as they are: only they know what a copy of them is.
 */
export function copyOf<T>(value: T): T {
  return isObject(value) ? (copyObject(value, new Map(), 0) as T) : value;
}

/** @param copies what was copied so far: an object that holds itself becomes a copy that holds itself */
function copyObject(value: object, copies: Map<object, object>, depth: number): object {
  // Not `value.slice()`, which gives a view where that is a Buffer; of its class, and in memory of its own.
  if (isUint8Array(value)) return Uint8Array.prototype.slice.call(value);
  if (isDate(value)) return new Date(Date.prototype.getTime.call(value));
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (depth > maxDepth || !(Array.isArray(value) || isPlainObject(value))) return value;
  const copyMember = (member: unknown) => (isObject(member) ? copyObject(member, copies, depth + 1) : member);
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    for (const member of value) copy.push(copyMember(member));
    return copy;
  }
  const copy: object = Object.create(Object.getPrototypeOf(value));
  copies.set(value, copy);
  for (const [name, member] of Object.entries(value)) {
    // Defined, not assigned: `__proto__` is a name like others.
    const property = { value: copyMember(member), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(copy, name, property);
  }
  return copy;
}

/** An object literal or an object without prototype: the prototype of a literal is the one whose own is null. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
