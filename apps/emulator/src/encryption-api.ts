import { randomUUID } from 'node:crypto';
import {
  type ApiErrorCode,
  headerNames,
  limits,
  type OperationId,
  operationIds,
  operationOf,
} from '@keyfold/protocol';
import { type Request, type Response, Router } from 'express';
import { collectBody } from './collect-body.ts';
import { deliver } from './control/delivery.ts';
import { executeWatched, type WatchedApiAnswer } from './control/watch-api.ts';
import type { WorldHost } from './world/world-host.ts';

/** Sends an answer, and has it zeroised once it is out or can no longer go out. */
function send({ answer, delivery }: WatchedApiAnswer, request: Request, response: Response): void {
  response.once('close', () => answer[Symbol.dispose]());
  const { status, body } = answer;
  // RFC 9110 §8.6: an answer without content has no length either. Without one the rest would go out in chunks.
  const headers = status === 204 ? answer.headers : { ...answer.headers, 'content-length': body.byteLength };
  if (delivery === undefined) response.writeHead(status, headers).end(body);
  else void deliver(request, response, { status, headers }, body, delivery);
}

const requestIdOf = (request: Request): string => request.get(headerNames.requestId) ?? randomUUID();

/** `/v1/tenants/{tenant}` as Express writes it: `/v1/tenants/:tenant`. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** The encryption API as Express routes, made from the protocol's table of operations. */
export function encryptionApi(host: WorldHost): Router {
  const router = Router({ caseSensitive: true, strict: true });

  async function refuse(code: ApiErrorCode, request: Request, response: Response): Promise<void> {
    // What was not read of the body must not be taken for the connection's next request.
    if (!request.complete) response.setHeader('connection', 'close');
    const service = await host.current.service();
    send({ answer: service.refuse(code, requestIdOf(request)) }, request, response);
  }

  const handler = (id: OperationId) => async (request: Request, response: Response) => {
    // A compressed body may unfold to any size; the API takes none.
    if (request.get('content-encoding') !== undefined)
      return refuse('unsupported_media_type', request, response);
    const body = await collectBody(request, limits.requestBytes);
    if (body.outcome === 'too_large') return refuse('payload_too_large', request, response);
    if (body.outcome === 'aborted') return void response.destroy();
    const params = Object.fromEntries(
      Object.entries(request.params).map(([name, value]) => [name, String(value)]),
    );
    const watched = await host.run(async ({ service, watch }) =>
      executeWatched(await service(), watch, id, {
        params,
        query: new URL(request.originalUrl, 'http://localhost').searchParams,
        headers: request.headers,
        body: body.bytes,
        requestId: requestIdOf(request),
      }),
    );
    send(watched, request, response);
  };

  const methodsOf = new Map<string, string[]>();
  for (const id of operationIds) {
    const { method, path } = operationOf(id);
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), method]);
    router[method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'](expressPath(path), handler(id));
  }
  for (const [path, methods] of methodsOf)
    router.all(expressPath(path), (request, response) => {
      response.setHeader('allow', methods.join(', '));
      return refuse('method_not_allowed', request, response);
    });
  router.use((request, response) => refuse('route_not_found', request, response));
  return router;
}
