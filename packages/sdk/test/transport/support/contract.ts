import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Transport, TransportRequest } from '../../../src/transport/transport.ts';
import { rejection } from '../../support/settle.ts';

interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: { readonly request: IncomingMessage; readonly body: Buffer }[];
  connections: number;
  /** When so many requests have been read. */
  requested(count: number): Promise<void>;
}

async function serve(listener: RequestListener): Promise<TestServer> {
  const requests: { request: IncomingMessage; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ request, body: Buffer.concat(chunks) });
    server.emit('read');
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  const made: TestServer = {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    connections: 0,
    requested: async (count) => {
      while (requests.length < count) await once(server, 'read');
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('connection', () => {
    made.connections++;
  });
  return made;
}

/** A server that answers each connection with bytes, whatever was asked. */
async function serveBytes(
  answer: (socket: Socket) => void,
): Promise<AsyncDisposable & { origin: string; connections: () => number }> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    connections: () => sockets.length,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function requestOf(options: Partial<TransportRequest> = {}): TransportRequest {
  return {
    method: 'GET',
    path: '/v1/tenants/acme',
    headers: { authorization: 'Bearer key' },
    signal: new AbortController().signal,
    maxResponseBytes: 1_000,
    call: { operation: 'getTenant', attempts: 1 },
    ...options,
  };
}

/** What every transport keeps, whatever it is made on. */
export function transportContract(open: (origin: string) => Transport): void {
  async function using<T>(origin: string, use: (transport: Transport) => Promise<T>): Promise<T> {
    const transport = open(origin);
    try {
      return await use(transport);
    } finally {
      await transport.close();
    }
  }
  const failure = (origin: string, request: TransportRequest = requestOf()): Promise<unknown> =>
    using(origin, (transport) => rejection(transport.send(request)));

  describe('a request', () => {
    it('is sent as it is, and its body stays the caller’s', async () => {
      await using server = await serve((_, response) => response.end());
      const body = new Uint8Array([0, 1, 2, 253, 254, 255]);
      const headers = { authorization: 'Bearer key', 'content-type': 'application/vnd.keyfold.frame' };
      const request = requestOf({
        method: 'POST',
        path: '/keys/v1/x%2Fy?limit=5&cursor=a%20b',
        headers,
        body,
      });
      await using(server.origin, (transport) => transport.send(request));
      const [seen] = server.requests;
      expect([seen?.request.method, seen?.request.url]).toEqual([
        'POST',
        '/keys/v1/x%2Fy?limit=5&cursor=a%20b',
      ]);
      expect(seen?.request.headers).toMatchObject({ ...headers, host: new URL(server.origin).host });
      expect([...(seen?.body ?? [])]).toEqual([...body]);
      expect([...body]).toEqual([0, 1, 2, 253, 254, 255]);
    });

    it.each([
      'host',
      'Host',
      ':authority',
      'content-length',
      'transfer-encoding',
      'Connection',
      'proxy-authorization',
    ])('with the header %s is refused before anything is connected', async (name) => {
      await using server = await serve((_, response) => response.end());
      const error = await failure(server.origin, requestOf({ headers: { [name]: 'elsewhere.example.com' } }));
      expect(error).toMatchObject({ code: 'header_forbidden', layer: 'config', retryable: false });
      expect(server.connections).toBe(0);
    });

    it('carries no cookie of an earlier answer, and comes from no cache', async () => {
      await using server = await serve((_, response) => {
        response.setHeader('set-cookie', 'session=1').setHeader('cache-control', 'max-age=3600').end('x');
      });
      await using(server.origin, async (transport) => {
        await transport.send(requestOf());
        await transport.send(requestOf());
      });
      expect(server.requests).toHaveLength(2);
      for (const { request } of server.requests) expect(request.headers).not.toHaveProperty('cookie');
    });

    it('gets its own answer among many at once', async () => {
      await using server = await serve((request, response) => response.end(request.url));
      const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
      const answers = await using(server.origin, (transport) =>
        Promise.all(paths.map((path) => transport.send(requestOf({ path })))),
      );
      expect(answers.map(({ body }) => new TextDecoder().decode(body))).toEqual(paths);
    });
  });

  describe('an answer', () => {
    it.each([200, 201, 404, 429, 500, 503])(
      'is one with any status (%i), its headers and its body',
      async (status) => {
        await using server = await serve((_, response) => {
          response.writeHead(status, { 'X-Request-Id': 'req-1', 'Retry-After': '7' }).end('the body');
        });
        const answer = await using(server.origin, (transport) => transport.send(requestOf()));
        expect(answer.status).toBe(status);
        expect([
          answer.header('x-request-id'),
          answer.header('retry-after'),
          answer.header('x-none'),
        ]).toEqual(['req-1', '7', undefined]);
        expect(new TextDecoder().decode(answer.body)).toBe('the body');
        expect([answer.body.byteOffset, answer.body.buffer.byteLength]).toEqual([0, 8]); // nobody else's memory
      },
    );

    it('may have no body', async () => {
      await using server = await serve((_, response) => void response.writeHead(204).end());
      const answer = await using(server.origin, (transport) =>
        transport.send(requestOf({ method: 'DELETE' })),
      );
      expect([answer.status, answer.body.byteLength]).toEqual([204, 0]);
    });

    it('may come in pieces', async () => {
      await using server = await serve((_, response) => {
        const write = (left: number): void => {
          if (left === 0) response.end();
          else response.write('abc', () => setImmediate(write, left - 1));
        };
        write(50);
      });
      const answer = await using(server.origin, (transport) => transport.send(requestOf()));
      expect(new TextDecoder().decode(answer.body)).toBe('abc'.repeat(50));
    });

    it.each([301, 302, 303, 307, 308])('that is a redirect (%i) is not followed', async (status) => {
      await using elsewhere = await serve((_, response) => response.end('followed'));
      await using server = await serve(
        (_, response) => void response.writeHead(status, { location: elsewhere.origin }).end(),
      );
      const answer = await using(server.origin, (transport) => transport.send(requestOf()));
      expect(answer.status).toBe(status);
      expect([server.requests.length, elsewhere.connections]).toEqual([1, 0]);
    });

    it('that is longer than allowed is refused, and not read to its end', async () => {
      let written = 0;
      const stopped = Promise.withResolvers<void>();
      await using server = await serve((_, response: ServerResponse) => {
        const write = (error?: Error | null): void => {
          if (error || response.destroyed) return;
          written += 65_536;
          response.write(Buffer.alloc(65_536), write);
        };
        response.on('close', () => stopped.resolve()).on('error', () => undefined);
        write();
      });
      expect(await failure(server.origin)).toMatchObject({ code: 'response_too_large', attempts: 1 });
      await stopped.promise;
      expect(written).toBeLessThan(2 ** 26);
    });
  });

  describe('a failure', () => {
    const cases: readonly [string, (socket: Socket) => void][] = [
      ['a connection that is closed without an answer', (socket) => void socket.end()],
      ['a connection that is reset', (socket) => void socket.resetAndDestroy()],
      ['an answer that is no HTTP', (socket) => void socket.end('SSH-2.0-CANARY\r\nCANARY\r\n')],
      [
        'a body that is cut short',
        (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nCANARY'),
      ],
      [
        'a chunk that is cut short',
        (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\nCANARY'),
      ],
      [
        'a chunk of no length',
        (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nCANARY\r\n'),
      ],
    ];

    it.each(cases)('by %s is a connection that failed, tried once, and quotes nothing', async (_, answer) => {
      await using server = await serveBytes(answer);
      const error = await failure(server.origin);
      expect(error).toMatchObject({
        code: 'connection_failed',
        layer: 'transport',
        retryable: true,
        cause: expect.any(Error),
      });
      expect(server.connections()).toBe(1);
      const shown = inspect(error, { depth: 12, showHidden: true });
      for (const form of [
        'CANARY',
        Buffer.from('CANARY')
          .toString('hex')
          .replace(/..(?=.)/g, '$& '),
      ]) {
        expect(shown).not.toContain(form);
      }
    });

    it('to connect is one too', async () => {
      const server = await serve((_, response) => response.end());
      await server[Symbol.asyncDispose]();
      expect(await failure(server.origin)).toMatchObject({ code: 'connection_failed', retryable: true });
    });
  });

  describe('its signal', () => {
    it('ends a request before it is sent', async () => {
      await using server = await serve((_, response) => response.end());
      await failure(server.origin, requestOf({ signal: AbortSignal.abort() }));
      expect(server.requests).toHaveLength(0);
    });

    it('ends a request that waits for its answer', async () => {
      await using server = await serve(() => undefined);
      const ending = new AbortController();
      const failed = failure(server.origin, requestOf({ signal: ending.signal }));
      await server.requested(1);
      ending.abort();
      expect(await failed).toBeInstanceOf(Error);
    });

    it('ends a request in the middle of its answer', async () => {
      const ending = new AbortController();
      await using server = await serve((_, response) => response.write('half', () => ending.abort()));
      expect(await failure(server.origin, requestOf({ signal: ending.signal }))).toBeInstanceOf(Error);
    });
  });

  describe('close()', () => {
    it('ends what is under way', async () => {
      await using server = await serve(() => undefined);
      const transport = open(server.origin);
      const failed = rejection(transport.send(requestOf()));
      await server.requested(1);
      await transport.close();
      expect(await failed).toBeInstanceOf(Error);
    });

    it('lets nothing be sent afterwards, and may be called twice', async () => {
      await using server = await serve((_, response) => response.end());
      const transport = open(server.origin);
      await transport.close();
      await transport.close();
      expect(await rejection(transport.send(requestOf()))).toBeInstanceOf(Error);
      expect(server.connections).toBe(0);
    });
  });
}
