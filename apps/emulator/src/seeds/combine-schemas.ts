import { nearMiss, shownName } from './near-miss.ts';
import { PlainNumber } from './plain-number.ts';
import { addMismatch, isMap, OptionalMember, Schema } from './schema.ts';

type Members = Readonly<Record<string, Schema<unknown> | OptionalMember<unknown>>>;
type OptionalName<M extends Members> = {
  [Name in keyof M]: M[Name] extends OptionalMember<unknown> ? Name : never;
}[keyof M];

/** What a map with such members is read as. */
type MapOf<M extends Members> = {
  readonly [Name in Exclude<keyof M, OptionalName<M>>]: M[Name] extends Schema<infer T> ? T : never;
} & { readonly [Name in OptionalName<M>]?: M[Name] extends OptionalMember<infer T> ? T : never };

/** Members that somebody may expect, and why there are none. */
const absentMembers: Readonly<Record<string, string>> = {
  '<<': 'Merge keys are of YAML 1.1: repeat the members, or use an alias for the whole map.',
  users: 'The encryption API has keys for services only; users of AWS are listed under identities.',
  Hmac: "local-kms's format has no HMAC keys: write the seed in the emulator's own format.",
  PrivateKeyHex: 'Bytes alone do not name their curve: write the key as PrivateKeyPem.',
};

function unknownHint(name: string, known: readonly string[]): string {
  if (Object.hasOwn(absentMembers, name)) return absentMembers[name] ?? '';
  const meant = nearMiss(name, known);
  return meant === undefined ? `Known are ${known.join(', ')}.` : `Did you mean ${meant}?`;
}

/** A map with these members and no others. */
export function map<M extends Members>(members: M): Schema<MapOf<M>> {
  const shape = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      member instanceof OptionalMember ? member.schema : member,
    ]),
  );
  return new Schema(
    (value, path, problems) => {
      if (!isMap(value)) return addMismatch(problems, path, value, 'a map');
      const read: Record<string, unknown> = {};
      for (const [name, schema] of Object.entries(shape)) {
        if (Object.hasOwn(value, name)) read[name] = schema.read(value[name], [...path, name], problems);
        else if (!(members[name] instanceof OptionalMember))
          problems.add(path, `needs the member ${shownName(name)}`, 'Add it.');
      }
      for (const name of Object.keys(value))
        if (!Object.hasOwn(shape, name))
          problems.add(
            [...path, name],
            'is a member that is not known here',
            unknownHint(name, Object.keys(shape)),
          );
      return read as MapOf<M>;
    },
    { shape },
  );
}

/** A map with names of the document's own. */
export function record<T>(maxName: number, valueType: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return new Schema(
    (value, path, problems) => {
      if (!isMap(value)) return addMismatch(problems, path, value, 'a map');
      const read: Record<string, T> = {};
      for (const [name, entry] of Object.entries(value)) {
        if (name.length > maxName)
          problems.add(
            [...path, name],
            'has a name that is too long',
            `It has at most ${maxName} characters.`,
          );
        const entryRead = valueType.read(entry, [...path, name], problems);
        if (entryRead !== undefined) read[name] = entryRead;
      }
      return read;
    },
    { valueType },
  );
}

export function list<T>(
  element: Schema<T>,
  { min = 0, max }: { readonly min?: number; readonly max: number },
): Schema<readonly T[]> {
  const items = (count: number): string => `${count} item${count === 1 ? '' : 's'}`;
  return new Schema(
    (value, path, problems) => {
      if (!Array.isArray(value)) return addMismatch(problems, path, value, 'a list');
      if (value.length < min) problems.add(path, 'is too short a list', `It has at least ${items(min)}.`);
      if (value.length > max) problems.add(path, 'is too long a list', `It has at most ${items(max)}.`);
      return value.flatMap((item: unknown, index) => {
        const read = element.read(item, [...path, index], problems);
        return read === undefined ? [] : [read];
      });
    },
    { element },
  );
}

/** One of a few texts or numbers. */
export function oneOf<const T extends string | number>(values: readonly T[]): Schema<T> {
  return new Schema((value, path, problems) => {
    const given = value instanceof PlainNumber ? value.value : value;
    const found = values.find((candidate) => candidate === given);
    if (found !== undefined) return found;
    const texts = values.map(String);
    const meant = typeof value === 'string' ? nearMiss(value, texts) : undefined;
    const hint = meant === undefined ? `Write one of ${texts.join(', ')}.` : `Did you mean ${meant}?`;
    problems.add(path, 'is none of the values that it can have', hint);
    return undefined;
  });
}

export const flag: Schema<boolean> = new Schema((value, path, problems) =>
  typeof value === 'boolean' ? value : addMismatch(problems, path, value, 'true or false'),
);
