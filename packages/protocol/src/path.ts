import { type OperationId, operationIds, operationOf, type operations } from './operations.ts';

type ParameterName<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterName<Rest>
  : never;

/** The parameters of a path template: `PathParameters<'/v1/tenants/{tenant}'>` is `{ readonly tenant: string }`. */
export type PathParameters<Template extends string> = Readonly<Record<ParameterName<Template>, string>>;

/** The path parameters of an operation. */
export type OperationParameters<Id extends OperationId> = PathParameters<(typeof operations)[Id]['path']>;

/**
 * The path of a request, each parameter percent-encoded as one segment.
 *
 * @throws {URIError} if a parameter contains a lone surrogate.
 *
 * @example
 * ```ts
 * operationPath('getService', { tenant: 'acme', service: 'billing' }); // '/v1/tenants/acme/services/billing'
 * ```
 */
export function operationPath<Id extends OperationId>(id: Id, parameters: OperationParameters<Id>): string {
  const values: ReadonlyMap<string, string> = new Map(Object.entries(parameters));
  return operationOf(id).path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values.get(name) ?? ''),
  );
}

/** What a method and a path lead to: an operation, or the API error that says why there is none. */
export type OperationMatch =
  | { readonly operationId: OperationId; readonly params: Readonly<Record<string, string>> }
  | { readonly code: 'route_not_found' }
  | { readonly code: 'invalid_request' }
  | { readonly code: 'method_not_allowed'; readonly allow: readonly string[] };

/** One path of the table, and what its methods lead to. */
interface Route {
  readonly segments: readonly Segment[];
  readonly methods: ReadonlyMap<string, OperationId>;
}

/** Either of them. */
interface Segment {
  readonly literal: string | undefined;
  readonly parameter: string | undefined;
}

const noSegment: Segment = { literal: undefined, parameter: undefined };

/** The table by the number of a path's segments, made when it is first asked for. */
let routesByLength: ReadonlyMap<number, readonly Route[]> | undefined;

function readTable(): ReadonlyMap<number, readonly Route[]> {
  const methodsByPath = new Map<string, Map<string, OperationId>>();
  for (const id of operationIds) {
    const { method, path } = operationOf(id);
    const methods = methodsByPath.get(path) ?? new Map<string, OperationId>();
    methodsByPath.set(path, methods.set(method, id));
  }
  const table = new Map<number, Route[]>();
  for (const [path, methods] of methodsByPath) {
    const segments = path.split('/').map((text) => segmentOf(text));
    table.set(segments.length, [...(table.get(segments.length) ?? []), { segments, methods }]);
  }
  return table;
}

function segmentOf(text: string): Segment {
  return text.startsWith('{')
    ? { literal: undefined, parameter: text.slice(1, -1) }
    : { literal: text, parameter: undefined };
}

/**
 * Finds the operation of a request line. Parameters are percent-decoded, once, but not yet checked.
 *
 * @param pathname the path as it was received, without the query; a final `/` makes it another path.
 * @returns `invalid_request` where a parameter has a malformed percent sequence
 *
 * @example
 * ```ts
 * matchOperation('GET', '/v1/tenants/acme'); // { operationId: 'getTenant', params: { tenant: 'acme' } }
 * ```
 */
export function matchOperation(method: string, pathname: string): OperationMatch {
  routesByLength ??= readTable();
  const segments = pathname.split('/');
  const route = routeOf(routesByLength.get(segments.length), segments);
  if (route === undefined) return { code: 'route_not_found' };
  const params = parametersOf(route, segments);
  if (params === undefined) return { code: 'invalid_request' };
  const operationId = route.methods.get(method);
  return operationId === undefined
    ? { code: 'method_not_allowed', allow: [...route.methods.keys()] }
    : { operationId, params };
}

function routeOf(candidates: readonly Route[] | undefined, segments: readonly string[]): Route | undefined {
  if (candidates !== undefined)
    for (const candidate of candidates) if (fits(candidate, segments)) return candidate;
  return undefined;
}

function fits(route: Route, segments: readonly string[]): boolean {
  for (let index = 0; index < segments.length; index++) {
    const { literal } = route.segments[index] ?? noSegment;
    if (literal === undefined ? segments[index] === '' : segments[index] !== literal) return false;
  }
  return true;
}

function parametersOf(route: Route, segments: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (let index = 0; index < segments.length; index++) {
    const parameter = route.segments[index]?.parameter;
    if (parameter === undefined) continue;
    const value = decoded(segments[index] ?? '');
    if (value === undefined) return undefined;
    params[parameter] = value; // the name comes from the table above, never from the request
  }
  return params;
}

function decoded(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // a malformed percent sequence names nothing
  }
}
