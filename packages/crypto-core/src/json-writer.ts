import { UnsupportedValueError } from './crypto-errors.ts';
import { isPlainArray, isPlainObject } from './type-checks.ts';

/** Deepest nesting of objects and arrays that is encrypted. */
export const maxJsonDepth = 100;

/**
 * The JSON text of a value, or an error where `JSON.stringify` would lose something without a word:
 * undefined, NaN, functions, dates, maps, bigints, class instances, hidden members, lone surrogates, cycles. (It writes -0 as
 * 0, as JSON does.) Every part is read once, so that what was checked is what is written.
 *
 * @throws {@link UnsupportedValueError} naming what is wrong, but neither its value nor its key
 */
export function writeJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > maxJsonDepth) {
    throw new UnsupportedValueError(
      `JSON is nested more than ${maxJsonDepth} levels deep, or contains itself.`,
    );
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (isPlainArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`;
  if (isPlainObject(value)) {
    const entries = Object.entries(value);
    if (Reflect.ownKeys(value).length !== entries.length) {
      throw new UnsupportedValueError('JSON holds no members that are hidden or named by symbols.');
    }
    const members = entries.map(([key, member]) => `${quote(key)}:${write(member, depth + 1)}`);
    return `{${members.join(',')}}`;
  }
  throw new UnsupportedValueError(
    'JSON holds only strings, finite numbers, booleans, null, plain arrays and plain objects; something else is in this value.',
  );
}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new UnsupportedValueError('JSON text contains a lone surrogate.');
  return JSON.stringify(text);
}
