import { KmsFault } from '../faults/kms-fault.ts';
import { membersOf, type Shape, type StructureShape } from '../model/shape.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { type ShapeLookup, type ShapeName, shapeNamed } from '../model/shapes.ts';
import { readCanonicalBase64 } from './canonical-base64.ts';

/**
 * Turns a request's JSON into what its shape says: blobs into bytes, maps into entries. Members that the shape does not
 * have are ignored and null counts as absent, as AWS does both.
 *
 * @throws {KmsFault} SerializationException where a member is of another JSON type, or text is not Unicode.
 */
export function readMembers<Name extends ShapeName>(name: Name, json: unknown): ShapeValue<Name> {
  return readShape(name, json, shapeNamed) as ShapeValue<Name>;
}

/** The same with the shape table of any service. */
export function readShape(name: string, json: unknown, shapeOf: ShapeLookup): unknown {
  return read(shapeOf(name), json, shapeOf);
}

type Reader<S extends Shape> = (json: unknown, shape: S, shapeOf: ShapeLookup) => unknown;

function read(shape: Shape, json: unknown, shapeOf: ShapeLookup): unknown {
  const reader = readers[shape.type] as Reader<Shape>;
  return reader(json, shape, shapeOf);
}

const readers: { readonly [Type in Shape['type']]: Reader<Extract<Shape, { type: Type }>> } = {
  string: readText,
  enum: readText,
  blob: readBlob,
  integer: (json) => {
    if (typeof json !== 'number') throw mismatch(json, 'an Integer');
    if (!Number.isInteger(json) || Math.abs(json) > maxInteger) throw new KmsFault('SerializationException');
    return json;
  },
  timestamp: (json) => {
    if (typeof json !== 'number') throw mismatch(json, 'a Timestamp');
    if (Math.abs(json) > maxSeconds) throw new KmsFault('SerializationException');
    return Math.round(json * 1000);
  },
  boolean: (json) => {
    if (typeof json !== 'boolean') throw mismatch(json, 'a Boolean');
    return json;
  },
  list: (json, { member }, shapeOf) => {
    // aws-amplify/amplify-js#4738 and floci-io/floci#2686 have this text, the map's and the structure's from AWS.
    if (!Array.isArray(json)) throw new KmsFault('SerializationException', 'Expected list or null');
    const shape = shapeOf(member);
    return json.map((element: unknown) => read(shape, element, shapeOf));
  },
  map: (json, shape, shapeOf) => {
    const [key, value] = [shapeOf(shape.key), shapeOf(shape.value)];
    const entries: unknown[] = [];
    const given = objectOf(json, 'Expected map or null');
    for (const name of Object.keys(given))
      entries.push([read(key, name, shapeOf), read(value, given[name], shapeOf)]);
    return entries;
  },
  structure: (json, shape, shapeOf) => readStructure(objectOf(json, 'Expected null'), shape, shapeOf),
};

/** AWS's integers are Java's. */
const maxInteger = 2 ** 31 - 1;
/** The last second that a `Date` can hold. */
const maxSeconds = 8.64e12;

function readStructure(
  json: Readonly<Record<string, unknown>>,
  structure: StructureShape,
  shapeOf: ShapeLookup,
): unknown {
  const values: Record<string, unknown> = {};
  for (const { name, shape } of membersOf(structure, shapeOf)) {
    // No member of a request is named as something that every object has.
    const value = json[name];
    if (value !== undefined && value !== null) values[name] = read(shape, value, shapeOf);
  }
  return values;
}

function readText(json: unknown): string {
  if (typeof json !== 'string') throw mismatch(json, 'a String');
  // A lone surrogate has no UTF-8: two different texts would become the same bytes.
  if (!json.isWellFormed()) throw new KmsFault('SerializationException');
  return json;
}

function readBlob(json: unknown): Buffer {
  const bytes = readCanonicalBase64(readText(json));
  if (bytes === undefined) throw new KmsFault('SerializationException');
  return bytes;
}

function objectOf(json: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new KmsFault('SerializationException', expected);
  return json as Readonly<Record<string, unknown>>;
}

/** The texts of AWS's JSON front end for a value of another type: floci-io/floci#2686, and aws-sdk-js-v3#7215 for lists. */
function mismatch(json: unknown, expected: string): KmsFault {
  const texts: Readonly<Record<string, string>> = {
    string: `STRING_VALUE can not be converted to ${expected}`,
    number: `NUMBER_VALUE can not be converted to ${expected}`,
    boolean: `${json === true ? 'TRUE' : 'FALSE'}_VALUE can not be converted to ${expected}`,
    // One of them ends with a full stop.
    object: Array.isArray(json)
      ? 'Start of list found where not expected'
      : 'Start of structure or map found where not expected.',
  };
  return new KmsFault('SerializationException', json === null ? undefined : texts[typeof json]);
}
