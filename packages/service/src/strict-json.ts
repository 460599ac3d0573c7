import { limits } from '@keyfold/protocol';

/** Why a JSON text is refused. */
export type StrictJsonFault =
  | 'not_utf8'
  | 'not_valid'
  | 'too_deep'
  | 'duplicate_name'
  | 'forbidden_name'
  | 'lone_surrogate';

const texts: Readonly<Record<StrictJsonFault, string>> = {
  not_utf8: 'The JSON is not UTF-8.',
  not_valid: 'The JSON is not valid.',
  too_deep: `The JSON is nested deeper than ${limits.jsonDepth} levels.`,
  duplicate_name: 'An object in the JSON has the same member twice.',
  forbidden_name: 'An object in the JSON has a member named __proto__.',
  lone_surrogate: 'A string in the JSON contains half of a surrogate pair.',
};

/** A JSON text that is refused. It quotes nothing of the text and keeps no cause, because `JSON.parse` quotes. */
export class StrictJsonError extends Error {
  readonly fault: StrictJsonFault;

  constructor(fault: StrictJsonFault) {
    super(texts[fault]);
    this.name = 'StrictJsonError';
    this.fault = fault;
  }
}

/**
 * Reads JSON (RFC 8259) and refuses what `JSON.parse` lets pass although two readers may understand it differently:
 * names that occur twice, `__proto__`, half surrogate pairs, nesting beyond 32 levels.
 *
 * @throws {@link StrictJsonError}
 *
 * @example
 * ```ts
 * parseStrictJson('{"a":1,"a":2}'); // StrictJsonError, fault 'duplicate_name'
 * ```
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text); // not recursive in V8: deep nesting costs memory in proportion to the text, no stack
  } catch {
    throw new StrictJsonError('not_valid');
  }
  inspect(text);
  return value;
}

/**
 * As {@link parseStrictJson}, from bytes in UTF-8 without a byte order mark.
 *
 * @throws {@link StrictJsonError}
 */
export function readStrictJson(bytes: Uint8Array): unknown {
  return parseStrictJson(decodeUtf8(bytes));
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StrictJsonError('not_utf8');
  }
}

/** Walks over the tokens of a text that is known to be valid JSON, which is all that keeps this short. */
function inspect(text: string): void {
  const open: (Set<string> | undefined)[] = []; // the names met so far for an object, undefined for an array
  let nameExpected = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        const string = readString(text.slice(at, end + 1));
        if (nameExpected) checkName(string, open.at(-1));
        nameExpected = false;
        at = end;
        break;
      }
      case '{':
      case '[':
        nameExpected = text[at] === '{';
        open.push(nameExpected ? new Set() : undefined);
        if (open.length > limits.jsonDepth) throw new StrictJsonError('too_deep');
        break;
      case '}':
      case ']':
        open.pop();
        nameExpected = false;
        break;
      case ',':
        nameExpected = open.at(-1) !== undefined;
        break;
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function readString(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1); // decoded from UTF-8, which has no surrogates
  const string: unknown = JSON.parse(literal); // "\u0061" and "a" are one name
  if (typeof string !== 'string' || !string.isWellFormed()) throw new StrictJsonError('lone_surrogate');
  return string;
}

function checkName(name: string, names: Set<string> | undefined): void {
  if (name === '__proto__') throw new StrictJsonError('forbidden_name');
  if (names?.has(name)) throw new StrictJsonError('duplicate_name');
  names?.add(name);
}
