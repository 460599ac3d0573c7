import { PlainNumber } from './plain-number.ts';
import type { Path, Problems } from './problems.ts';

/** Schemas that a schema is made of, whatever its kind. */
export interface SchemaParts {
  /** Of a map's members. */
  readonly shape?: Readonly<Record<string, Schema<unknown>>>;
  /** Of a list's items. */
  readonly element?: Schema<unknown>;
  /** Of the values of a map with names of its own. */
  readonly valueType?: Schema<unknown>;
}

/** Reads a value that is there; returns undefined where it is wrong, and has said so. */
export type Read<T> = (value: unknown, path: Path, problems: Problems) => T | undefined;

/**
 * What a value of a seed is to be: it reads the value, and says in our own words what is wrong with it, since a library's words may
 * quote what stands there. It is made of a few lines, where a library takes longer to load than an emulator to start.
 */
export class Schema<T> {
  readonly parts: SchemaParts;
  readonly #read: Read<T>;

  constructor(read: Read<T>, parts: SchemaParts = {}) {
    this.#read = read;
    this.parts = parts;
  }

  /** Undefined where anything is wrong. */
  read(value: unknown, path: Path, problems: Problems): T | undefined {
    if (value !== null) return this.#read(value, path, problems);
    problems.add(path, 'has no value', 'Give it one, or take the line away.');
    return undefined;
  }

  /** The same for a member that may be left out. */
  optional(): OptionalMember<T> {
    return new OptionalMember(this);
  }
}

/** A member of a map that may be left out. */
export class OptionalMember<T> {
  readonly schema: Schema<T>;

  constructor(schema: Schema<T>) {
    this.schema = schema;
  }
}

/** How a document's types are called. */
const typeNames: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  number: 'a number',
  object: 'a map',
  string: 'a text',
};

/** Says that a value is of another type. */
export function addMismatch(problems: Problems, path: Path, value: unknown, expected: string): undefined {
  problems.add(path, `is ${typeOf(value)} where ${expected} is expected`, `Write ${expected}.`);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof PlainNumber) return 'a number';
  return typeNames[typeof value] ?? 'something else';
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof PlainNumber)
  );
}
