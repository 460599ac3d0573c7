import { generate } from './generators.ts';
import { isMembers, type Json } from './recorded-cases.ts';
import type { Value, ValueMembers } from './values.ts';

/** A case's environment, captured and made values by name. */
export type Variables = Map<string, Value>;

/** `${name}` alone or inside a text; `${pair.private}` is a member of a made value. */
const variableForm = /\$\{([A-Za-z0-9.]+)\}/g;

/**
 * Replaces variables and runs generators.
 *
 * @throws {Error} for a variable or a generator that is not known
 */
export function resolveValue(value: Json, variables: Variables): Value {
  if (typeof value === 'string') return resolveText(value, variables, (text) => text);
  if (Array.isArray(value)) return value.map((element: Json) => resolveValue(element, variables));
  if (!isMembers(value)) return value as null | boolean | number;
  const members: ValueMembers = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolveValue(member, variables)]),
  );
  return generate(members) ?? members;
}

/**
 * Replaces variables in a text; a text that is one variable becomes that variable's value.
 *
 * @param quote - applied to what is put in.
 */
export function resolveText(text: string, variables: Variables, quote: (text: string) => string): Value {
  const whole = /^\$\{([A-Za-z0-9.]+)\}$/.exec(text)?.[1];
  if (whole !== undefined) return lookUp(whole, variables);
  return text.replace(variableForm, (_, name: string) => quote(String(lookUp(name, variables))));
}

function lookUp(name: string, variables: Variables): Value {
  const [first = '', ...members] = name.split('.');
  const value = members.reduce<unknown>(
    (at, member) => (isMembers(at) ? at[member] : undefined),
    variables.get(first),
  ) as Value;
  if (value === undefined) throw new Error(`The case uses \${${name}}, which nothing made.`);
  return value;
}
