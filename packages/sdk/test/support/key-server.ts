import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type DataKeyHeader, encodeRecordHeader, parseRecordHeader, SecretBytes } from '@keyfold/crypto-core';
import {
  type ApiErrorCode,
  apiErrorOf,
  decodeFrame,
  encodeFrame,
  matchOperation,
  mediaTypes,
  type OperationId,
  operationOf,
} from '@keyfold/protocol';
import { parameterSchemas, querySchemas, requestSchemas } from '@keyfold/protocol/schemas';
import { keyScope } from '../../src/key-scope.ts';
import { KeyAuthority, Refusal } from './key-authority.ts';

/** A request as the server received it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly operation: OperationId | undefined;
}

/** Answers in place of the key server; the body has been read. */
export type Script = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

type HttpServer = ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>;

/** A real HTTP(S) server on loopback, port 0, that speaks the encryption API's data-key and admin routes. */
export class KeyServer implements AsyncDisposable {
  readonly authority = new KeyAuthority();
  readonly apiKeys = new Set(['kf_application_test-key-of-the-sdk']);
  readonly requests: SeenRequest[] = [];
  /** Answers the next requests, one each, before the server itself does. */
  readonly script: Script[] = [];
  /** Whether a connection serves more than one request. */
  keepAlive = true;
  /** How many TCP connections were made. */
  connections = 0;
  readonly #server: HttpServer;
  readonly #scheme: string;

  private constructor(makeServer: (listener: RequestListener) => HttpServer, scheme: string) {
    this.#scheme = scheme;
    this.#server = makeServer((request, response) => {
      void this.#serve(request, response);
    });
    this.#server.on('connection', () => {
      this.connections++;
    });
  }

  /** Plain HTTP, or HTTPS where a certificate is given. */
  static async start(tls?: ServerOptions): Promise<KeyServer> {
    const server =
      tls === undefined
        ? new KeyServer((listener) => createServer(listener), 'http')
        : new KeyServer((listener) => createTlsServer(tls, listener), 'https');
    server.#server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
    return address.port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  get operations(): readonly (OperationId | undefined)[] {
    return this.requests.map(({ operation }) => operation);
  }

  countOf(operation: OperationId): number {
    return this.operations.filter((seen) => seen === operation).length;
  }

  /** What new TLS connections are made with from now on. */
  swapCertificate(settings: ServerOptions): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(settings);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (!this.keepAlive) response.setHeader('connection', 'close');
    const { method = '', url = '', headers } = request;
    const match = matchOperation(method, url.split('?')[0] ?? '');
    const operation = 'operationId' in match ? match.operationId : undefined;
    const seen: SeenRequest = { method, url, headers, body: Buffer.concat(chunks), operation };
    this.requests.push(seen);
    const scripted = this.script.shift();
    if (scripted !== undefined) return await scripted(seen, response);
    try {
      if (!this.apiKeys.has(headers.authorization?.replace('Bearer ', '') ?? ''))
        throw new Refusal('api_key_invalid');
      if (!('operationId' in match)) throw new Refusal('route_not_found');
      checkRequest(match.operationId, match.params, seen);
      this.#answer(match.operationId, match.params, seen.body, response);
    } catch (error) {
      sendError(response, error instanceof Refusal ? error.code : 'internal_error');
    }
  }

  #answer(
    operation: OperationId,
    params: Readonly<Record<string, string>>,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const { tenant = '', service = '' } = params;
    this.authority.admit(tenant);
    const { leaseRemainingMs } = this.authority;
    const scopeOf = (json: { scope: { kind: 'service'; id: string } }) => keyScope(tenant, json.scope);
    const handlers: Partial<Record<OperationId, () => void>> = {
      createTenant: () => sendJson(response, { id: tenant, ...parse<object>(body) }, 201),
      getTenant: () => sendJson(response, { id: tenant, root: { provider: 'static', keyId: 'root' } }),
      listTenants: () =>
        sendJson(response, {
          items: [{ id: 'acme', root: { provider: 'static', keyId: 'root' } }],
          next: 'more',
        }),
      createService: () => sendJson(response, { id: service, tenant, activeVersion: 1 }, 201),
      getService: () => sendJson(response, { id: service, tenant, activeVersion: 1 }),
      listServices: () => sendJson(response, { items: [{ id: 'billing', tenant, activeVersion: 1 }] }),
      rotateService: () => {
        const activeVersion = this.authority.rotate(keyScope(tenant, { kind: 'service', id: service }));
        sendJson(response, { id: service, tenant, activeVersion });
      },
      createApiKey: () =>
        sendJson(
          response,
          { ...apiKeyInfo, ...parse<object>(body), apiKey: 'kf_application_made-by-the-test' },
          201,
        ),
      listApiKeys: () => sendJson(response, { items: [apiKeyInfo] }),
      revokeApiKey: () => void response.writeHead(204).end(),
      wrapDataKeys: () => {
        const { json, attachments } = decodeFrame(body);
        const request = json as { scope: { kind: 'service'; id: string }; items: { commitment: string }[] };
        const items = request.items.map(({ commitment }, index) => {
          const dataKey = SecretBytes.take(attachments[index] ?? new Uint8Array());
          const made = this.authority.wrap(scopeOf(request), dataKey, Buffer.from(commitment, 'base64url'));
          return { keyReference: base64url(made.keyReference), wrapped: base64url(made.wrapped) };
        });
        sendJson(response, { leaseRemainingMs, items });
      },
      unwrapDataKeys: () => {
        const request = parse<HeadersBody>(body);
        const answers = request.items.map(({ header }) =>
          this.authority.unwrap(scopeOf(request), headerOf(header)),
        );
        const items = answers.map((answer) =>
          answer instanceof SecretBytes ? { status: 'ok' } : itemError(answer),
        );
        const keys = answers.flatMap((answer) => (answer instanceof SecretBytes ? [answer.reveal()] : []));
        sendFrame(response, encodeFrame({ leaseRemainingMs, items }, keys));
      },
      rewrapDataKeys: () => {
        const request = parse<HeadersBody>(body);
        const items = request.items.map(({ header }) => {
          const answer = this.authority.rewrap(scopeOf(request), headerOf(header));
          return typeof answer === 'string'
            ? itemError(answer)
            : { status: 'ok', header: base64url(encodeRecordHeader(answer)) };
        });
        sendJson(response, { leaseRemainingMs, items });
      },
    };
    const handler = handlers[operation];
    if (handler === undefined) throw new Refusal('route_not_found');
    handler();
  }
}

/** Refuses what the real service refuses: by the protocol's own rules. */
function checkRequest(
  operation: OperationId,
  params: Readonly<Record<string, string>>,
  seen: SeenRequest,
): void {
  const { query, request } = operationOf(operation);
  const bodies = {
    none: () => null,
    json: () => parse<unknown>(seen.body),
    frame: () => decodeFrame(seen.body).json,
  };
  const ok =
    Object.entries(parameterSchemas).every(
      ([name, schema]) => params[name] === undefined || schema.safeParse(params[name]).success,
    ) &&
    querySchemas[query].safeParse(Object.fromEntries(new URLSearchParams(seen.url.split('?')[1]))).success &&
    requestSchemas[operation].safeParse(bodies[request]()).success;
  if (!ok) throw new Refusal('invalid_request');
}

interface HeadersBody {
  readonly scope: { readonly kind: 'service'; readonly id: string };
  readonly items: readonly { readonly header: string }[];
}

const apiKeyInfo = {
  id: 'kf_application_abcdefgh',
  role: 'application',
  tenants: ['acme'],
  description: '',
  createdAt: '2026-01-02T03:04:05.000Z',
  revokedAt: null,
};

/** Answers with one of the API's errors. */
export function sendError(
  response: ServerResponse,
  code: ApiErrorCode,
  headers: Record<string, string> = {},
): void {
  const { status, message, hint, layer, retryable } = apiErrorOf(code);
  const error = { code, message, hint, layer, requestId: 'req-42', retryable };
  response.writeHead(status, { 'content-type': mediaTypes.json, 'x-request-id': 'req-42', ...headers });
  response.end(JSON.stringify({ error }));
}

export function sendJson(response: ServerResponse, json: unknown, status = 200): void {
  response.writeHead(status, {
    'content-type': `${mediaTypes.json}; charset=utf-8`,
    'x-request-id': 'req-42',
  });
  response.end(JSON.stringify(json));
}

export function sendFrame(response: ServerResponse, frame: Uint8Array): void {
  response.writeHead(200, { 'content-type': mediaTypes.frame, 'x-request-id': 'req-42' });
  response.end(frame);
}

function parse<T>(body: Buffer): T {
  return JSON.parse(body.toString('utf8')) as T;
}

function headerOf(text: string): DataKeyHeader {
  return parseRecordHeader(Buffer.from(text, 'base64url'));
}

function itemError(code: ApiErrorCode) {
  return { status: 'error', error: { code, message: apiErrorOf(code).message } };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
