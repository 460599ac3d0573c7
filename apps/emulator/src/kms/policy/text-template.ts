import { anyOne, anyRun, literalPattern, type Pattern } from './glob.ts';
import type { RequestContext } from './request-context.ts';

/** A policy's text: its wildcards, and `${…}` variables that a request gives values to. */
export type TextTemplate = readonly TemplatePart[];

export type TemplatePart =
  | { readonly kind: 'units'; readonly units: Pattern }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

/** IAM user guide, "IAM policy elements: Variables and tags": how a policy writes these three characters themselves. */
const escapes: Readonly<Record<string, string>> = { '*': '*', '?': '?', $: '$' };
/** Of a variable's name, and of its fallback. Longer ones are text. */
const maxVariableLength = 512;

/** @param hasVariables - policies of version 2008-10-17 have none: `${…}` is text there. */
export function parseTemplate(text: string, hasVariables: boolean): TextTemplate {
  const parts: TemplatePart[] = [];
  let units: number[] = [];
  const push = (part: TemplatePart): void => {
    if (units.length > 0) parts.push({ kind: 'units', units });
    units = [];
    parts.push(part);
  };
  const lastEnd = text.lastIndexOf('}');
  for (let at = 0; at < text.length; at++) {
    const end = hasVariables && at < lastEnd && text.startsWith('${', at) ? text.indexOf('}', at) : -1;
    if (end >= 0) {
      const inside = text.slice(at + 2, end);
      const escaped = escapes[inside];
      const variable = escaped === undefined ? readVariable(inside) : undefined;
      if (escaped !== undefined) units.push(escaped.charCodeAt(0));
      else if (variable !== undefined) push(variable);
      at = end;
    } else if (text[at] === '*') units.push(anyRun);
    else if (text[at] === '?') units.push(anyOne);
    else units.push(text.charCodeAt(at));
  }
  if (units.length > 0) parts.push({ kind: 'units', units });
  return parts;
}

/** The condition keys whose values a template has, in lower case. */
export function variablesOf(template: TextTemplate): readonly string[] {
  return template.flatMap((part) => (part.kind === 'variable' ? [part.key] : []));
}

/** `key`, or `key, 'fallback'`. */
function readVariable(inside: string): TemplatePart | undefined {
  const comma = inside.indexOf(',');
  const key = (comma < 0 ? inside : inside.slice(0, comma)).trim();
  if (key === '' || key.length > maxVariableLength) return undefined;
  if (comma < 0) return { kind: 'variable', key: key.toLowerCase(), fallback: undefined };
  const quoted = inside.slice(comma + 1).trim();
  const fallback = quoted.slice(1, -1);
  const isFallback =
    quoted.length >= 2 && quoted.startsWith("'") && quoted.endsWith("'") && !fallback.includes("'");
  return isFallback && fallback.length <= maxVariableLength
    ? { kind: 'variable', key: key.toLowerCase(), fallback }
    : undefined;
}

/** The pattern for a request, or undefined where a variable has no value or several: the element then matches nothing. */
export function patternFor(template: TextTemplate, context: RequestContext): Pattern | undefined {
  const [only] = template;
  if (template.length === 1 && only?.kind === 'units') return only.units;
  const units: number[] = [];
  for (const part of template) {
    if (part.kind === 'units') units.push(...part.units);
    else {
      const values = context.get(part.key) ?? (part.fallback === undefined ? [] : [part.fallback]);
      const [value] = values;
      if (value === undefined || values.length > 1) return undefined;
      units.push(...literalPattern(value));
    }
  }
  return units;
}

/** The text for a request, wildcards as the characters they are written with: for operators that know no wildcards. */
export function textFor(template: TextTemplate, context: RequestContext): string | undefined {
  const pattern = patternFor(template, context);
  return pattern
    ?.map((unit) => (unit === anyRun ? '*' : unit === anyOne ? '?' : String.fromCharCode(unit)))
    .join('');
}
