/** A request as it came over the wire, which is what its signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** The request target: path and query, as sent. */
  readonly target: string;
  /** Every header line, in order, repeated ones included. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** The values of a header, in the order in which its lines came. */
export function headerValues({ headers }: SignedRequest, lowerName: string): readonly string[] {
  return headers.filter(([name]) => name.toLowerCase() === lowerName).map(([, value]) => value);
}

/** The values of every header by its name in lower case. */
export function headersByName({ headers }: SignedRequest): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lowerName = name.toLowerCase();
    const values = byName.get(lowerName);
    if (values === undefined) byName.set(lowerName, [value]);
    else values.push(value);
  }
  return byName;
}

/** Pairs out of `rawHeaders`, which keeps repeated lines apart where `headers` joins or drops them. */
export function headerPairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return pairs;
}

/** A query's parameters, decoded, in order. A `+` is a plus sign: SigV4 knows no form encoding. */
export function queryParameters(target: string): readonly (readonly [name: string, value: string])[] {
  const at = target.indexOf('?');
  if (at < 0) return [];
  return target
    .slice(at + 1)
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? [percentDecode(part), '']
        : [percentDecode(part.slice(0, equals)), percentDecode(part.slice(equals + 1))];
    });
}

/** What is no escape stays as it is: the signature then covers it literally. */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
