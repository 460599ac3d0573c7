import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { controlRoutes } from '../src/control/api/control-routes.ts';
import { openApiDocument, openApiPath } from '../src/control/api/openapi.ts';
import { createEmulator, type Emulator } from '../src/index.ts';
import { requestRouter } from '../src/request-router.ts';
import { base64, callAws, createKey, keyIds } from './aws-call.ts';

/** As much of an OpenAPI document as is looked at. */
interface Document {
  readonly openapi: string;
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: object };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

const seedText = `version: 1
accounts:
  - id: "111122223333"
    keys: [{ id: f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0 }]
`;

describe('the control API', () => {
  let emulator: Emulator;
  const errors: unknown[] = [];
  beforeAll(async () => {
    emulator = await createEmulator({ onError: (error) => errors.push(error) });
  });
  afterEach(() => emulator.reset());
  afterAll(async () => {
    await emulator.close();
    expect(errors).toEqual([]);
  });

  interface Answer {
    readonly status: number;
    readonly headers: Headers;
    // JSON has no types: what a test then asserts of it is the check.
    readonly body: Record<string, never> & { error: { code: string; message: string } };
  }
  async function ask(method: string, path: string, body?: unknown, headers: object = {}): Promise<Answer> {
    const response = await fetch(`${emulator.url}/_emulator${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text === '' ? '{}' : text),
    };
  }
  const expectRefused = (answer: Answer, status: number, code: string): void => {
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error).toEqual({
      code,
      message: expect.stringMatching(code === 'journal_mismatch' ? /./ : /\.$/),
      hint: expect.stringMatching(/./),
      layer: expect.stringMatching(/./),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      retryable: expect.any(Boolean),
    });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  };

  it('says that it runs and is ready, without anything being loaded, and with', async () => {
    for (const path of ['/health', '/health?'])
      expect(await ask('GET', path)).toMatchObject({ status: 200, body: { healthy: true } });
    for (const path of ['/ready', '/ready?'])
      expect(await ask('GET', path)).toMatchObject({ status: 200, body: { ready: true } });
  });

  it('resets', async () => {
    const before = await keyIds(emulator);
    await createKey(emulator);
    expect((await ask('POST', '/reset')).status).toBe(204);
    expect(await keyIds(emulator)).toEqual(before);
    await createKey(emulator);
    expect((await ask('POST', '/reset', {})).status).toBe(204);
    expect(await keyIds(emulator)).toEqual(before);
  });

  it('seeds, and names the line that is wrong', async () => {
    const sender = { accessKeyId: '111122223333' };
    expect(await ask('POST', '/seed', { text: seedText })).toMatchObject({
      status: 200,
      body: { keys: { created: 1, unchanged: 0 } },
    });
    expect(await keyIds(emulator, sender)).toEqual(['f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0']);
    expect((await ask('POST', '/seed', { text: seedText })).body).toMatchObject({ keys: { unchanged: 1 } });
    const wrong = await ask('POST', '/seed', { text: 'version: 1\nkees: []\n', fileName: 'mine.yaml' });
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'seed_invalid']);
    expect(wrong.body.error.message).toMatch(/mine\.yaml.*2/s);
  });

  it('exports the state and imports it', async () => {
    const KeyId = await createKey(emulator);
    const { body: state } = await ask('GET', '/state');
    await emulator.reset();
    expect((await ask('PUT', '/state', state)).status).toBe(204);
    expect((await callAws(emulator, 'DescribeKey', { KeyId })).status).toBe(200);
    expectRefused(await ask('PUT', '/state', { ...state, rows: [] }), 400, 'invalid_state_document');
    expect((await callAws(emulator, 'DescribeKey', { KeyId })).status).toBe(200);
  });

  it('takes snapshots, lists them, goes back to them and forgets them', async () => {
    const KeyId = await createKey(emulator);
    const taken = await ask('POST', '/snapshots');
    expect(taken).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^snapshot-\d+$/) } });
    await emulator.reset();
    expect((await callAws(emulator, 'DescribeKey', { KeyId })).status).toBe(400);
    expect((await ask('GET', '/snapshots')).body).toMatchObject({ snapshots: [taken.body] });
    const path = `/snapshots/${String(taken.body['id'])}`;
    expect((await ask('POST', `${path}/restore`)).status).toBe(204);
    expect((await callAws(emulator, 'DescribeKey', { KeyId })).status).toBe(200);
    expect((await ask('DELETE', path)).status).toBe(204);
    expectRefused(await ask('DELETE', path), 404, 'snapshot_not_found');
    expectRefused(await ask('POST', `${path}/restore`), 404, 'snapshot_not_found');
    expect((await ask('GET', '/snapshots')).body).toEqual({ snapshots: [] });
  });

  it('moves the clock', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    expect((await ask('POST', '/clock/freeze', { at })).body).toEqual({ now: at, frozen: true });
    expect((await ask('POST', '/clock/advance', { ms: 1_500 })).body).toEqual({
      now: '2026-01-01T00:00:01.500Z',
      frozen: true,
    });
    expect((await ask('POST', '/clock/set', { at: 0 })).body).toEqual({
      now: '1970-01-01T00:00:00.000Z',
      frozen: true,
    });
    expect((await ask('POST', '/clock/resume')).body).toMatchObject({ frozen: false });
    expect((await ask('POST', '/clock/freeze')).body).toMatchObject({ frozen: true });
    const now = emulator.clock.date.toISOString();
    expect((await ask('GET', '/clock')).body).toEqual({ now, frozen: true });
    for (const [path, body] of [
      ['advance', { ms: -1 }],
      ['advance', {}],
      ['set', { at: 'tomorrow' }],
      ['set', { at: at, zone: 'UTC' }],
    ] as const)
      expectRefused(await ask('POST', `/clock/${path}`, body), 400, 'invalid_request');
    expectRefused(await ask('POST', '/clock/advance', { ms: 3.1e14 }), 400, 'invalid_option');
  });

  it('adds faults, counts their hits and removes them', async () => {
    const rule = { operation: 'ListKeys', nth: 2, effect: { kind: 'throttling' } };
    const added = await ask('POST', '/faults', rule);
    expect(added).toMatchObject({ status: 201, body: { rule, hits: 0 } });
    const path = `/faults/${String(added.body['id'])}`;
    for (const status of [200, 400, 200]) expect((await callAws(emulator, 'ListKeys')).status).toBe(status);
    expect((await ask('GET', path)).body).toMatchObject({ hits: 1 });
    expect((await ask('GET', '/faults')).body).toMatchObject({ faults: [{ rule, hits: 1 }] });
    expect((await ask('DELETE', path)).status).toBe(204);
    expectRefused(await ask('GET', path), 404, 'fault_rule_not_found');
    expectRefused(await ask('DELETE', path), 404, 'fault_rule_not_found');
    await ask('POST', '/faults', { effect: 'internal-error' });
    expect((await callAws(emulator, 'ListKeys')).status).toBe(500);
    expect((await ask('DELETE', '/faults')).status).toBe(204);
    expect((await callAws(emulator, 'ListKeys')).status).toBe(200);
    expectRefused(await ask('POST', '/faults', { effect: 'explosion' }), 400, 'invalid_request');
    expectRefused(
      await ask('POST', '/faults', { effect: { kind: 'latency', minMs: 2, maxMs: 1 } }),
      400,
      'invalid_fault_rule',
    );
    expectRefused(
      await ask('POST', '/faults', { operation: 'Nope', effect: 'throttling' }),
      400,
      'invalid_fault_rule',
    );
  });

  it('takes every effect that the handle takes', async () => {
    for (const effect of [
      'throttling',
      'internal-error',
      'dependency-timeout',
      'disabled-root',
      'connection-reset',
      { kind: 'disabled-root' },
      { kind: 'latency', ms: 1 },
      { kind: 'latency', minMs: 1, maxMs: 2 },
      { kind: 'latency', medianMs: 1, p99Ms: 2 },
      { kind: 'connection-reset', when: 'after' },
      { kind: 'slow-body', bytesPerSecond: 10 },
      { kind: 'wrong-answer', what: 'flipped-bit', member: 'Plaintext' },
      { kind: 'wrong-answer', what: 'other-key' },
    ])
      expect((await ask('POST', '/faults', { service: 'kms', effect })).status, JSON.stringify(effect)).toBe(
        201,
      );
  });

  it('shows the journal through filters, the latest first to be kept', async () => {
    const KeyId = await createKey(emulator);
    for (let at = 0; at < 3; at++) await callAws(emulator, 'Encrypt', { KeyId, Plaintext: base64('a') });
    await callAws(emulator, 'Encrypt', { KeyId: 'none', Plaintext: base64('a') });
    const find = async (query: string): Promise<unknown> => {
      const { body } = await ask('GET', `/journal?${query}`);
      return [body['found'], Object(body['entries']).map(({ sequence }: { sequence: number }) => sequence)];
    };
    expect(await find('operation=Encrypt')).toEqual([4, [2, 3, 4, 5]]);
    expect(await find('operation=Encrypt&limit=1')).toEqual([4, [5]]);
    expect(await find(`key=${encodeURIComponent(KeyId)}&afterSequence=2`)).toEqual([2, [3, 4]]);
    expect(await find('error=none&status=200&service=kms&from=client')).toEqual([4, [1, 2, 3, 4]]);
    expect(await find('error=NotFoundException')).toEqual([1, [5]]);
    expect(await find('faulted=true')).toEqual([0, []]);
    expect(await find('faulted=false&refused=false')).toEqual([5, [1, 2, 3, 4, 5]]);
    for (const query of [
      'opration=Encrypt',
      'status=ok',
      'faulted=yes',
      'limit=0',
      'operation=a&operation=b',
    ])
      expectRefused(await ask('GET', `/journal?${query}`), 400, 'invalid_request');
    expectRefused(await ask('GET', '/journal?operation=Encyrpt'), 400, 'invalid_option');
    expect((await ask('DELETE', '/journal')).status).toBe(204);
    expect((await ask('GET', '/journal')).body).toEqual({ total: 0, found: 0, entries: [] });
  });

  it('checks how often something was asked for', async () => {
    await callAws(emulator, 'ListKeys');
    const expectation = { filter: { operation: 'ListKeys', error: null }, times: 1 };
    expect(await ask('POST', '/journal/assert', expectation)).toMatchObject({
      status: 200,
      body: { entries: [{ operation: 'ListKeys' }] },
    });
    const mismatch = await ask('POST', '/journal/assert', { filter: { operation: 'Decrypt' } });
    expectRefused(mismatch, 409, 'journal_mismatch');
    expect(mismatch.body.error.message).toContain('at least 1 request to fit {"operation":"Decrypt"}');
    const bounds = { filter: {}, times: { atMost: 0 } };
    expectRefused(await ask('POST', '/journal/assert', bounds), 409, 'journal_mismatch');
    const crossed = { filter: {}, times: { atLeast: 2, atMost: 1 } };
    expectRefused(await ask('POST', '/journal/assert', crossed), 400, 'invalid_option');
    expectRefused(
      await ask('POST', '/journal/assert', { filter: { opration: 'x' } }),
      400,
      'invalid_request',
    );
    expectRefused(
      await ask('POST', '/journal/assert', { filter: { operation: 'Decyrpt' }, times: 0 }),
      400,
      'invalid_option',
    );
  });

  it('is not in the journal itself', async () => {
    await ask('GET', '/clock');
    expect(emulator.journal.total).toBe(0);
  });

  describe('refuses', () => {
    it('paths and methods that there are not', async () => {
      for (const path of ['/nothing', '/reset/', '/Reset', '/faults/x/y', '/'])
        expectRefused(await ask('GET', path), 404, 'route_not_found');
      const wrong = await ask('GET', '/reset');
      expectRefused(wrong, 405, 'method_not_allowed');
      expect(wrong.headers.get('allow')).toBe('POST');
      expectRefused(await ask('PATCH', '/clock'), 405, 'method_not_allowed');
      expectRefused(await ask('OPTIONS', '/reset'), 405, 'method_not_allowed');
    });

    it('ids that are none', async () => {
      for (const path of ['/faults/..%2f..', '/faults/1', `/faults/fault-${'9'.repeat(400)}`])
        expectRefused(await ask('GET', path), 400, 'invalid_request');
      expectRefused(await ask('POST', '/snapshots/%00/restore'), 400, 'invalid_request');
    });

    it('bodies that are no JSON, are too deep, name a member twice, or set a prototype', async () => {
      for (const body of [
        '{',
        '[]',
        'null',
        '',
        '{"ms":1,"ms":2}',
        '{"ms":1,"__proto__":{"x":1}}',
        `${'['.repeat(50_000)}`,
        '{"ms":1e999}',
        '\ufeff{"ms":1}',
      ]) {
        const answer = await ask('POST', '/clock/advance', body);
        expect([400, 415], body.slice(0, 40)).toContain(answer.status);
      }
      expect(({} as { x?: number }).x).toBeUndefined();
      expectRefused(await ask('POST', '/reset', { now: true }), 400, 'invalid_request');
    });

    it('bodies that are too long, and compressed ones', async () => {
      expectRefused(await ask('POST', '/faults', ' '.repeat(1_100_000)), 413, 'payload_too_large');
      expectRefused(
        await ask('POST', '/faults', {}, { 'content-encoding': 'gzip' }),
        415,
        'unsupported_media_type',
      );
    });
  });

  // Cases C 25 to 27 of the list of threats: what a web page on the developer's machine can send.
  describe('keeps web pages out', () => {
    /** Sends bytes as they are. */
    async function raw(...lines: readonly string[]): Promise<string> {
      const { hostname, port } = new URL(emulator.url);
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.end([...lines, 'Connection: close', 'Content-Length: 0', '', ''].join('\r\n'));
      return textOf(socket);
    }
    const paths = [...new Set(controlRoutes.map(({ method, path }) => `${method.toUpperCase()} ${path}`))];

    for (const line of paths)
      it(`from ${line}, by the Host that was rebound, and by the Origin`, async () => {
        expect(await raw(`${line} HTTP/1.1`, 'Host: evil.example')).toMatch(/^HTTP\/1\.1 403 /);
        for (const origin of ['https://evil.example', 'null']) {
          const answer = await raw(`${line} HTTP/1.1`, 'Host: localhost', `Origin: ${origin}`);
          expect(answer).toMatch(/^HTTP\/1\.1 403 /);
          expect(answer).not.toMatch(/access-control-allow/i);
        }
      });

    it('by the content type, which a page may not make JSON without asking first', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
        for (const body of ['', '{}'])
          expectRefused(
            await ask('POST', '/reset', body, { 'content-type': type }),
            415,
            'unsupported_media_type',
          );
      await createKey(emulator);
      expect(await keyIds(emulator)).toHaveLength(2);
    });

    it('gives a preflight nothing, also one for private networks', async () => {
      const answer = await raw(
        'OPTIONS /_emulator/reset HTTP/1.1',
        'Host: localhost',
        'Origin: https://evil.example',
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Private-Network: true',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).not.toMatch(/access-control-allow/i);
    });

    it('those of other programs on this machine too, whose origins differ by the port', async () => {
      const own = new URL(emulator.url).origin;
      expectRefused(
        await ask('POST', '/reset', {}, { origin: 'http://localhost:3000' }),
        403,
        'request_refused',
      );
      expect((await ask('POST', '/reset', {}, { origin: own })).status).toBe(204);
      const { host } = new URL(emulator.url);
      for (const site of ['cross-site', 'same-site'])
        expect(
          await raw('POST /_emulator/reset HTTP/1.1', `Host: ${host}`, `Sec-Fetch-Site: ${site}`),
        ).toMatch(/^HTTP\/1\.1 403 /);
      expect(
        await raw('POST /_emulator/reset HTTP/1.1', `Host: ${host}`, 'Sec-Fetch-Site: same-origin'),
      ).toMatch(/^HTTP\/1\.1 204 /);
    });

    for (const protocol of ['websocket', 'h2c'])
      it(`guards upgrades to ${protocol} as it guards requests, and makes none`, async () => {
        const upgrade = async (...headers: readonly string[]): Promise<string> => {
          const { hostname, port } = new URL(emulator.url);
          const socket = connect(Number(port), hostname);
          await once(socket, 'connect');
          socket.end(
            [
              'GET /_emulator/journal HTTP/1.1',
              ...headers,
              'Connection: Upgrade, HTTP2-Settings',
              `Upgrade: ${protocol}`,
              'Sec-WebSocket-Version: 13',
              'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
              'HTTP2-Settings: AAMAAABkAAQAAP__',
              '',
              '',
            ].join('\r\n'),
          );
          return textOf(socket);
        };
        const status = async (...headers: readonly string[]): Promise<string | undefined> =>
          /^HTTP\/1\.1 (\d+) /.exec(await upgrade(...headers))?.[1];
        expect(await status('Host: evil.example')).toBe('403');
        expect(await status('Host: localhost', 'Origin: https://evil.example')).toBe('403');
        expect(await status('Host: localhost', 'Host: evil.example')).toBe('400');
        expect(await status('Host: localhost')).toBe('200');
      });
  });

  describe('is described by a document', () => {
    let document: Document;
    beforeAll(async () => {
      // What it is, the tests below assert member by member.
      document = (await ask('GET', '/openapi.json')).body as unknown as Document;
    });
    const operations = (): (readonly [string, string, Operation])[] =>
      Object.entries(document.paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => [path, method, operation] as const),
      );

    it('that has every route and no other', async () => {
      const described = operations().map(([path, method]) => `${method} ${path}`);
      const served = controlRoutes.map(({ method, path }) => `${method} ${path}`);
      expect(described.toSorted()).toEqual([...served, `get ${openApiPath}`].toSorted());
      // Each one is really served, whatever it then says of the request.
      for (const [path, method] of operations()) {
        const filled = path.replaceAll(/\{\w+\}/g, 'fault-1').replace('/_emulator', '');
        const answer = await ask(method.toUpperCase(), filled, method === 'put' ? {} : undefined);
        expect(['route_not_found', 'method_not_allowed'], `${method} ${path}`).not.toContain(
          answer.body.error?.code,
        );
      }
    });

    it('that the schema of OpenAPI 3.1 itself accepts', async () => {
      const { valid, errors: faults } = await new Validator().validate({ ...document });
      expect(faults).toBeUndefined();
      expect(valid).toBe(true);
      // Written to here alone, which the test's own type of it does not let.
      const spoilt = structuredClone(document) as unknown as { paths: Record<string, { get: object }> };
      Object.assign(spoilt.paths[openApiPath]?.get ?? {}, { responses: { later: {} } });
      expect((await new Validator().validate(spoilt)).valid).toBe(false);
    });

    it('that is of OpenAPI 3.1 in form: ids, parameters, bodies, answers and references that lead somewhere', () => {
      expect(document.openapi).toBe('3.1.0');
      expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
      const ids = operations().map(([, , { operationId }]) => operationId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [path, method, { parameters = [], requestBody, responses, summary }] of operations()) {
        const where = `${method} ${path}`;
        expect(summary, where).toMatch(/\.$/);
        const inPath = parameters.filter((parameter) => parameter.in === 'path');
        expect(
          inPath.map(({ name }) => `{${name}}`),
          where,
        ).toEqual(path.match(/\{\w+\}/g) ?? []);
        expect(
          inPath.every(({ required }) => required === true),
          where,
        ).toBe(true);
        if (requestBody !== undefined) expect(Object.keys(requestBody.content)).toEqual(['application/json']);
        for (const [status, { description, content }] of Object.entries(responses)) {
          expect(status, where).toMatch(/^[1-5]\d\d$/);
          expect(description, where).toMatch(/./);
          expect(content === undefined, `${where} ${status}`).toBe(status === '204');
        }
        expect(
          Object.keys(responses).some((status) => status.startsWith('2')),
          where,
        ).toBe(true);
      }
      const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
      expect(references.length).toBeGreaterThan(20);
      for (const [, name = ''] of references)
        expect(Object.keys(document.components.schemas)).toContain(name);
    });

    it('that tells every answer as it is: each has the members that its schema has, and no others', async () => {
      await callAws(emulator, 'ListKeys');
      const { body: snapshot } = await ask('POST', '/snapshots');
      const { body: fault } = await ask('POST', '/faults', { operation: 'Sign', effect: 'throttling' });
      const { body: state } = await ask('GET', '/state');
      const bodies: Readonly<Record<string, unknown>> = {
        seed: { text: seedText },
        importState: state,
        setClock: { at: '2026-01-01' },
        advanceClock: { ms: 1 },
        addFault: { effect: { kind: 'latency', ms: 1 }, operation: 'Sign' },
        assertJournal: { filter: { operation: 'ListKeys' } },
      };
      // What takes away what others look at comes last.
      const last = ['clearJournal', 'removeFault', 'clearFaults', 'deleteSnapshot', 'reset'];
      const routes = controlRoutes.toSorted((a, b) => last.indexOf(a.id) - last.indexOf(b.id));
      for (const { id, method, path, success } of routes) {
        const filled = path
          .replace('/_emulator', '')
          .replace('{fault}', String(fault['id']))
          .replace('{snapshot}', String(snapshot['id']));
        const answer = await ask(method.toUpperCase(), filled, bodies[id]);
        expect([id, answer.status]).toEqual([id, success.status]);
        if (success.schema === undefined) expect(answer.body, id).toEqual({});
        // A schema's output has no member that it does not name.
        else expect(success.schema.parse(answer.body), id).toEqual(answer.body);
      }
    });

    it('that is made of the schemas with which requests are read', () => {
      const rule = document.components.schemas['FaultRule'];
      expect(rule).toMatchObject({
        additionalProperties: false,
        required: ['effect'],
        properties: { probability: { minimum: 0, maximum: 1 }, nth: { type: 'integer', minimum: 1 } },
      });
      expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    });
  });

  it('answers two hundred requests at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => ask('POST', '/faults', { key: randomUUID(), effect: 'throttling' })),
    );
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(200);
  });
});

describe('readiness', () => {
  const never = (): never => {
    throw new Error('Nothing is to be loaded.');
  };

  it('is said only when everything is there, and nothing is loaded for it', async () => {
    let ready = false;
    const server = createServer(
      requestRouter({
        kms: never,
        secretsManager: never,
        loadEncryptionApi: never,
        isReady: () => ready,
        loadApp: never,
        onError: never,
      }),
    ).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const ask = async (path: string): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${port}/_emulator/${path}`);
      return [response.status, await response.json()];
    };
    expect(await ask('ready')).toEqual([503, { ready: false }]);
    expect(await ask('health')).toEqual([200, { healthy: true }]);
    ready = true;
    expect(await ask('ready')).toEqual([200, { ready: true }]);
  });

  it('is said to nobody before the seeds are planted, whom the emulator answers already', async () => {
    const placeholder = createNetServer().listen(0, '127.0.0.1');
    await once(placeholder, 'listening');
    const address = placeholder.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    placeholder.close();
    await once(placeholder, 'close');
    const ids = Array.from({ length: 12 }, (_, at) => `f4d8f2c9-b9c6-4af6-9b4c-3092a01397${10 + at}`);
    const keys = ids.map((id) => `{ id: ${id}, spec: RSA_2048, usage: SIGN_VERIFY }`);
    const text = `version: 1\naccounts: [{ id: "111122223333", keys: [${keys.join(', ')}] }]\n`;
    const starting = createEmulator({ port, seeds: [{ text }] });
    const url = `http://127.0.0.1:${port}`;
    const statuses = new Set<number>();
    while (!statuses.has(200)) {
      const answer = await fetch(`${url}/_emulator/ready`).catch(() => undefined);
      if (answer === undefined) continue;
      statuses.add(answer.status);
      expect(await answer.json()).toEqual({ ready: answer.status === 200 });
    }
    expect(await keyIds({ url }, { accessKeyId: '111122223333' })).toHaveLength(ids.length);
    expect([...statuses]).toEqual([503, 200]);
    await (await starting).close();
  });

  it('is never reached with a seed that does not fit the state: the ports are free again', async () => {
    const placeholder = createNetServer().listen(0, '127.0.0.1');
    await once(placeholder, 'listening');
    const address = placeholder.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    placeholder.close();
    await once(placeholder, 'close');
    const seeds = [{ text: seedText }, { text: seedText.replace('397b0 }', '397b0, spec: HMAC_256 }') }];
    await expect(createEmulator({ port, seeds })).rejects.toMatchObject({ code: 'seed_conflict' });
    const emulator = await createEmulator({ port, seeds: seeds.slice(0, 1) });
    expect(emulator.url).toBe(`http://127.0.0.1:${port}`);
    await emulator.close();
  });
});
