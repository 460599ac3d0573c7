import { requireBytes, requireObject } from './argument-types.ts';
import { InvalidArgumentError } from './crypto-errors.ts';
import { KeyfoldError } from './keyfold-error.ts';

/** Why a JSON text is refused. */
export type StrictJsonFault =
  | 'not_utf8'
  | 'not_valid'
  | 'too_deep'
  | 'duplicate_name'
  | 'forbidden_name'
  | 'lone_surrogate'
  | 'number_out_of_range';

/** What a strict reader may be asked to do otherwise. */
export interface StrictJsonOptions {
  /** Deepest nesting of objects and arrays, 1 to 1,000 levels; 32 if left out. */
  readonly maxDepth?: number;
  /**
   * What a member named `__proto__` is: refused (the default), or data. `JSON.parse` makes it an own property, which is
   * harmless until somebody copies the object with `Object.assign` or by assignment.
   */
  readonly protoName?: 'refuse' | 'keep';
}

const defaultMaxDepth = 32;
const greatestMaxDepth = 1000;

const texts: Readonly<Record<StrictJsonFault, string>> = {
  not_utf8: 'The JSON is not UTF-8.',
  not_valid: 'The JSON is not valid.',
  too_deep: 'The JSON is nested too deep.',
  duplicate_name: 'An object in the JSON has the same member twice.',
  forbidden_name: 'An object in the JSON has a member named __proto__.',
  lone_surrogate: 'A string in the JSON contains half of a surrogate pair.',
  number_out_of_range: 'A number in the JSON has no exact or no finite value here.',
};

/** A JSON text that is refused. It quotes nothing of the text and keeps no cause, because `JSON.parse` quotes. */
export class StrictJsonError extends KeyfoldError {
  readonly code = 'invalid_json';
  /** What is wrong with the text. */
  readonly fault: StrictJsonFault;

  constructor(fault: StrictJsonFault) {
    super(texts[fault], {
      layer: 'format',
      hint: 'Send JSON that every reader understands alike: UTF-8, no name twice, no half surrogate pairs, flat enough.',
    });
    this.fault = fault;
  }
}

/**
 * Reads JSON (RFC 8259) and refuses what `JSON.parse` lets pass although two readers may understand it differently: names
 * that occur twice (§4), half surrogate pairs (§8.2), numbers that overflow and integers beyond ±(2⁵³ − 1) (§6), a member
 * named `__proto__`, deep nesting. The size is the caller's to bound; time and memory grow in proportion to it.
 *
 * @throws {@link StrictJsonError}
 * @throws {@link InvalidArgumentError} for anything but text, or a depth out of range
 * @example
 * ```ts
 * parseStrictJson('{"a":[1,2]}'); // → { a: [1, 2] }
 * parseStrictJson('{"a":1,"a":2}'); // → throws invalid_json
 * ```
 */
export function parseStrictJson(text: string, options: StrictJsonOptions = {}): unknown {
  if (typeof text !== 'string') throw new InvalidArgumentError('JSON must be text.');
  requireOptions(options);
  // Before anything else reads it: engines whose JSON.parse is recursive see bounded nesting only.
  const fault = new Inspection(text, options).fault();
  if (fault === 'too_deep') throw new StrictJsonError(fault);
  const value = parse(text);
  if (fault !== undefined) throw new StrictJsonError(fault);
  return value;
}

/**
 * As {@link parseStrictJson}, from bytes in UTF-8 without a byte order mark.
 *
 * @throws {@link StrictJsonError}
 * @throws {@link InvalidArgumentError} for anything but a Uint8Array, or a depth out of range
 * @example
 * ```ts
 * readStrictJson(new TextEncoder().encode('{"a":1}')); // → { a: 1 }
 * ```
 */
export function readStrictJson(bytes: Uint8Array, options: StrictJsonOptions = {}): unknown {
  requireBytes('JSON', bytes);
  return parseStrictJson(decodeUtf8(bytes), options);
}

/** NaN as a depth would be none at all. */
function requireOptions(options: StrictJsonOptions): void {
  requireObject('The options of a reader', options);
  const { maxDepth = defaultMaxDepth } = options;
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > greatestMaxDepth) {
    throw new InvalidArgumentError(`maxDepth must be an integer from 1 to ${greatestMaxDepth}.`);
  }
}

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // A byte order mark stays, and JSON.parse refuses it (RFC 8259 §8.1).
    return utf8.decode(bytes);
  } catch {
    throw new StrictJsonError('not_utf8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StrictJsonError('not_valid');
  }
}

const numberCharacters = /[-+.0-9eE]*/y;
const quote = 0x22;

/** So many names of an object are looked through; of one that has more, a set is made. */
const maxListedNames = 8;

/** The names met so far in an object. Most have a few, for which a set would cost more than the rest of the walk. */
class Names {
  readonly #listed: string[] = [];
  #others: Set<string> | undefined;

  /** Whether the name is new. */
  add(name: string): boolean {
    if (this.#listed.includes(name) || this.#others?.has(name) === true) return false;
    if (this.#listed.length < maxListedNames) this.#listed.push(name);
    else {
      this.#others ??= new Set();
      this.#others.add(name);
    }
    return true;
  }
}

/**
 * One walk over a text's tokens, without recursion. For a text that is not JSON the answer means nothing, but the walk
 * ends; `too_deep` is certain in any case, as every level has been opened.
 */
class Inspection {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #keepProto: boolean;
  /** Half a surrogate pair that is not escaped: found at once for the whole text, as quotation marks are never part of one. */
  readonly #isWellFormed: boolean;
  readonly #hasEscapes: boolean;
  /** For each level that is open: the names met so far for an object, undefined for an array. */
  readonly #open: (Names | undefined)[] = [];
  #nameExpected = false;
  #fault: StrictJsonFault | undefined;

  constructor(text: string, { maxDepth = defaultMaxDepth, protoName = 'refuse' }: StrictJsonOptions) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#keepProto = protoName === 'keep';
    this.#isWellFormed = text.isWellFormed();
    this.#hasEscapes = text.includes('\\');
  }

  fault(): StrictJsonFault | undefined {
    let at = 0;
    while (at < this.#text.length) {
      const code = this.#text.charCodeAt(at);
      if (code === quote) at = this.#string(at);
      // - and the digits
      else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) at = this.#number(at);
      else {
        this.#structure(code);
        at++;
      }
      if (this.#open.length > this.#maxDepth) return 'too_deep';
    }
    return this.#fault;
  }

  #structure(code: number): void {
    // { and [
    if (code === 0x7b || code === 0x5b) {
      this.#nameExpected = code === 0x7b;
      this.#open.push(this.#nameExpected ? new Names() : undefined);
      // } and ]
    } else if (code === 0x7d || code === 0x5d) {
      this.#open.pop();
      this.#nameExpected = false;
      // ,
    } else if (code === 0x2c) this.#nameExpected = this.#open.at(-1) !== undefined;
  }

  #string(start: number): number {
    const text = this.#text;
    const end = this.#hasEscapes ? endOfString(text, start) : text.indexOf('"', start + 1) + 1 || text.length;
    // A value that is written as it is needs no second look.
    if (this.#hasEscapes || this.#nameExpected || !this.#isWellFormed) {
      const string = readString(text.slice(start, end));
      if (string === undefined) this.#fault ??= 'lone_surrogate';
      else if (this.#nameExpected) this.#name(string);
    }
    this.#nameExpected = false;
    return end;
  }

  #name(name: string): void {
    if (name === '__proto__' && !this.#keepProto) this.#fault ??= 'forbidden_name';
    if (this.#open.at(-1)?.add(name) === false) this.#fault ??= 'duplicate_name';
  }

  #number(start: number): number {
    numberCharacters.lastIndex = start;
    const literal = numberCharacters.exec(this.#text)?.[0] ?? '';
    const value = Number(literal);
    const inRange = /[.eE]/.test(literal) ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (!inRange) this.#fault ??= 'number_out_of_range';
    return start + literal.length;
  }
}

/** The index after the quotation mark that ends the string begun at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/** What a literal stands for: `"\u0061"` and `"a"` are one name. Undefined for what has no UTF-8 form. */
function readString(literal: string): string | undefined {
  const string = literal.includes('\\') ? unescaped(literal) : literal.slice(1, -1);
  return string.isWellFormed() ? string : undefined;
}

function unescaped(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return ''; // the whole text will be found not to be JSON
  }
}
