import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { ApiClientOptions } from '../../src/api-client.ts';
import { ApiKeys } from '../../src/api-keys.ts';
import { resolveCallConfig } from '../../src/calls/call-config.ts';
import { Keyfold } from '../../src/index.ts';
import { type Logger, type LogLevel, logFrom } from '../../src/observe/logger.ts';
import { loggingObserver } from '../../src/observe/logging-observer.ts';
import { shownPath } from '../../src/observe/shown-path.ts';
import { Tenants } from '../../src/tenants.ts';
import { testApiKey } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { KeyServer } from '../support/key-server.ts';
import { down, ok, type Reply, refusal, response, scriptedClient } from '../support/scripted-client.ts';
import { rejection } from '../support/settle.ts';

type Entry = readonly [level: string, message: string, fields: Readonly<Record<string, unknown>>];

function recorder() {
  const entries: Entry[] = [];
  const record = (level: string) => (message: string, fields: object) =>
    void entries.push([level, message, { ...fields }]);
  const logger: Logger = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };
  return { entries, logger };
}

function logged(
  replies: readonly Reply[],
  level: LogLevel = 'debug',
  options: Partial<ApiClientOptions> = {},
) {
  const { entries, logger } = recorder();
  const time = new FakeTime({ automatic: true });
  const observer = loggingObserver(logFrom(level, logger), time);
  return { ...scriptedClient(replies, { time, observer, ...options }), entries };
}

describe('the log', () => {
  it('has each attempt, each retry and the end of a call that failed', async () => {
    const { client, entries } = logged([down, refusal('tenant_not_found')]);
    await rejection(new Tenants(client).get('acme'));
    const request = { operation: 'getTenant', method: 'GET', path: '/v1/tenants/acme' };
    const failure = { code: 'connection_failed', layer: 'transport', retryable: true };
    const refused = { code: 'tenant_not_found', layer: 'key', status: 404, requestId: 'req-42' };
    expect(entries).toMatchObject([
      ['debug', 'keyfold: request', { ...request, attempt: 1, body: undefined }],
      ['debug', 'keyfold: attempt failed', { operation: 'getTenant', attempt: 1, ...failure, durationMs: 0 }],
      ['info', 'keyfold: will try again', { operation: 'getTenant', attempt: 1, ...failure, waitMs: 100 }],
      ['debug', 'keyfold: request', { ...request, attempt: 2 }],
      [
        'debug',
        'keyfold: response',
        { operation: 'getTenant', attempt: 2, status: 404, requestId: 'req-42' },
      ],
      ['debug', 'keyfold: attempt failed', { attempt: 2, ...refused }],
      ['error', 'keyfold: call failed', { operation: 'getTenant', attempts: 2, ...refused, durationMs: 100 }],
    ]);
  });

  it('has bodies as type and length, and of headers and query what is on its lists', async () => {
    const { client, entries } = logged([
      () =>
        response(
          200,
          { items: [] },
          { 'set-cookie': 'CANARY', 'x-internal': 'CANARY', 'content-length': '12' },
        ),
    ]);
    await new ApiKeys(client).list({ limit: 5, cursor: 'CANARY' });
    expect(entries.map(([, , fields]) => fields)).toMatchObject([
      {
        path: '/v1/api-keys?limit=5&cursor=REDACTED',
        headers: { 'user-agent': 'keyfold-sdk/0.0.0' },
        body: undefined,
      },
      {
        headers: { 'content-length': '12', 'content-type': 'application/json', 'x-request-id': 'req-42' },
        body: { type: 'application/json', byteLength: 12 },
      },
    ]);
    expect(Object.keys(entries[0]?.[2]['headers'] as object)).toEqual(['user-agent']);
    expect(Object.keys(entries[1]?.[2]['headers'] as object).sort()).toEqual([
      'content-length',
      'content-type',
      'x-request-id',
    ]);
  });

  it('holds no secret of a call, whether it succeeds or fails', async () => {
    const dataKey = Buffer.from('CANARY-data-key-0123456789abcdef');
    const { client, entries } = logged([
      refusal('service_closed'),
      () =>
        response(500, { error: { code: 'internal_error', message: `CANARY ${testApiKey}`, hint: 'CANARY' } }),
    ]);
    await rejection(
      client.call(
        'wrapDataKeys',
        {
          params: { tenant: 'acme' },
          body: { scope: { kind: 'service', id: 'billing' }, items: [{ commitment: 'CANARY' }] },
          attachments: [dataKey],
        },
        () => undefined,
      ),
    );
    await rejection(
      new ApiKeys(client).create(
        { role: 'application', tenants: '*', description: 'CANARY' },
        { idempotencyKey: 'CANARY' },
      ),
    );
    const shown = inspect(entries, { depth: 9 }) + JSON.stringify(entries);
    expect(entries.length).toBeGreaterThan(6);
    for (const secret of ['CANARY', testApiKey, dataKey.toString('base64url').slice(0, -4)]) {
      expect(shown).not.toContain(secret);
    }
  });

  it('says nothing of what a middleware throws but its name', async () => {
    const { client, entries } = logged([ok], 'error', {
      middleware: [
        () => {
          throw new RangeError('CANARY');
        },
      ],
    });
    await rejection(new Tenants(client).get('acme'));
    expect(entries).toEqual([
      [
        'error',
        'keyfold: call failed',
        { operation: 'getTenant', code: 'RangeError', attempts: 1, durationMs: 0 },
      ],
    ]);
  });

  it.each([
    ['off', []],
    ['error', ['error']],
    ['warn', ['warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['debug', ['debug', 'debug', 'info', 'debug', 'debug', 'warn', 'error']],
  ] as const)('has from the level %s on: %j', async (level, levels) => {
    const { client, entries } = logged([down], level, {
      circuit: { failures: 2, openMs: 60_000 },
    });
    await rejection(new Tenants(client).get('acme'));
    expect(entries.map(([entry]) => entry)).toEqual(levels);
  });

  it('never decides a call: what a logger throws or rejects with is nobody’s', async () => {
    const broken = (): never => {
      throw new Error('disk full');
    };
    const rejecting = async (): Promise<void> => broken();
    for (const fail of [broken, rejecting]) {
      const logger = logFrom('debug', { debug: fail, info: fail, warn: fail, error: fail });
      const time = new FakeTime({ automatic: true });
      const { client } = scriptedClient([down, ok], { time, observer: loggingObserver(logger, time) });
      expect(await new Tenants(client).get('acme')).toMatchObject({ id: 'acme' });
    }
  });
});

describe('a path in a log', () => {
  it.each([
    ['/v1/tenants/acme', '/v1/tenants/acme'],
    ['/v1/tenants?limit=5', '/v1/tenants?limit=5'],
    ['/v1/tenants?limit=a%0Ab', '/v1/tenants?limit=a%0Ab'],
    ['/v1/tenants?cursor=x&limit=1', '/v1/tenants?cursor=REDACTED&limit=1'],
    ['/v1/tenants?api_key=x?y', '/v1/tenants?api_key=REDACTED'],
  ])('%s is %s', (path, shown) => {
    expect(shownPath(path)).toBe(shown);
  });
});

describe('where the log goes', () => {
  const baseUrl = { origin: 'https://keyfold.example', pathPrefix: '', secure: true };
  const resolve = (settings: object, environment: Record<string, string> = {}) =>
    resolveCallConfig(settings, environment, baseUrl, new FakeTime()).observer;

  it('is nowhere unless asked for', () => {
    expect(resolve({})).toBeUndefined();
    expect(resolve({ logger: recorder().logger, logLevel: 'off' })).toBeUndefined();
    expect(resolve({ logger: recorder().logger }, { KEYFOLD_LOG: 'off' })).toBeUndefined();
    expect(resolve({}, { KEYFOLD_LOG: '' })).toBeUndefined();
  });

  it('is the logger that was passed, from info on, KEYFOLD_LOG on or the option on: the option wins', () => {
    const levels = (settings: object, environment?: Record<string, string>) => {
      const { entries, logger } = recorder();
      const call = resolve({ ...settings, logger }, environment)?.begin('getTenant');
      const attempt = { number: 1, method: 'GET', path: '/', template: '/', headers: {}, body: undefined };
      call?.attempt(attempt);
      call?.end(1, new Error('x'));
      return entries.map(([level]) => level);
    };
    expect(levels({})).toEqual(['error']);
    expect(levels({}, { KEYFOLD_LOG: 'debug' })).toEqual(['debug', 'error']);
    expect(levels({ logLevel: 'error' }, { KEYFOLD_LOG: 'debug' })).toEqual(['error']);
  });

  it('is standard error, one line of JSON an entry, where only KEYFOLD_LOG is set', () => {
    const lines: unknown[] = [];
    const spy = vi.spyOn(console, 'error').mockImplementation((line: unknown) => void lines.push(line));
    try {
      resolve({}, { KEYFOLD_LOG: 'error' })?.begin('getTenant').end(1, new Error('a\nb'));
    } finally {
      spy.mockRestore();
    }
    expect(lines.map((line) => JSON.parse(String(line)))).toEqual([
      {
        level: 'error',
        message: 'keyfold: call failed',
        operation: 'getTenant',
        code: 'Error',
        attempts: 1,
        durationMs: 0,
      },
    ]);
  });

  it.each([
    [{ logLevel: 'verbose' }, {}, 'logLevel'],
    [{}, { KEYFOLD_LOG: 'true' }, 'KEYFOLD_LOG'],
    [{ logger: {} }, {}, 'logger'],
    [{ logger: console.log }, {}, 'logger'],
  ])('is refused when it makes no sense: %j %j', (settings, environment, named) => {
    expect(() => resolve(settings, environment as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(named) }),
    );
  });

  it('is what the client is given', async () => {
    await using server = await KeyServer.start();
    const { entries, logger } = recorder();
    await using keyfold = new Keyfold({
      apiKey: testApiKey,
      baseUrl: server.url,
      insecureLoopback: true,
      logger,
      logLevel: 'debug',
    });
    await keyfold
      .tenant('acme')
      .service('billing')
      .encrypt('CANARY', { context: { card: 'CANARY' } });
    expect(entries.map(([, message]) => message)).toEqual(['keyfold: request', 'keyfold: response']);
    expect(entries[0]?.[2]).toMatchObject({
      operation: 'wrapDataKeys',
      body: { type: 'application/vnd.keyfold.frame', byteLength: expect.any(Number) },
    });
    expect(JSON.stringify(entries)).not.toContain('CANARY');
    expect(JSON.stringify(entries)).not.toContain(testApiKey);
  });
});
