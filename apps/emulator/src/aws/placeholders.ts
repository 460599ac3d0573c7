/** The `{name}`s in a text. */
export type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What goes into a text: nothing where it has no places. */
export type PlaceValues<Text> = [Placeholders<Text>] extends [never]
  ? []
  : [values: Readonly<Record<Placeholders<Text>, string | number>>];

/** A text with values in its `{name}`s. A value that has such a place itself stays as it is. */
export function filled(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  const given = new Map(Object.entries(values));
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(given.get(name)));
}
