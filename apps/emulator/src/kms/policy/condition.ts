import { type ConditionOperator, conditionOperators } from './condition-operators.ts';
import { PolicyFlaw } from './policy-flaw.ts';
import type { RequestContext } from './request-context.ts';
import { parseTemplate, type TextTemplate, variablesOf } from './text-template.ts';

/** One line of a `Condition` block: an operator, a key and its values. */
export interface Condition {
  /** As written, for explanations. */
  readonly text: string;
  /** What it looks at, in lower case: its key, and those that are variables of its values. */
  readonly contextKeys: readonly string[];
  readonly holds: (context: RequestContext) => boolean;
}

type SetOperator = 'ForAnyValue' | 'ForAllValues' | undefined;

const nameForm = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]{1,40}?)(IfExists)?$/;
const keyForm = /^[\x21-\x7e][\x20-\x7e]{0,1023}$/;

/** @throws {PolicyFlaw} where the block is none */
export function parseConditions(block: unknown, hasVariables: boolean): readonly Condition[] {
  if (block === undefined) return [];
  return entriesOf(block).flatMap(([name, keys]) =>
    entriesOf(keys).map(([key, values]) => parseCondition(name, key, valuesOf(values), hasVariables)),
  );
}

function parseCondition(
  name: string,
  key: string,
  values: readonly string[],
  hasVariables: boolean,
): Condition {
  const [, set, operatorName = '', ifExists] = nameForm.exec(name) ?? [];
  if (!keyForm.test(key)) throw new PolicyFlaw('syntax', 'A condition has a key that is none.');
  const text = `${name} on ${key}`;
  const contextKey = key.toLowerCase();
  if (operatorName === 'Null') return nullCondition(text, contextKey, values, set, ifExists);
  const operator = conditionOperators.get(operatorName);
  if (operator === undefined)
    throw new PolicyFlaw('syntax', `${name.slice(0, 64)} is no condition operator.`);
  if (!values.every((value) => operator.accepts(value)))
    throw new PolicyFlaw('syntax', `A value of ${text} is of another type.`);
  const templates = values.map((value) => parseTemplate(value, hasVariables));
  const test = testOf(operator, templates, set as SetOperator, ifExists !== undefined);
  const contextKeys = [contextKey, ...templates.flatMap(variablesOf)];
  return { text, contextKeys, holds: (context) => test(context.get(contextKey) ?? [], context) };
}

/** `Null: true` is a key that is not there. */
function nullCondition(
  text: string,
  key: string,
  values: readonly string[],
  set: string | undefined,
  ifExists: string | undefined,
): Condition {
  if (
    set !== undefined ||
    ifExists !== undefined ||
    !values.every((value) => /^(?:true|false)$/i.test(value))
  )
    throw new PolicyFlaw('syntax', 'Null takes true or false, without IfExists or a set operator.');
  const wanted = values.map((value) => value.toLowerCase() === 'true');
  return { text, contextKeys: [key], holds: (context) => wanted.includes(!context.has(key)) };
}

/** IAM user guide, "Multivalued context keys" and "…IfExists condition operators". */
function testOf(
  { compare, negated }: ConditionOperator,
  templates: readonly TextTemplate[],
  set: SetOperator,
  ifExists: boolean,
): (values: readonly string[], context: RequestContext) => boolean {
  const one = (value: string, context: RequestContext): boolean =>
    templates.some((template) => compare(value, template, context)) !== negated;
  return (values, context) => {
    const each = (value: string): boolean => one(value, context);
    if (set === 'ForAnyValue') return values.some(each) || (ifExists && values.length === 0);
    if (set === 'ForAllValues') return values.every(each);
    // A key with several values where one is meant: all must be right, or one could hide behind another.
    return values.length === 0 ? negated || ifExists : values.every(each);
  };
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PolicyFlaw('syntax', 'A condition is an operator with keys, each with its values.');
  return Object.entries(value);
}

function valuesOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'boolean')
      return String(entry);
    throw new PolicyFlaw('syntax', 'The values of a condition are texts, numbers or booleans.');
  });
}
