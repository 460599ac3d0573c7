import { isDeepStrictEqual } from 'node:util';
import { isBlob } from './blobs.ts';
import { literalPattern } from './literal-pattern.ts';
import { Placeholders } from './placeholders.ts';
import { type Expectation, type ExpectedError, isMembers, valueAt } from './recorded-cases.ts';
import type { Value } from './values.ts';
import { resolveText, resolveValue, type Variables } from './variables.ts';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** The body's JSON, or undefined where there was none. */
  readonly body: unknown;
}

/** What answers are matched against, beside the expectation itself. */
export interface MatchScope {
  readonly variables: Variables;
  readonly placeholders: Placeholders;
  readonly requestedKeyId: unknown;
}

/** Every way in which an answer is not what was recorded; empty when it is. */
export function matchAnswer(expected: Expectation, answer: WireAnswer, scope: MatchScope): readonly string[] {
  if (expected.error !== undefined) return matchError(expected.error, answer, scope);
  if (answer.status < 200 || answer.status > 299)
    return [`$: status ${answer.status}, ${JSON.stringify(answer.body)}, where a success was recorded`];
  return [
    ...(expected.output === undefined ? [] : new OutputMatch(expected, scope).differences(answer.body)),
    ...matchPaths(expected, answer.body, scope),
  ];
}

function matchError(
  expected: ExpectedError,
  { status, body }: WireAnswer,
  scope: MatchScope,
): readonly string[] {
  const members = isMembers(body) ? body : {};
  const code = String(members['__type']).split('#').at(-1);
  const text =
    expected.messageMember === undefined
      ? (members['message'] ?? members['Message'])
      : members[expected.messageMember];
  const differences: string[] = [];
  if (code !== expected.code) differences.push(`error: ${code} instead of ${expected.code}: ${String(text)}`);
  if (expected.httpStatus !== undefined && status !== expected.httpStatus)
    differences.push(`error: status ${status} instead of ${expected.httpStatus}`);
  if (expected.message === '' && ('message' in members || 'Message' in members))
    differences.push(`error: a text where AWS sends none: ${String(text)}`);
  if (expected.message !== undefined && expected.message !== '')
    differences.push(...new OutputMatch({ output: expected.message }, scope).differences(text));
  if (expected.messagePattern !== undefined) {
    const pattern = String(resolveText(expected.messagePattern, scope.variables, literalPattern));
    if (!new RegExp(pattern).test(String(text)))
      differences.push(`error: "${String(text)}" does not match ${pattern}`);
  }
  return differences;
}

function matchPaths(expected: Expectation, body: unknown, scope: MatchScope): readonly string[] {
  const differences: string[] = [];
  const listAt = (path: string): readonly unknown[] => {
    const list = valueAt(body, path);
    if (Array.isArray(list)) return list;
    differences.push(`${path}: is no list`);
    return [];
  };
  const isInList = (path: string, element: Value): boolean =>
    listAt(path).some((entry) => compare(element, entry, { ...scope, exact: false }, path).length === 0);
  for (const path of expected.absent ?? [])
    if (valueAt(body, path) !== undefined) differences.push(`${path}: is there`);
  for (const [path, value] of Object.entries(expected.differs ?? {})) {
    const actual = valueAt(body, path);
    if (actual === undefined || isDeepStrictEqual(actual, resolveValue(value, scope.variables)))
      differences.push(`${path}: is missing or unchanged`);
  }
  for (const [path, count] of Object.entries(expected.count ?? {}))
    if (listAt(path).length !== count)
      differences.push(`${path}: has ${listAt(path).length} elements, not ${count}`);
  for (const [path, element] of Object.entries(expected.contains ?? {}))
    if (!isInList(path, resolveValue(element, scope.variables)))
      differences.push(`${path}: lacks ${JSON.stringify(element)}`);
  for (const [path, element] of Object.entries(expected.lacks ?? {}))
    if (isInList(path, resolveValue(element, scope.variables)))
      differences.push(`${path}: contains ${JSON.stringify(element)}`);
  return differences;
}

interface CompareScope extends MatchScope {
  /** These members and no others, at every level. */
  readonly exact: boolean;
  readonly optional?: readonly string[];
  readonly transitional?: readonly string[];
}

class OutputMatch {
  readonly #expected: Value;
  readonly #scope: CompareScope;

  constructor({ output = null, match, optional = [], transitional = [] }: Expectation, scope: MatchScope) {
    this.#expected = resolveValue(output, scope.variables);
    this.#scope = { ...scope, exact: match === 'exact', optional, transitional };
  }

  differences(actual: unknown): readonly string[] {
    return compare(this.#expected, actual, this.#scope, '$');
  }
}

function compare(expected: Value, actual: unknown, scope: CompareScope, path: string): readonly string[] {
  if (scope.transitional?.includes(path)) return actual === undefined ? [`${path}: is missing`] : [];
  if (Buffer.isBuffer(expected))
    return isBlob(actual) && Buffer.from(actual, 'base64').equals(expected)
      ? []
      : [`${path}: has other bytes`];
  if (Array.isArray(expected)) return compareLists(expected, actual, scope, path);
  if (typeof expected === 'object' && expected !== null && !Array.isArray(expected))
    return compareMembers(expected as Readonly<Record<string, Value>>, actual, scope, path);
  if (typeof expected === 'string' && Placeholders.isIn(expected)) {
    const mismatch = scope.placeholders.mismatch(expected, actual, scope.requestedKeyId);
    return mismatch === undefined ? [] : [`${path}: ${JSON.stringify(actual)} ${mismatch}`];
  }
  return expected === actual
    ? []
    : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
}

function compareLists(
  expected: readonly Value[],
  actual: unknown,
  scope: CompareScope,
  path: string,
): readonly string[] {
  if (!Array.isArray(actual)) return [`${path}: is no list`];
  if (actual.length !== expected.length)
    return [`${path}: has ${actual.length} elements, not ${expected.length}`];
  return expected.flatMap((element, index) => compare(element, actual[index], scope, `${path}[${index}]`));
}

function compareMembers(
  expected: Readonly<Record<string, Value>>,
  actual: unknown,
  scope: CompareScope,
  path: string,
): readonly string[] {
  if ('@length' in expected)
    return isBlob(actual) && Buffer.from(actual, 'base64').byteLength === expected['@length']
      ? []
      : [`${path}: has not ${String(expected['@length'])} bytes`];
  if ('@json' in expected) {
    const value = parseJson(actual);
    return isDeepStrictEqual(value, expected['@json']) ? [] : [`${path}: is other JSON: ${String(actual)}`];
  }
  if (!isMembers(actual)) return [`${path}: is no object`];
  const extra = scope.exact
    ? Object.keys(actual).filter(
        (name) => !(name in expected) && !scope.optional?.includes(`${path}.${name}`),
      )
    : [];
  return [
    ...extra.map((name) => `${path}.${name}: is not in the recorded answer`),
    ...Object.entries(expected).flatMap(([name, member]) =>
      compare(member, actual[name], scope, `${path}.${name}`),
    ),
  ];
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
