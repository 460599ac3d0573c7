import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { collectBody } from '../collect-body.ts';
import { placeOfRequest } from './credential-scope.ts';
import { type Kms, type KmsResponse, targetPrefix } from './kms.ts';
import { awsJson, faultAnswer } from './wire/answers.ts';

/** The longest body that is read: the longest request of AWS KMS, an attestation document, has half a mebibyte in base64. */
const maxBodyBytes = 1024 * 1024;

/** Whether a request is AWS KMS's: `POST /` with one of its operations as target. */
export function isKmsRequest(request: IncomingMessage): boolean {
  const target = request.headers['x-amz-target'];
  return (
    request.method === 'POST' &&
    request.url === '/' &&
    typeof target === 'string' &&
    target.startsWith(targetPrefix)
  );
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
export function kmsHttpHandler(kms: Kms): RequestListener {
  return (request, response) => {
    answer(kms, request).then((result) => {
      // Without a result the client is gone: nobody is left to answer.
      if (result === undefined) response.destroy();
      else send(request, response, result);
    });
  };
}

async function answer(kms: Kms, request: IncomingMessage): Promise<KmsResponse | undefined> {
  const { headers } = request;
  // Also keeps web pages out: a browser sends other types without asking first.
  if (mediaType(headers['content-type']) !== awsJson || headers['content-encoding'] !== undefined)
    return faultAnswer('UnknownOperationException', '');
  const body = await collectBody(request, maxBodyBytes);
  if (body.outcome === 'aborted') return undefined;
  if (body.outcome === 'too_large')
    return faultAnswer(
      'RequestEntityTooLargeException',
      `HTTP content length exceeded ${maxBodyBytes} bytes.`,
    );
  try {
    return await kms.handle({
      target: String(headers['x-amz-target'] ?? ''),
      body: body.bytes,
      ...placeOfRequest(headers.authorization),
    });
  } finally {
    body.bytes.fill(0);
  }
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: KmsResponse,
): void {
  response.writeHead(status, {
    ...headers,
    'x-amzn-requestid': randomUUID(),
    'content-length': body.byteLength,
    // What was not read of a request would be taken for the next one.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  // The same bytes as a text: Node then sends head and body in one write, which halves the cost of an answer.
  response.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), 'latin1');
}
