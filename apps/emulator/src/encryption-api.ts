import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type ApiErrorCode,
  headerNames,
  limits,
  matchOperation,
  type OperationId,
  operationOf,
} from '@keyfold/protocol';
import type { ServiceRequest } from '@keyfold/service';
import { takeBody } from './collect-body.ts';
import { EmulatorClosedError } from './control/control-errors.ts';
import { deliver } from './control/delivery.ts';
import { executeWatched, type WatchedApiAnswer } from './control/watch-api.ts';
import type { HandlerHooks } from './kms/kms-http-handler.ts';
import { type HeadListener, type RequestHead, readRequestHead } from './request-head.ts';
import { RequestIds } from './request-ids.ts';
import type { WorldHost } from './world/world-host.ts';

/** Most requests have no query. */
const noQuery = new URLSearchParams();

/**
 * Serves the encryption API over `node:http`, by the protocol's table of operations. A path that is none of them is answered as
 * one that is not there.
 *
 */
export function encryptionApi(host: WorldHost, { onRefused, onError }: HandlerHooks): HeadListener {
  // No async function from here to the keys, as for AWS KMS.
  const ids = new RequestIds();
  return (request, response, head = readRequestHead(request)) => {
    const requestId = head.requestId ?? ids.next();
    const fail = (error: unknown): void => {
      response.destroy();
      onError?.(error);
    };
    const refuse = (code: ApiErrorCode, headers?: Readonly<Record<string, string>>): void => {
      // Loaded already, unless this is the first request.
      host.current
        .service()
        .then((service) => {
          const answer = service.refuse(code, requestId, headers);
          onRefused?.({ requestId, status: answer.status, error: code });
          send(request, response, { answer });
        })
        .catch(fail);
    };
    const { url = '', method = '' } = request;
    const queryAt = url.indexOf('?');
    // RFC 9110 §9.3.2: HEAD is GET without the content, which Node leaves out.
    const match = matchOperation(
      method === 'HEAD' ? 'GET' : method,
      queryAt < 0 ? url : url.slice(0, queryAt),
    );
    if ('code' in match) return refuse(match.code, 'allow' in match ? { allow: match.allow.join(', ') } : {});
    // A compressed body may unfold to any size; the API takes none.
    if (head.contentEncoding !== undefined) return refuse('unsupported_media_type');
    const { operationId, params } = match;
    takeBody(request, limits.requestBytes, head.contentLength, (body) => {
      if (body.outcome === 'too_large') return refuse('payload_too_large');
      // The client is gone: nobody is left to answer.
      if (body.outcome === 'aborted') return void response.destroy();
      const asked: ServiceRequest = {
        params,
        query: queryAt < 0 ? noQuery : new URL(url, 'http://localhost').searchParams,
        headers: headersOf(operationId, request, head),
        body: body.bytes,
        requestId,
      };
      const failed = (error: unknown): void => {
        body.bytes.fill(0);
        if (error instanceof EmulatorClosedError) refuse('service_closed');
        else fail(error);
      };
      try {
        const watched = host.run((world) => executeWatched(world, operationId, asked));
        if (watched instanceof Promise)
          watched.then((watched) => send(request, response, watched)).catch(failed);
        else send(request, response, watched);
      } catch (error) {
        failed(error);
      }
    });
  };
}

/** What the service looks at. Node makes an object of all headers at the first look at one: that is left to those that need it. */
function headersOf(id: OperationId, request: IncomingMessage, head: RequestHead): ServiceRequest['headers'] {
  const { idempotencyKey, idempotent } = operationOf(id);
  const headers = {
    authorization: head.authorization,
    'content-type': head.contentType,
    'content-encoding': head.contentEncoding,
  } satisfies ServiceRequest['headers'];
  if (idempotent && !idempotencyKey) return headers;
  return { ...headers, [headerNames.idempotencyKey]: request.headers[headerNames.idempotencyKey] };
}

/** Sends an answer, and has it zeroised once it is out or can no longer go out. */
function send(request: IncomingMessage, response: ServerResponse, watched: WatchedApiAnswer): void {
  const { answer, delivery } = watched;
  const { status, headers, text } = answer;
  // Names and values in turn: Node takes them as they are.
  const head: string[] = [];
  for (const name in headers) head.push(name, headers[name] ?? '');
  // What was not read of the body must not be taken for the connection's next request.
  if (!request.complete) head.push('connection', 'close');
  if (delivery === undefined && text !== undefined) {
    const byteLength = Buffer.byteLength(text);
    // RFC 9110 §8.6: an answer without content has no length either. Without one the rest would go out in chunks.
    if (status !== 204) head.push('content-length', String(byteLength));
    response.writeHead(status, head);
    // A text goes out in one write with the head; one without other characters as it is.
    response.end(text, byteLength === text.length ? 'latin1' : 'utf8');
    return;
  }
  // Key bytes are never a text: they are sent as they are, and zeroised then.
  response.once('close', () => answer[Symbol.dispose]());
  const { body } = answer;
  if (status !== 204) head.push('content-length', String(body.byteLength));
  if (delivery === undefined) response.writeHead(status, head).end(body);
  else void deliver(request, response, { status, headers: head }, body, delivery);
}
