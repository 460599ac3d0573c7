import type { PolicyDocument, PolicyStatement } from './policy-document.ts';
import { type TextTemplate, variablesOf } from './text-template.ts';

/** By policy: policies are read once and kept. */
const known = new WeakMap<PolicyDocument, ReadonlySet<string>>();

/**
 * Whether a policy's answer can depend on a condition key: a condition is on it, or a variable has its value.
 *
 * @param key - in lower case.
 */
export function usesContextKey(policy: PolicyDocument, key: string): boolean {
  let keys = known.get(policy);
  if (keys === undefined) {
    keys = new Set(policy.statements.flatMap(keysOf));
    known.set(policy, keys);
  }
  return keys.has(key);
}

function keysOf({ actions, resources, conditions }: PolicyStatement): readonly string[] {
  const templates: readonly TextTemplate[] = [...actions.templates, ...resources.templates];
  return [...templates.flatMap(variablesOf), ...conditions.flatMap(({ contextKeys }) => contextKeys)];
}
