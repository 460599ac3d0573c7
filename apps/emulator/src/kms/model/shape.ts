/** Text, limited in UTF-16 units as AWS counts them. */
export interface StringShape {
  readonly type: 'string';
  readonly minLength?: number;
  readonly maxLength?: number;
  /** The service model's regular expression; it is repeated in the message of a refusal. */
  readonly pattern?: string;
  /** Its value is left out of a refusal. */
  readonly sensitive?: true;
}

/** One of several texts, in the order in which AWS lists them in a refusal. */
export interface EnumShape {
  readonly type: 'enum';
  readonly values: readonly string[];
}

/** Bytes, base64 on the wire. */
export interface BlobShape {
  readonly type: 'blob';
  readonly minLength: number;
  readonly maxLength: number;
  /** Its value, even its absence, is left out of a refusal. */
  readonly sensitive?: true;
}

export interface IntegerShape {
  readonly type: 'integer';
  readonly min: number;
  readonly max: number;
}

/** A point in time: seconds since 1970 on the wire, with decimals. */
export interface TimestampShape {
  readonly type: 'timestamp';
}

export interface BooleanShape {
  readonly type: 'boolean';
}

/** `member` names a row of the shape table, as do `key`, `value` and `shape` below. */
export interface ListShape {
  readonly type: 'list';
  readonly member: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface MapShape {
  readonly type: 'map';
  readonly key: string;
  readonly value: string;
}

export interface StructureShape {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, MemberShape>>;
}

export interface MemberShape {
  readonly shape: string;
  readonly required?: true;
}

/** A member of a structure with the row of its shape. */
export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly shape: Shape;
}

const membersOfShapes = new WeakMap<StructureShape, readonly Member[]>();

/** A structure's members, whose shapes are looked up once and not for each request. */
export function membersOf(structure: StructureShape, shapeOf: (name: string) => Shape): readonly Member[] {
  const known = membersOfShapes.get(structure);
  if (known !== undefined) return known;
  const members = Object.entries(structure.members).map(([name, { shape, required = false }]) => ({
    name,
    required,
    shape: shapeOf(shape),
  }));
  membersOfShapes.set(structure, members);
  return members;
}

/** A row of the shape table: what a member of a request may hold. */
export type Shape =
  | StringShape
  | EnumShape
  | BlobShape
  | IntegerShape
  | TimestampShape
  | BooleanShape
  | ListShape
  | MapShape
  | StructureShape;
