import { BlockList, isIP, isIPv6 } from 'node:net';
import { matchesPattern, type Pattern } from './glob.ts';
import type { RequestContext } from './request-context.ts';
import { patternFor, type TextTemplate, textFor } from './text-template.ts';

/** Whether a request's value is as a policy's value says. */
type Comparison = (value: string, template: TextTemplate, context: RequestContext) => boolean;

export interface ConditionOperator {
  readonly compare: Comparison;
  /** `Not…`: none of the policy's values may compare. */
  readonly negated: boolean;
  /** Whether a policy's value can be one of this operator's at all. */
  readonly accepts: (text: string) => boolean;
}

const anyText = (): boolean => true;
const hasVariable = (text: string): boolean => text.includes('${');

function texts(compare: (value: string, wanted: string) => boolean): Comparison {
  return (value, template, context) => {
    const wanted = textFor(template, context);
    return wanted !== undefined && compare(value, wanted);
  };
}

function patterns(compare: (value: string, pattern: Pattern) => boolean): Comparison {
  return (value, template, context) => {
    const pattern = patternFor(template, context);
    return pattern !== undefined && compare(value, pattern);
  };
}

function numbers(read: (text: string) => number, compare: (a: number, b: number) => boolean): Comparison {
  return texts((value, wanted) => compare(read(value), read(wanted)));
}

const numberForm = /^[+-]?\d{1,18}(?:\.\d{1,18})?$/;
const readNumber = (text: string): number => (numberForm.test(text) ? Number(text) : Number.NaN);

/** W3C's profile of ISO 8601, or seconds since 1970. */
const dateForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
function readDate(text: string): number {
  return numberForm.test(text) ? Number(text) * 1000 : dateForm.test(text) ? Date.parse(text) : Number.NaN;
}

/** An address or a block; undefined where it is neither. */
function readBlock(text: string): BlockList | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  if (family === 0 || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length)))
    return undefined;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return undefined;
  const block = new BlockList();
  block.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  return block;
}

function isInBlock(value: string, wanted: string): boolean {
  return isIP(value) !== 0 && readBlock(wanted)?.check(value, isIPv6(value) ? 'ipv6' : 'ipv4') === true;
}

/** Each of an ARN's six parts by itself: no wildcard reaches over a colon, but in the last part. */
function matchesArn(value: string, pattern: Pattern): boolean {
  const wanted = arnParts(pattern);
  const given = value.split(':');
  if (given.length < 6 || wanted.length !== 6) return false;
  const parts = [...given.slice(0, 5), given.slice(5).join(':')];
  return wanted.every((part, at) => matchesPattern(part, parts[at] ?? ''));
}

const colon = ':'.charCodeAt(0);

function arnParts(pattern: Pattern): readonly Pattern[] {
  const parts: number[][] = [[]];
  for (const unit of pattern)
    if (unit === colon && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(unit);
  return parts;
}

const equal = (a: string, b: string): boolean => a === b;
const equalIgnoringCase = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function pair(
  name: string,
  negatedName: string,
  compare: Comparison,
  accepts: ConditionOperator['accepts'] = anyText,
): readonly (readonly [string, ConditionOperator])[] {
  return [
    [name, { compare, accepts, negated: false }],
    [negatedName, { compare, accepts, negated: true }],
  ];
}

function ordered(
  kind: string,
  read: (text: string) => number,
): readonly (readonly [string, ConditionOperator])[] {
  const accepts = (text: string): boolean => hasVariable(text) || !Number.isNaN(read(text));
  const one = (
    name: string,
    compare: (a: number, b: number) => boolean,
  ): readonly [string, ConditionOperator] => [
    kind + name,
    { compare: numbers(read, compare), accepts, negated: false },
  ];
  return [
    ...pair(
      `${kind}Equals`,
      `${kind}NotEquals`,
      numbers(read, (a, b) => a === b),
      accepts,
    ),
    one('LessThan', (a, b) => a < b),
    one('LessThanEquals', (a, b) => a <= b),
    one('GreaterThan', (a, b) => a > b),
    one('GreaterThanEquals', (a, b) => a >= b),
  ];
}

const isBoolean = (text: string): boolean => hasVariable(text) || /^(?:true|false)$/i.test(text);

/** IAM user guide, "IAM JSON policy elements: Condition operators". `Null` is no comparison and stands apart. */
export const conditionOperators: ReadonlyMap<string, ConditionOperator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', texts(equal)),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', texts(equalIgnoringCase)),
  ...pair(
    'StringLike',
    'StringNotLike',
    patterns((value, pattern) => matchesPattern(pattern, value)),
  ),
  ...ordered('Numeric', readNumber),
  ...ordered('Date', readDate),
  ['Bool', { compare: texts(equalIgnoringCase), accepts: isBoolean, negated: false }] as const,
  ['BinaryEquals', { compare: texts(equal), accepts: anyText, negated: false }] as const,
  ...pair(
    'IpAddress',
    'NotIpAddress',
    texts(isInBlock),
    (text) => hasVariable(text) || readBlock(text) !== undefined,
  ),
  ...pair('ArnEquals', 'ArnNotEquals', patterns(matchesArn)),
  ...pair('ArnLike', 'ArnNotLike', patterns(matchesArn)),
]);
