import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Awaitable, systemClock } from '@keyfold/crypto-core';
import { takeBody } from '../collect-body.ts';
import { type Delivery, deliver } from '../control/delivery.ts';
import { type HeadListener, type RequestHead, readRequestHead } from '../request-head.ts';
import { RequestIds } from '../request-ids.ts';
import { type KmsRequest, type KmsResponse, targetPrefix } from './kms.ts';
import { type AuthenticationOptions, authenticate } from './sigv4/authenticate.ts';
import { refusalAnswer } from './sigv4/refusal-answer.ts';
import { SignatureRefusal } from './sigv4/signature-refusal.ts';
import { awsJson, faultAnswer } from './wire/answers.ts';

/** The longest body that is read: the longest request of AWS KMS, an attestation document, has half a mebibyte in base64. */
const maxBodyBytes = 1024 * 1024;

/** Whether a request is AWS KMS's: `POST /` with one of its operations as target. */
export function isKmsRequest(request: IncomingMessage): boolean {
  const target = request.headers['x-amz-target'];
  return (
    request.method === 'POST' &&
    // A presigned request has its signature in the query.
    (request.url === '/' || request.url?.startsWith('/?') === true) &&
    typeof target === 'string' &&
    target.startsWith(targetPrefix)
  );
}

/** What is served: an emulated AWS KMS, or one that is watched, whose answers faults may hold back or break off. */
export interface ServedKms {
  handle(request: KmsRequest & { readonly requestId: string }): Awaitable<ServedAnswer>;
}

type ServedAnswer = KmsResponse & { readonly delivery?: Delivery };

/** Who is told of what the service does not see. */
export interface HandlerHooks {
  /** Wrong media types, bodies that are too long, wrong signatures. */
  readonly onRefused?: (refused: RefusedRequest) => void;
  /** What kept a request from being answered at all. Its connection is broken off. */
  readonly onError?: (error: unknown) => void;
}

/** A request that was refused before the service saw it. */
export interface RefusedRequest {
  readonly requestId: string;
  readonly status: number;
  /** The error's name. */
  readonly error: string;
}

/**
 * Serves an emulated AWS KMS over `node:http`. Every answer, refusals included, is AWS JSON with a request id.
 *
 * @example
 * ```ts
 * const handleKms = kmsHttpHandler(kms);
 * createServer((request, response) => (isKmsRequest(request) ? handleKms : app)(request, response));
 * ```
 */
export function kmsHttpHandler(
  kms: ServedKms,
  authentication: AuthenticationOptions = { clock: systemClock },
  { onRefused, onError }: HandlerHooks = {},
): HeadListener {
  // No async function from here to the service: each would cost every request a promise and a turn of the microtask queue.
  const ids = new RequestIds();
  return (request, response, head = readRequestHead(request)) => {
    const requestId = ids.next();
    // Also keeps web pages out: a browser sends other types without asking first.
    if (!isAwsJson(head.contentType) || head.contentEncoding !== undefined)
      return refuse(request, response, faultAnswer('UnknownOperationException', ''), requestId);
    takeBody(request, maxBodyBytes, head.contentLength, (body) => {
      // The client is gone: nobody is left to answer.
      if (body.outcome === 'aborted') return void response.destroy();
      if (body.outcome === 'too_large') return refuse(request, response, tooLarge(), requestId);
      serve(request, response, head, body.bytes, requestId);
    });
  };

  function serve(
    request: IncomingMessage,
    response: ServerResponse,
    head: RequestHead,
    bytes: Uint8Array,
    requestId: string,
  ): void {
    try {
      const sender = authenticate(request, bytes, authentication, head);
      const answer = kms.handle({
        target: head.target ?? '',
        body: bytes,
        accountId: sender.accountId,
        region: sender.region,
        requestId,
        credentials: sender.credentials,
        connection: sender.connection,
      });
      if (answer instanceof Promise) {
        sendLater(request, response, answer, bytes, requestId);
        return;
      }
      bytes.fill(0);
      send(request, response, answer, requestId);
    } catch (error) {
      bytes.fill(0);
      if (error instanceof SignatureRefusal) refuse(request, response, refusalAnswer(error), requestId);
      else fail(response, error);
    }
  }

  function sendLater(
    request: IncomingMessage,
    response: ServerResponse,
    answer: Promise<ServedAnswer>,
    bytes: Uint8Array,
    requestId: string,
  ): void {
    answer
      .then((answer) => {
        bytes.fill(0);
        send(request, response, answer, requestId);
      })
      .catch((error: unknown) => {
        bytes.fill(0);
        fail(response, error);
      });
  }

  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    answer: KmsResponse,
    requestId: string,
  ): void {
    const error = answer.headers['x-amzn-errortype'] ?? '';
    onRefused?.({ requestId, status: answer.status, error });
    send(request, response, answer, requestId);
  }

  function fail(response: ServerResponse, error: unknown): void {
    response.destroy();
    onError?.(error);
  }
}

function tooLarge(): KmsResponse {
  return faultAnswer('RequestEntityTooLargeException', `HTTP content length exceeded ${maxBodyBytes} bytes.`);
}

function isAwsJson(contentType: string | undefined): boolean {
  return contentType === awsJson || contentType?.split(';', 1)[0]?.trim().toLowerCase() === awsJson;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ServedAnswer,
  requestId: string,
): void {
  const { status, headers, delivery } = answer;
  if (delivery !== undefined) {
    const { body } = answer;
    const head = {
      ...headers,
      'x-amzn-requestid': requestId,
      'content-length': body.byteLength,
      ...(request.complete ? {} : { connection: 'close' }),
    };
    void deliver(request, response, { status, headers: head }, body, delivery);
    return;
  }
  const text = answer.text ?? latin1(answer.body);
  const byteLength = answer.text === undefined ? text.length : Buffer.byteLength(text);
  // Names and values in turn: Node takes them as they are.
  const head: string[] = [];
  for (const name in headers) head.push(name, headers[name] ?? '');
  head.push('x-amzn-requestid', requestId, 'content-length', String(byteLength));
  // What was not read of a request would be taken for the next one.
  if (!request.complete) head.push('connection', 'close');
  response.writeHead(status, head);
  // A text goes out in one write with the head, which halves the cost of an answer; one without other characters as it is.
  response.end(text, byteLength === text.length ? 'latin1' : 'utf8');
}

/** Bytes as a text of as many characters. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
