import { dataKeyHeader } from '@keyfold/crypto-core';
import { encodeFrame } from '@keyfold/protocol';
import { describe, expect, it } from 'vitest';
import { keyScope } from '../../src/key-scope.ts';
import { createRemoteKeyService } from '../../src/remote-key-service.ts';
import { Tenants } from '../../src/tenants.ts';
import { clientOf, getTenant } from '../support/clients.ts';
import { KeyServer, type Script, sendError, sendFrame, sendJson } from '../support/key-server.ts';
import { rejection } from '../support/settle.ts';
import { watchRejections } from './support/watch-rejections.ts';

watchRejections();

/** Answers that every attempt gets. */
function always(server: KeyServer, script: Script): void {
  for (let attempt = 0; attempt < 10; attempt++) server.script.push(script);
}

describe('a status', () => {
  it.each([400, 404, 418, 500, 501, 505])(
    'of %i without an error of the service’s is tried once',
    async (status) => {
      await using server = await KeyServer.start();
      always(server, (_, response) => void response.writeHead(status).end());
      await using client = clientOf(server.url);
      expect(await rejection(getTenant(client))).toMatchObject({
        code: 'unrecognised_answer',
        status,
        attempts: 1,
      });
      expect(server.requests).toHaveLength(1);
    },
  );
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
