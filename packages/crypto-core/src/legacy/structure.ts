import { LegacyFormatMismatchError } from '../crypto-errors.ts';
import { parseStrictJson } from '../strict-json.ts';
import { isPlainObject } from '../type-checks.ts';

/** Longest JSON that is read, in characters. */
const maxJsonLength: number = 260 * 1024 * 1024;

/** Whether `parse` accepts what is stored. */
export function hasStructure(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof LegacyFormatMismatchError) return false;
    throw error;
  }
}

/**
 * The members of a JSON object that has exactly these names.
 *
 * @throws {@link LegacyFormatMismatchError} for anything else, such as a name that occurs twice
 */
export function readMembers<Name extends string>(
  stored: unknown,
  names: readonly Name[],
): Readonly<Record<Name, unknown>> {
  if (typeof stored !== 'string' || stored.length > maxJsonLength) {
    throw new LegacyFormatMismatchError('What is stored is not a JSON text of bearable length.');
  }
  const value = readJson(stored);
  if (!hasExactly(value, names)) {
    throw new LegacyFormatMismatchError(`The JSON is not an object of exactly ${names.join(', ')}.`);
  }
  return value;
}

function hasExactly<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Readonly<Record<Name, unknown>> {
  return (
    isPlainObject(value) &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name))
  );
}

function readJson(text: string): unknown {
  try {
    return parseStrictJson(text, { maxDepth: 1 });
  } catch (cause) {
    throw new LegacyFormatMismatchError('What is stored is not strict JSON.', { cause });
  }
}
