import type { shapes } from './shapes.ts';

/** A map's entries, as they came: an array, so that no key can mean anything to an object. */
export type MapEntries = readonly (readonly [key: string, value: string])[];

/** What a member of the shape `Name` is once it has been read: derived from the table, so that the two cannot differ. Times are in milliseconds. */
export type ShapeValue<Name extends string> = ValueInTable<typeof shapes, Name>;

/** The same for the shape table of any service. */
export type ValueInTable<Table, Name> = Name extends keyof Table ? ValueOf<Table, Table[Name]> : never;

type ValueOf<Table, S> = S extends { type: 'string' }
  ? string
  : S extends { type: 'enum'; values: readonly (infer Value)[] }
    ? Value
    : S extends { type: 'blob' }
      ? Buffer
      : S extends { type: 'integer' | 'timestamp' }
        ? number
        : S extends { type: 'boolean' }
          ? boolean
          : S extends { type: 'list'; member: infer Member extends string }
            ? readonly ValueInTable<Table, Member>[]
            : S extends { type: 'map' }
              ? MapEntries
              : S extends { type: 'structure'; members: infer Members }
                ? StructureValue<Table, Members>
                : never;

type StructureValue<Table, Members> = {
  readonly [Name in keyof Members as Members[Name] extends { required: true } ? Name : never]: MemberValue<
    Table,
    Members[Name]
  >;
} & {
  readonly [Name in keyof Members as Members[Name] extends { required: true } ? never : Name]?: MemberValue<
    Table,
    Members[Name]
  >;
};

type MemberValue<Table, Member> = Member extends { shape: infer Name extends string }
  ? ValueInTable<Table, Name>
  : never;
