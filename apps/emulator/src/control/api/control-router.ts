import { randomUUID } from 'node:crypto';
import { readStrictJson, StrictJsonError } from '@keyfold/crypto-core';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { collectBody } from '../../collect-body.ts';
import { type ControlFailure, failureOf, type RequestErrorCode, requestFailure } from './control-failure.ts';
import type { ControlRoute, ControlTools } from './control-route.ts';
import { controlRoutes } from './control-routes.ts';
import type { Controlled } from './controlled.ts';
import { openApiDocument, openApiPath } from './openapi.ts';
import { SnapshotShelf } from './snapshot-shelf.ts';

/** No request nests deeper: a fault rule in an effect, a state's rows. */
const maxDepth = 8;
/** A member that there is not is named as it came. */
const longestMessage = 300;

/** `/_emulator/faults/{fault}` as Express writes it. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

class Refused extends Error {
  readonly code: RequestErrorCode;
  constructor(code: RequestErrorCode, message?: string) {
    super(message);
    this.code = code;
  }
}

/** What the control API is made with. */
export interface ControlRouterDeps {
  readonly emulator: Controlled;
  readonly isReady: () => boolean;
  /** Told of what fails inside. */
  readonly onError: (error: unknown) => void;
}

/** The control API as Express routes. */
export function controlRouter({ emulator, isReady, onError }: ControlRouterDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const tools: ControlTools = { emulator, isReady, snapshots: new SnapshotShelf() };

  const handler = (route: ControlRoute) => async (request: Request, response: Response) => {
    const requestId = randomUUID();
    try {
      refuseOtherSites(request);
      const { status = route.success.status, body } = await route.run(tools, {
        params: read(route.params, request.params, 'path'),
        query: read(route.query, queryOf(request, route), 'query'),
        body: await bodyOf(request, route),
      });
      send(request, response, status, body);
    } catch (error) {
      const { status, body } = explain(error, requestId);
      send(request, response, status, body);
    }
  };

  function explain(error: unknown, requestId: string): ControlFailure {
    if (error instanceof Refused) return requestFailure(error.code, requestId, error.message || undefined);
    const failure = failureOf(error, requestId);
    if (failure !== undefined) return failure;
    onError(error);
    return requestFailure('internal_error', requestId);
  }

  const methodsOf = new Map<string, string[]>();
  for (const route of controlRoutes) {
    methodsOf.set(route.path, [...(methodsOf.get(route.path) ?? []), route.method.toUpperCase()]);
    router[route.method](expressPath(route.path), handler(route));
  }
  methodsOf.set(openApiPath, ['GET']);
  router.get(openApiPath, (request, response) => send(request, response, 200, openApiDocument()));
  for (const [path, methods] of methodsOf)
    router.all(expressPath(path), (request, response) => {
      response.setHeader('allow', methods.join(', '));
      refuse('method_not_allowed', request, response);
    });
  router.use((request, response) => refuse('route_not_found', request, response));
  return router;
}

function refuse(code: RequestErrorCode, request: Request, response: Response): void {
  const { status, body } = requestFailure(code, randomUUID());
  send(request, response, status, body);
}

function send(request: Request, response: Response, status: number, body: unknown): void {
  // What was not read of the body must not be taken for the connection's next request.
  if (!request.complete) response.setHeader('connection', 'close');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  if (body === undefined) response.status(status).end();
  else response.status(status).json(body);
}

/**
 * A page of another program on this machine is another site too: its origin is allowed to talk to the encryption API, but not to
 * take the emulator apart. Fetch standard, "Sec-Fetch-Site": what a browser says of who asks.
 */
function refuseOtherSites(request: Request): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOther = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (isOther || site === 'cross-site' || site === 'same-site') throw new Refused('request_refused');
}

/** Express takes a member that is given twice for a list. */
function queryOf(request: Request, { query }: ControlRoute): Readonly<Record<string, string>> {
  const { searchParams } = new URL(request.originalUrl, 'http://localhost');
  const names = [...searchParams.keys()];
  if (new Set(names).size < names.length)
    throw new Refused('invalid_request', 'A parameter of the query is given twice.');
  if (query === undefined && names.length > 0)
    throw new Refused('invalid_request', 'The path takes no query.');
  return Object.fromEntries(searchParams);
}

async function bodyOf(request: Request, route: ControlRoute): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  // A page may send forms and plain text anywhere without asking first: JSON it may not.
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (type !== '' && type !== 'application/json') throw new Refused('unsupported_media_type');
  if (request.headers['content-encoding'] !== undefined) throw new Refused('unsupported_media_type');
  if (!hasBody && (route.body === undefined || route.bodyOptional)) return read(route.body, {}, 'body');
  if (type === '') throw new Refused('unsupported_media_type');
  const body = await collectBody(request, route.maxBodyBytes);
  if (body.outcome === 'too_large') throw new Refused('payload_too_large');
  if (body.outcome === 'aborted') throw new Refused('invalid_request', 'The body ended too early.');
  try {
    const value = readStrictJson(body.bytes, { maxDepth });
    if (route.body !== undefined) return read(route.body, value, 'body');
    return read(z.strictObject({}), value, 'body');
  } catch (error) {
    if (error instanceof StrictJsonError) throw new Refused('invalid_request', error.message);
    throw error;
  } finally {
    body.bytes.fill(0);
  }
}

function read(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // Which member, and what it can be; never what it was.
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  const what = (issue?.message ?? 'It cannot be read').slice(0, longestMessage);
  throw new Refused('invalid_request', `The ${part} is not valid${path === '' ? '' : `: ${path}`}. ${what}.`);
}
