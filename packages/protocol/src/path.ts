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
  | { readonly code: 'method_not_allowed'; readonly allow: readonly string[] };

/**
 * Finds the operation of a request line. Parameters are percent-decoded, once, but not yet checked.
 *
 * @param pathname the path as it was received, without the query; a final `/` makes it another path.
 *
 * @example
 * ```ts
 * matchOperation('GET', '/v1/tenants/acme'); // { operationId: 'getTenant', params: { tenant: 'acme' } }
 * ```
 */
export function matchOperation(method: string, pathname: string): OperationMatch {
  const segments = pathname.split('/');
  const allow: string[] = [];
  for (const operationId of operationIds) {
    const operation = operationOf(operationId);
    const params = matchSegments(operation.path.split('/'), segments);
    if (params === undefined) continue;
    if (operation.method === method) return { operationId, params };
    allow.push(operation.method);
  }
  return allow.length === 0 ? { code: 'route_not_found' } : { code: 'method_not_allowed', allow };
}

function matchSegments(
  template: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const actual = segments[index] ?? '';
    if (expected.startsWith('{')) {
      const value = decodeSegment(actual);
      if (value === undefined) return undefined;
      params[expected.slice(1, -1)] = value; // the name comes from the table above, never from the request
    } else if (actual !== expected) {
      return undefined;
    }
  }
  return params;
}

function decodeSegment(segment: string): string | undefined {
  if (segment === '') return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // a malformed percent sequence names nothing
  }
}
