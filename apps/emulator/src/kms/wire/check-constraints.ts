import { KmsFault } from '../faults/kms-fault.ts';
import {
  type EnumShape,
  type IntegerShape,
  type ListShape,
  membersOf,
  type Shape,
  type StringShape,
  type StructureShape,
} from '../model/shape.ts';
import { type ShapeLookup, type ShapeName, shapeNamed } from '../model/shapes.ts';

/**
 * Holds a request's members against the shape table.
 *
 * @throws {KmsFault} ValidationException that names every member that fails, in AWS's words
 */
export function checkConstraints(name: ShapeName, members: unknown): void {
  checkShape(name, members, shapeNamed);
}

/** The same with the shape table of any service. */
export function checkShape(name: string, members: unknown, shapeOf: ShapeLookup): void {
  const failures: string[] = [];
  checkValue(shapeOf(name), members, '', { failures, shapeOf });
  if (failures.length > 0) throw validationFault(failures);
}

/** What a check has found, and the table that it goes by. */
interface Findings {
  readonly failures: string[];
  readonly shapeOf: ShapeLookup;
}

/** The refusal of a member that is required only by what else the request says. */
export function missingMember(path: string): KmsFault {
  return validationFault([failure('null', path, 'Member must not be null')]);
}

function validationFault(failures: readonly string[]): KmsFault {
  const count = `${failures.length} validation error${failures.length === 1 ? '' : 's'} detected: `;
  return new KmsFault('ValidationException', count + failures.join('; '));
}

function checkValue(shape: Shape, value: unknown, path: string, found: Findings): void {
  if (shape.type === 'structure') checkStructure(shape, value, path, found);
  else if (shape.type === 'list' && Array.isArray(value)) checkList(shape, value, path, found);
  else
    for (const constraint of constraintFailures(shape, value))
      found.failures.push(failure(isShown(shape) ? `'${String(value)}'` : '', path, constraint));
}

/** Bytes are never shown, nor what is secret. */
function isShown(shape: Shape): boolean {
  return shape.type !== 'blob' && !(shape.type === 'string' && shape.sensitive === true);
}

function checkList(shape: ListShape, list: readonly unknown[], path: string, found: Findings): void {
  const { failures, shapeOf } = found;
  const element = shapeOf(shape.member);
  const text = (): string => `'[${list.map(String).join(', ')}]'`;
  for (const constraint of lengthFailures(shape, list.length))
    failures.push(failure(text(), path, constraint));
  if (element.type === 'structure')
    list.forEach((entry, index) => {
      checkStructure(element, entry, `${path}.${index + 1}.member`, found);
    });
  // Of a list of plain values AWS shows the whole, with the constraints of an element.
  else if (list.some((entry) => constraintFailures(element, entry).length > 0))
    failures.push(
      failure(text(), path, `Member must satisfy constraint: [${constraintsOf(element).join(', ')}]`),
    );
}

function checkStructure(shape: StructureShape, value: unknown, path: string, found: Findings): void {
  const { failures, shapeOf } = found;
  const values = value as Readonly<Record<string, unknown>>;
  for (const { name, required, shape: memberShape } of membersOf(shape, shapeOf)) {
    const given = values[name];
    // Most members are left out: nothing is made for them.
    if (given === undefined && !required) continue;
    if (given !== undefined && isPlain(memberShape) && constraintFailures(memberShape, given) === none)
      continue;
    const memberPath = `${path === '' ? '' : `${path}.`}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    if (given !== undefined) checkValue(memberShape, given, memberPath, found);
    else {
      const text = 'sensitive' in memberShape && memberShape.sensitive ? '' : 'null';
      failures.push(failure(text, memberPath, 'Member must not be null'));
    }
  }
}

function isPlain({ type }: Shape): boolean {
  return type !== 'structure' && type !== 'list';
}

const none: readonly string[] = [];

/** The constraints that a plain value breaks, in AWS's words. */
function constraintFailures(shape: Shape, value: unknown): readonly string[] {
  if (shape.type === 'string' && typeof value === 'string') {
    const lengths = lengthFailures(shape, value.length);
    return shape.pattern === undefined || patternOf(shape.pattern).test(value)
      ? lengths
      : [...lengths, patternText(shape.pattern)];
  }
  if (shape.type === 'enum') return shape.values.includes(String(value)) ? none : [enumText(shape)];
  if (shape.type === 'blob' && Buffer.isBuffer(value)) return lengthFailures(shape, value.byteLength);
  if (shape.type === 'integer') return rangeFailures(shape, Number(value));
  return none;
}

/** Every constraint of a plain value, in AWS's words. */
function constraintsOf(shape: Shape): readonly string[] {
  if (shape.type === 'enum') return [enumText(shape)];
  if (shape.type !== 'string') return [];
  const { minLength, maxLength, pattern } = shape;
  return [
    ...(maxLength === undefined ? [] : [maxLengthText(maxLength)]),
    ...(minLength === undefined ? [] : [minLengthText(minLength)]),
    ...(pattern === undefined ? [] : [patternText(pattern)]),
  ];
}

function lengthFailures(
  limits: Pick<StringShape, 'minLength' | 'maxLength'>,
  length: number,
): readonly string[] {
  if (limits.minLength !== undefined && length < limits.minLength) return [minLengthText(limits.minLength)];
  if (limits.maxLength !== undefined && length > limits.maxLength) return [maxLengthText(limits.maxLength)];
  return none;
}

function rangeFailures({ min, max }: IntegerShape, value: number): readonly string[] {
  if (value < min) return [`Member must have value greater than or equal to ${min}`];
  if (value > max) return [`Member must have value less than or equal to ${max}`];
  return none;
}

const minLengthText = (length: number): string =>
  `Member must have length greater than or equal to ${length}`;
const maxLengthText = (length: number): string => `Member must have length less than or equal to ${length}`;
const patternText = (pattern: string): string => `Member must satisfy regular expression pattern: ${pattern}`;
const enumText = ({ values }: EnumShape): string =>
  `Member must satisfy enum value set: [${values.join(', ')}]`;

/** @param value - as AWS shows it: quoted, null, or empty where it shows none (blobs). */
function failure(value: string, path: string, constraint: string): string {
  return `Value ${value === '' ? '' : `${value} `}at '${path}' failed to satisfy constraint: ${constraint}`;
}

const patterns = new Map<string, RegExp>();

/**
 * The models' patterns are Java's, which match a whole value. They mean the same in JavaScript with the `u` flag, once plain
 * characters are not escaped.
 */
function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern.replaceAll(/\\([!=@])/g, '$1')})$`, 'u');
  patterns.set(pattern, known);
  return known;
}
