import { inspect } from 'node:util';
import { encodeFrame } from '@keyfold/protocol';
import { describe, expect, it } from 'vitest';
import type { AttemptRequest, Middleware } from '../../src/calls/middleware.ts';
import { Tenants } from '../../src/tenants.ts';
import { clientOf, testApiKey } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { KeyServer } from '../support/key-server.ts';
import { down, ok, plain, response, scriptedClient, silent } from '../support/scripted-client.ts';
import { rejection, settle } from '../support/settle.ts';

function withMiddleware(use: readonly Middleware[], replies = [ok]) {
  const scripted = scriptedClient(replies, { middleware: use });
  return { ...scripted, tenants: new Tenants(scripted.client) };
}

const adding =
  (headers: Readonly<Record<string, unknown>>): Middleware =>
  (request, next) =>
    next({ ...request, headers: { ...request.headers, ...headers } as Record<string, string> });

describe('a middleware', () => {
  it('runs around each attempt, the first one outermost, and sees its number and its answer', async () => {
    const seen: string[] = [];
    const named =
      (name: string): Middleware =>
      async (request, next) => {
        seen.push(`${name} ${request.operation} ${request.attempt} ${request.method} ${request.path}`);
        const answer = await next(request);
        seen.push(`${name} ${answer.status} ${answer.requestId} ${answer.header('content-type')}`);
        return answer;
      };
    const { tenants } = withMiddleware([named('a'), named('b')], [plain(503), ok]);
    await tenants.get('acme');
    expect(seen).toEqual([
      'a getTenant 1 GET /v1/tenants/acme',
      'b getTenant 1 GET /v1/tenants/acme',
      'b 503 req-42 text/html',
      'a 503 req-42 text/html',
      'a getTenant 2 GET /v1/tenants/acme',
      'b getTenant 2 GET /v1/tenants/acme',
      'b 200 req-42 application/json',
      'a 200 req-42 application/json',
    ]);
  });

  it('adds headers of its own', async () => {
    const { tenants, sent } = withMiddleware([adding({ 'x-team': 'billing' }), adding({ 'x-trace': '1' })]);
    await tenants.get('acme');
    expect(sent[0]?.headers).toMatchObject({ 'x-team': 'billing', 'x-trace': '1' });
  });

  it('sees neither the API key nor a body', async () => {
    const seen: unknown[] = [];
    const watching: Middleware = async (request, next) => {
      const answer = await next(request);
      seen.push(request, answer);
      return answer;
    };
    const { client } = scriptedClient(
      [
        () => ({
          ...response(200, null, { 'content-type': 'application/vnd.keyfold.frame' }),
          body: encodeFrame({}, [Buffer.from('CANARY-data-key-0123456789abcdef')]),
        }),
      ],
      { middleware: [watching] },
    );
    await client
      .call(
        'wrapDataKeys',
        {
          params: { tenant: 'acme' },
          body: { scope: { kind: 'service', id: 'billing' }, items: [] },
          attachments: [Buffer.from('CANARY-data-key-0123456789abcdef')],
        },
        () => undefined,
      )
      .catch(() => undefined);
    const shown = inspect(seen, { depth: 9, showHidden: true });
    expect(seen).toHaveLength(2);
    expect(shown).not.toContain(testApiKey);
    expect(shown).not.toContain('CANARY');
    expect(shown).not.toContain('43 41 4e 41 52 59');
  });

  it.each([
    ['host', 'evil.example'],
    ['authorization', 'Bearer other'],
    ['cookie', 'a=b'],
    ['content-length', '0'],
    ['content-type', 'text/plain'],
    ['content-encoding', 'gzip'],
    ['transfer-encoding', 'chunked'],
    ['connection', 'close'],
    ['user-agent', 'other'],
    ['idempotency-key', 'other'],
    ['proxy-authorization', 'Basic x'],
    ['expect', '100-continue'],
    [':authority', 'evil.example'],
    ['Host', 'evil.example'],
    ['X-Team', 'a'],
    ['x-team', 'a\r\nhost: evil.example'],
    ['x-team', ''],
    ['x-team', ' a'],
    ['x-team', 'ä'],
    ['x-team', 7],
    ['x team', 'a'],
    ['', 'a'],
  ])('may not set %j to %j: nothing is sent', async (name, value) => {
    const { tenants, sent } = withMiddleware([adding({ [name]: value })]);
    const error = await rejection(tenants.get('acme'));
    expect(error).toMatchObject({ code: 'middleware_invalid', layer: 'config', retryable: false });
    expect(inspect(error)).not.toContain('evil');
    expect(sent).toHaveLength(0);
  });

  it.each([{ path: '/v1/api-keys' }, { method: 'DELETE' }, { operation: 'revokeApiKey' }, { attempt: 2 }])(
    'may not turn the request into another one: %j',
    async (change) => {
      const { tenants, sent } = withMiddleware([
        (request, next) => next({ ...request, ...change } as AttemptRequest),
      ]);
      expect(await rejection(tenants.get('acme'))).toMatchObject({ code: 'middleware_invalid' });
      expect(sent).toHaveLength(0);
    },
  );

  it.each<[string, Middleware]>([
    [
      'calls next() twice',
      async (request, next) => {
        await next(request);
        return await next(request);
      },
    ],
    ['answers by itself', async () => ({ status: 200, requestId: undefined, header: () => undefined })],
    ['changes the answer', async (request, next) => ({ ...(await next(request)), status: 200 })],
    // @ts-expect-error a middleware returns what it was given
    ['answers nothing', async (request, next) => void (await next(request))],
    // @ts-expect-error a middleware hands the request on
    ['hands on nothing', (_, next) => next()],
  ])('that %s ends the call', async (_, middleware) => {
    const { tenants } = withMiddleware([middleware]);
    expect(await rejection(tenants.get('acme'))).toMatchObject({ code: 'middleware_invalid', attempts: 1 });
  });

  it('cannot write into the request that it is handed, which would be sent unseen', async () => {
    const { tenants, sent } = withMiddleware([
      (request, next) => {
        Object.assign(request.headers, { 'idempotency-key': 'other' });
        return next(request);
      },
    ]);
    expect(await rejection(tenants.get('acme'))).toBeInstanceOf(TypeError);
    expect(sent).toHaveLength(0);
  });

  it('that gives an attempt up ends it, so that no request goes on behind the call’s back', async () => {
    const mine = new Error('too slow');
    const { tenants, sent } = withMiddleware(
      [(request, next) => Promise.race([next(request), settle().then(() => Promise.reject(mine))])],
      [silent],
    );
    expect(await rejection(tenants.get('acme'))).toBe(mine);
    expect(sent.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['answers by itself', async () => ({ status: 200, requestId: undefined, header: () => undefined })],
  ])('that %s without waiting for what it began fails its call, not the process', async (_, end) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { tenants } = withMiddleware(
      [
        (request, next) => {
          next(request);
          return end();
        },
        (request, next) => next(request),
      ],
      [silent],
    );
    await rejection(tenants.get('acme'));
    await settle();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('that has thrown can send nothing any more', async () => {
    const late: Promise<unknown>[] = [];
    await using server = await KeyServer.start();
    await using client = clientOf(server.url, {
      middleware: [
        async (request, next) => {
          late.push(settle().then(() => rejection(next(request))));
          throw new Error('mine');
        },
      ],
    });
    await rejection(new Tenants(client).get('acme'));
    expect(await Promise.all(late)).toMatchObject([{ name: 'AbortError' }]);
    expect(server.requests).toHaveLength(0);
  });

  it('ends the call with what it throws, which is not tried again', async () => {
    const mine = new RangeError('mine');
    const { tenants, sent } = withMiddleware([
      () => {
        throw mine;
      },
    ]);
    expect(await rejection(tenants.get('acme'))).toBe(mine);
    expect(sent).toHaveLength(0);
  });

  it('that passes an attempt’s error on leaves the retries to the client', async () => {
    const codes: unknown[] = [];
    const { tenants, sent } = withMiddleware(
      [
        async (request, next) => {
          try {
            return await next(request);
          } catch (error) {
            codes.push(Reflect.get(Object(error), 'code'));
            throw error;
          }
        },
      ],
      [down, ok],
    );
    await tenants.get('acme');
    expect(codes).toEqual(['connection_failed']);
    expect(sent).toHaveLength(2);
  });

  it('that never ends is ended by the deadline, and its late answer is wiped', async () => {
    const time = new FakeTime();
    const late = response(200, { id: 'acme' });
    const release = Promise.withResolvers<void>();
    const stuck: Middleware = async (request, next) => {
      const answer = await next(request);
      await release.promise;
      return answer;
    };
    const { client } = scriptedClient([() => late], { time, middleware: [stuck], timeoutMs: 1_000 });
    const failed = rejection(new Tenants(client).get('acme'));
    await settle();
    time.advance(1_000);
    expect(await failed).toMatchObject({ code: 'timeout' });
    expect(late.body.every((byte) => byte === 0)).toBe(true);
    release.resolve();
    await settle();
  });
});
