import { once } from 'node:events';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { encodeFrame } from '@keyfold/protocol';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import type { Transport, TransportRequest } from '../../src/transport/transport.ts';
import { createUndiciTransport } from '../../src/transport/undici-transport.ts';
import { clientOf, getTenant } from '../support/clients.ts';
import { KeyServer } from '../support/key-server.ts';
import { rejection } from '../support/settle.ts';
import { goodServer } from './support/routes.ts';

const authority = await createCertificateAuthority();
const { pin: _, ...good } = await goodServer(authority);

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** A server that speaks HTTP/2 and nothing else. */
async function serve(
  handler: Handler,
): Promise<AsyncDisposable & { origin: string; sessions: ServerHttp2Session[] }> {
  const sessions: ServerHttp2Session[] = [];
  const server = createSecureServer({ ...good, allowHTTP1: false }, handler);
  server.on('session', (session) => void sessions.push(session)).on('sessionError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return {
    origin: `https://127.0.0.1:${address.port}`,
    sessions,
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function open(origin: string): Transport & AsyncDisposable {
  const transport = createUndiciTransport({
    origin,
    tls: { ca: [authority.pem], caMode: 'replace' },
    http2: true,
    connectTimeoutMs: 10_000,
    maxConnectionAgeMs: 300_000,
    monotonicMs: () => performance.now(),
  });
  return { ...transport, [Symbol.asyncDispose]: () => transport.close() };
}

function requestOf(options: Partial<TransportRequest> = {}): TransportRequest {
  const { signal } = new AbortController();
  const call = { operation: 'getTenant', attempts: 1 } as const;
  return { method: 'GET', path: '/x', headers: {}, signal, maxResponseBytes: 1_000, call, ...options };
}

describe('over HTTP/2', () => {
  it('many requests at once share one connection, each with its own body and answer', async () => {
    await using server = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.writeHead(201, { 'x-request-id': request.url }).end(Buffer.concat(chunks));
    });
    await using transport = open(server.origin);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        transport.send(requestOf({ method: 'POST', path: `/${index}`, body: new Uint8Array([index]) })),
      ),
    );
    expect(answers.map(({ status, body }) => [status, ...body])).toEqual(
      answers.map((_, index) => [201, index]),
    );
    expect(answers.map(({ header }) => header('x-request-id'))).toEqual(
      answers.map((_, index) => `/${index}`),
    );
    expect(server.sessions).toHaveLength(1);
  });

  it('an answer may have no body, and a redirect is an answer', async () => {
    await using server = await serve((request, response) => {
      response
        .writeHead(request.url === '/none' ? 204 : 307, { location: 'https://elsewhere.example.com' })
        .end();
    });
    await using transport = open(server.origin);
    expect(await transport.send(requestOf({ path: '/none' }))).toMatchObject({
      status: 204,
      body: new Uint8Array(),
    });
    expect(await transport.send(requestOf())).toMatchObject({ status: 307 });
  });

  it('too long an answer and an aborted request end their stream, and the connection serves on', async () => {
    const ending = new AbortController();
    await using server = await serve((request, response) => {
      response.stream.on('error', () => undefined);
      if (request.url === '/long') response.end(Buffer.alloc(100_000));
      else if (request.url === '/never') ending.abort();
      else response.end('x');
    });
    await using transport = open(server.origin);
    expect(await rejection(transport.send(requestOf({ path: '/long' })))).toMatchObject({
      code: 'response_too_large',
    });
    const aborted = rejection(transport.send(requestOf({ path: '/never', signal: ending.signal })));
    expect(await aborted).toBeInstanceOf(Error);
    expect(await transport.send(requestOf())).toMatchObject({ status: 200 });
    expect(server.sessions).toHaveLength(1);
  });

  it.each<[string, Handler]>([
    ['a stream that the server resets', (_, response) => response.stream.close(2)],
    ['a connection that is lost', (_, response) => response.stream.session?.destroy()],
    [
      'a body that is cut short',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => response.stream.close(2));
      },
    ],
  ])('%s is a connection that failed, sent once', async (_, handler) => {
    let requests = 0;
    await using server = await serve((request, response) => {
      requests++;
      handler(request, response);
    });
    await using transport = open(server.origin);
    expect(await rejection(transport.send(requestOf()))).toMatchObject({
      code: 'connection_failed',
      retryable: true,
    });
    expect(requests).toBe(1);
  });

  /** What ends a stream without a word that anything is missing. */
  it.each([
    ['NO_ERROR', 0],
    ['CANCEL', 8],
  ])('a body without a length, cut short by %s, is a connection that failed', async (_, code) => {
    const frame = encodeFrame({ items: 1 }, [new Uint8Array(32)]);
    const json = Buffer.from('{"items":["é"]}');
    const whole: Readonly<Record<string, Uint8Array>> = {
      'application/json; charset=utf-8': json,
      'application/jwk-set+json': json,
      'application/vnd.keyfold.frame': frame,
    };
    await using server = await serve((request, response) => {
      const [type = '', byteLength = ''] = String(request.headers['x-cut']).split('|');
      const body = whole[type]?.subarray(0, Number(byteLength));
      const { stream } = response;
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200, 'content-type': type });
      const end = (): void => stream.close(code);
      if (body?.length === 0) end();
      else stream.write(body, end);
    });
    await using transport = open(server.origin);
    for (const [type, { length }] of Object.entries(whole)) {
      for (const byteLength of [0, 3, 12, length - 1]) {
        const headers = { 'x-cut': `${type}|${byteLength}` };
        expect(await rejection(transport.send(requestOf({ headers })))).toMatchObject({
          code: 'connection_failed',
          retryable: true,
        });
      }
      const { body } = await transport.send(requestOf({ headers: { 'x-cut': `${type}|${length}` } }));
      expect([...body]).toEqual([...(whole[type] ?? [])]);
    }
    expect(server.sessions).toHaveLength(1);
  });

  it('a call whose answer was cut short is tried again', async () => {
    const whole = JSON.stringify({ id: 'acme', root: { provider: 'static', keyId: 'root' } });
    let requests = 0;
    await using server = await serve((_, { stream }) => {
      stream.on('error', () => undefined).respond({ ':status': 200, 'content-type': 'application/json' });
      if (requests++ === 0) stream.write(whole.slice(0, 5), () => stream.close(8));
      else stream.end(whole);
    });
    const connection = { http2: true };
    await using client = clientOf(server.origin, { tls: { ca: [authority.pem] }, connection });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(requests).toBe(2);
  });

  it.each<[string, number, Readonly<Record<string, string>>, string]>([
    ['has a length', 200, { 'content-type': 'application/json', 'content-length': '4' }, 'oops'],
    ['is of another form', 200, { 'content-type': 'text/html' }, '<p>'],
    ['can have no body', 204, { 'content-type': 'application/json' }, ''],
    [
      'is a frame with broken JSON',
      200,
      { 'content-type': 'application/vnd.keyfold.frame' },
      '\0\0\0\u0001{',
    ],
  ])('an answer that %s is for its reader to judge', async (_, status, headers, body) => {
    await using server = await serve((_request, response) => response.writeHead(status, headers).end(body));
    await using transport = open(server.origin);
    const answer = await transport.send(requestOf());
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([status, body]);
  });

  it('a server that takes leave answers what is under way, and new requests go elsewhere meanwhile', async () => {
    const underWay: Http2ServerResponse[] = [];
    const reached = Promise.withResolvers<void>();
    await using server = await serve((request, response) => {
      if (request.url !== '/slow') response.end('at once');
      else if (underWay.push(response) === 3) reached.resolve();
    });
    await using transport = open(server.origin);
    const slow = Array.from({ length: 3 }, () => transport.send(requestOf({ path: '/slow' })));
    await reached.promise;
    const [first] = server.sessions;
    if (first === undefined) throw new Error('There is a connection.');
    first.close(); // GOAWAY with NO_ERROR
    await once(first, 'goaway'); // the client has taken notice
    const answers = await Promise.all([1, 2, 3].map(() => transport.send(requestOf())));
    expect(answers.map(({ body }) => Buffer.from(body).toString())).toEqual(Array(3).fill('at once'));
    expect(server.sessions).toHaveLength(2);
    for (const response of underWay) response.end('in the end');
    const ends = await Promise.all(slow);
    expect(ends.map(({ body }) => Buffer.from(body).toString())).toEqual(Array(3).fill('in the end'));
    if (!first.destroyed) await once(first, 'close');
  });

  it('close() ends what is under way on a connection that the server took leave of', async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await serve(() => asked.resolve());
    await using transport = open(server.origin);
    const slow = rejection(transport.send(requestOf()));
    await asked.promise;
    const [session] = server.sessions;
    session?.close();
    await transport.close();
    expect(await slow).toBeInstanceOf(Error);
    if (session?.destroyed === false) await once(session, 'close');
  });

  it('is offered only: a server without it is spoken to in HTTP/1.1', async () => {
    await using server = await KeyServer.start(good);
    await using client = clientOf(server.url, { tls: { ca: [authority.pem] }, connection: { http2: true } });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });

  it('is not offered unless it is asked for', async () => {
    await using server = await serve((_, response) => response.end('x'));
    await using client = clientOf(server.origin, { tls: { ca: [authority.pem] } });
    expect(await rejection(getTenant(client))).toMatchObject({ layer: 'tls', attempts: 1 });
  });
});
