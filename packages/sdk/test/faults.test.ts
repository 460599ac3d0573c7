import { createServer } from 'node:net';
import { dataKeyHeader } from '@keyfold/crypto-core';
import { encodeFrame } from '@keyfold/protocol';
import { describe, expect, it } from 'vitest';
import { keyScope } from '../src/key-scope.ts';
import { createRemoteKeyService } from '../src/remote-key-service.ts';
import { Tenants } from '../src/tenants.ts';
import { clientOf, getTenant, testApiKey } from './support/clients.ts';
import { FakeTime } from './support/fake-time.ts';
import { KeyServer, type Script, sendError, sendFrame, sendJson } from './support/key-server.ts';
import { rejection, settle } from './support/settle.ts';

/** Answers that every attempt gets. */
function always(server: KeyServer, script: Script): void {
  for (let attempt = 0; attempt < 10; attempt++) server.script.push(script);
}

describe('a server that cannot be reached', () => {
  it('is a connection_failed that says so, keeps Node’s error and counts its attempts', async () => {
    const server = await KeyServer.start();
    const { url } = server;
    await server.stop();
    const time = new FakeTime({ automatic: true });
    await using client = clientOf(url, { clock: time, timers: time });
    const error = await rejection(getTenant(client));
    expect(error).toMatchObject({
      code: 'connection_failed',
      layer: 'transport',
      retryable: true,
      attempts: 4,
      status: undefined,
      operation: 'getTenant',
      cause: { code: 'ECONNREFUSED' },
      hint: expect.stringContaining('baseUrl'),
    });
    expect(time.sleeps).toEqual([100, 200, 400]);
  });

  it('is tried once for an operation that must not be repeated', async () => {
    await using server = await KeyServer.start();
    always(server, (_, response) => void response.destroy());
    const time = new FakeTime({ automatic: true });
    await using client = clientOf(server.url, { clock: time, timers: time });
    const call = client.call(
      'rotateService',
      { params: { tenant: 'acme', service: 'billing' } },
      () => undefined,
    );
    expect(await rejection(call)).toMatchObject({ code: 'connection_failed', attempts: 1 });
    expect(server.countOf('rotateService')).toBe(1);
  });

  it('is found again when it comes back between two attempts', async () => {
    await using server = await KeyServer.start();
    server.apiKeys.add(testApiKey);
    server.script.push((_, response) => void response.destroy());
    const time = new FakeTime({ automatic: true });
    await using client = clientOf(server.url, { clock: time, timers: time });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(server.countOf('getTenant')).toBe(2);
  });
});

describe('a slow server', () => {
  it('ends the call at its deadline, however far it came', async () => {
    await using server = await KeyServer.start();
    const time = new FakeTime();
    const reached = Promise.withResolvers<void>();
    always(server, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":'); // and then nothing more
      reached.resolve();
    });
    await using client = clientOf(server.url, { clock: time, timers: time, timeoutMs: 5_000 });
    const failed = rejection(getTenant(client));
    await reached.promise;
    time.advance(5_000);
    expect(await failed).toMatchObject({ code: 'timeout', attempts: 1, retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  it('has one deadline for all attempts and the waits between them, and the last error is kept', async () => {
    await using server = await KeyServer.start();
    const time = new FakeTime();
    always(server, (_, response) => sendError(response, 'service_closed', { 'retry-after': '3' }));
    await using client = clientOf(server.url, { clock: time, timers: time, timeoutMs: 4_000 });
    const failed = rejection(getTenant(client));
    while (time.sleeps.length === 0) await settle();
    expect(time.sleeps).toEqual([3_000]);
    time.advance(4_000);
    expect(await failed).toMatchObject({ code: 'timeout', attempts: 1, cause: { code: 'service_closed' } });
  });

  it('is not waited for when the wait would outlast the deadline', async () => {
    await using server = await KeyServer.start();
    const time = new FakeTime();
    always(server, (_, response) => sendError(response, 'service_closed', { 'retry-after': '5' }));
    await using client = clientOf(server.url, { clock: time, timers: time, timeoutMs: 4_000 });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'service_closed', attempts: 1 });
    expect(time.sleeps).toEqual([]);
  });

  it('is given up when the caller’s signal aborts, also while waiting to try again', async () => {
    await using server = await KeyServer.start();
    const time = new FakeTime();
    always(server, (_, response) => sendError(response, 'service_closed'));
    await using client = clientOf(server.url, { clock: time, timers: time });
    const controller = new AbortController();
    const failed = rejection(getTenant(client, controller.signal));
    while (time.sleeps.length === 0) await settle();
    controller.abort();
    expect(await failed).toMatchObject({ code: 'call_aborted', retryable: false });
    expect(time.pending).toBe(0);
    expect(await rejection(getTenant(client, AbortSignal.abort()))).toMatchObject({ code: 'call_aborted' });
    expect(server.requests).toHaveLength(1);
  });

  it('does not keep a client from closing, which ends the call', async () => {
    await using server = await KeyServer.start();
    const reached = Promise.withResolvers<void>();
    always(server, () => reached.resolve());
    await using client = clientOf(server.url);
    const failed = rejection(getTenant(client));
    await reached.promise;
    await client.close();
    expect(await failed).toMatchObject({ code: 'client_closed' });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'client_closed' });
  });
});

describe('a busy server', () => {
  it('gets up to four attempts with doubling, jittered waits in a storm of 503', async () => {
    await using server = await KeyServer.start();
    always(server, (_, response) => sendError(response, 'root_key_unavailable'));
    const time = new FakeTime({ automatic: true });
    const chances = [0.1, 0.9, 0];
    await using client = clientOf(server.url, {
      clock: time,
      timers: time,
      random: () => chances.shift() ?? 0,
    });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'root_key_unavailable',
      status: 503,
      requestId: 'req-42',
      attempts: 4,
      retryable: true,
    });
    expect(time.sleeps).toEqual([20, 360, 0]);
    expect(server.requests).toHaveLength(4);
  });

  it.each([429, 502, 503, 504])(
    'that is a proxy answering %i with its own page is tried again',
    async (status) => {
      await using server = await KeyServer.start();
      always(server, (_, response) => void response.writeHead(status).end('<html>busy</html>'));
      const time = new FakeTime({ automatic: true });
      await using client = clientOf(server.url, { clock: time, timers: time });
      expect(await rejection(getTenant(client))).toMatchObject({
        code: 'unrecognised_answer',
        status,
        attempts: 4,
      });
    },
  );

  it.each([400, 404, 500])('is not what %i says: tried once', async (status) => {
    await using server = await KeyServer.start();
    always(server, (_, response) => void response.writeHead(status).end());
    await using client = clientOf(server.url);
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'unrecognised_answer',
      status,
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('is waited for as long as it asks, but no longer than the cap', async () => {
    await using server = await KeyServer.start();
    server.apiKeys.add(testApiKey);
    server.script.push((_, response) => sendError(response, 'service_closed', { 'retry-after': '2' }));
    server.script.push((_, response) => sendError(response, 'service_closed', { 'retry-after': '3600' }));
    const time = new FakeTime({ automatic: true });
    await using client = clientOf(server.url, { clock: time, timers: time });
    await getTenant(client);
    expect(time.sleeps).toEqual([2_000, 10_000]);
  });
});

describe('a refusal', () => {
  it.each([
    ['api_key_invalid', 401, 'auth'],
    ['permission_denied', 403, 'auth'],
    ['tenant_not_found', 404, 'key'],
    ['root_key_denied', 423, 'key'],
    ['wrap_budget_exhausted', 503, 'key'],
  ] as const)(
    'with %s is one error with status, request id and hint, tried once',
    async (code, status, layer) => {
      await using server = await KeyServer.start();
      always(server, (_, response) => sendError(response, code));
      await using client = clientOf(server.url);
      expect(await rejection(getTenant(client))).toMatchObject({
        code,
        status,
        layer,
        attempts: 1,
        requestId: 'req-42',
        retryable: false,
        hint: expect.stringMatching(/./),
      });
      expect(server.requests).toHaveLength(1);
    },
  );

  it('of a wrong API key says which key is meant without saying the key', async () => {
    await using server = await KeyServer.start();
    await using client = clientOf(server.url, { apiKey: 'kf_application_wrong' });
    const error = await rejection(getTenant(client));
    expect(error).toMatchObject({ code: 'api_key_invalid', name: 'ApiKeyInvalidError' });
    expect(String(error)).not.toContain('kf_application_wrong');
  });

  it('cannot forge lines of a log through its message or its request id', async () => {
    await using server = await KeyServer.start();
    always(server, (_, response) => {
      response.writeHead(404, { 'content-type': 'application/json', 'x-request-id': 'a b' });
      const message = `gone\nERROR root logged in\u2028${'x'.repeat(9_999)}`;
      response.end(JSON.stringify({ error: { code: 'tenant_not_found', message, hint: 'h' } }));
    });
    await using client = clientOf(server.url);
    const error = await rejection(getTenant(client));
    expect(error).toMatchObject({ code: 'tenant_not_found', requestId: undefined });
    expect(String(Reflect.get(Object(error), 'message'))).toMatch(/^gone ERROR root logged in x{10,}$/);
    expect(String(error).length).toBeLessThan(600);
  });
});

describe('an answer that is none', () => {
  it.each<[string, Script]>([
    ['is HTML', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['has no media type', (_, response) => void response.writeHead(200).end('{}')],
    ['is cut JSON', (_, response) => json(response, '{"id":"ac')],
    ['is not UTF-8', (_, response) => json(response, Buffer.from([0x22, 0xff, 0x22]))],
    ['lacks a field', (_, response) => sendJson(response, { id: 'acme' })],
    [
      'has a field of another type',
      (_, response) => sendJson(response, { id: 7, root: { provider: 'a', keyId: 'b' } }),
    ],
    ['is empty', (_, response) => json(response, '')],
  ])('because it %s is an unexpected_response, tried once', async (_, script) => {
    await using server = await KeyServer.start();
    always(server, script);
    await using client = clientOf(server.url);
    const error = await rejection(new Tenants(client).get('acme'));
    expect(error).toMatchObject({ code: 'unexpected_response', status: 200, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('because it is no HTTP at all is a connection_failed', async () => {
    const garbage = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('SSH-2.0-OpenSSH_9.6\r\nsecret-looking-bytes\r\n');
    });
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    const address = garbage.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const time = new FakeTime({ automatic: true });
    await using client = clientOf(`http://127.0.0.1:${port}`, { clock: time, timers: time });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'connection_failed' });
    garbage.close();
  });

  it('because it ends before its length is a connection_failed, and is asked for again', async () => {
    await using server = await KeyServer.start();
    server.apiKeys.add(testApiKey);
    server.script.push((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":"acme"');
      response.destroy();
    });
    const time = new FakeTime({ automatic: true });
    await using client = clientOf(server.url, { clock: time, timers: time });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(server.requests).toHaveLength(2);
  });

  it('because it is too long is a response_too_large, and is not read to its end', async () => {
    await using server = await KeyServer.start();
    always(server, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.on('error', () => undefined);
      response.end(Buffer.alloc(64 * 1_048_576, 0x20));
    });
    await using client = clientOf(server.url);
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'response_too_large', attempts: 1 });
  });

  it.each([301, 302, 307, 308])(
    'because it is a redirect (%i) is refused, and nothing goes there',
    async (status) => {
      await using elsewhere = await KeyServer.start();
      await using server = await KeyServer.start();
      always(server, (_, response) => void response.writeHead(status, { location: elsewhere.url }).end());
      await using client = clientOf(server.url);
      expect(await rejection(getTenant(client))).toMatchObject({
        code: 'redirect_refused',
        status,
        attempts: 1,
      });
      expect(elsewhere.connections).toBe(0);
    },
  );

  it('because its frame is cut, or holds too few keys or keys of another length, is an unexpected_response', async () => {
    await using server = await KeyServer.start();
    const ok = { leaseRemainingMs: 1_000, items: [{ status: 'ok' }] };
    const frames = [
      encodeFrame(ok, [new Uint8Array(32)]).subarray(0, -1),
      encodeFrame(ok, []),
      encodeFrame(ok, [new Uint8Array(32), new Uint8Array(32)]),
      encodeFrame(ok, [new Uint8Array(31)]),
      encodeFrame({ ...ok, items: [] }, []),
      encodeFrame({ ...ok, leaseRemainingMs: -1 }, [new Uint8Array(32)]),
      encodeFrame({ ...ok, leaseRemainingMs: '60000' }, [new Uint8Array(32)]),
    ];
    await using client = clientOf(server.url);
    const header = dataKeyHeader(
      { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) },
      new Uint8Array(32),
    );
    const service = createRemoteKeyService(client);
    for (const frame of frames) {
      server.script.push((_, response) => sendFrame(response, frame));
      const failed = rejection(
        service.unwrap(keyScope('acme', { kind: 'service', id: 'billing' }), [header]),
      );
      expect(await failed).toMatchObject({ code: 'unexpected_response', attempts: 1 });
    }
  });
});

function json(response: Parameters<Script>[1], body: string | Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}
