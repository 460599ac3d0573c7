import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEmulator, type Emulator } from '../src/index.ts';

/** One request as it goes over the wire, and what of its answer is promised. */
interface Case {
  readonly title: string;
  readonly line: string;
  /** Beside Host and the API key. */
  readonly headers?: readonly string[];
  /** Absent: the key of the start. */
  readonly authorization?: string;
  readonly body?: string;
  readonly answers: readonly [status: number, code: string | null];
  /** Headers of the answer, beside those that every answer has. */
  readonly more?: Readonly<Record<string, string>>;
  /** The operation that the journal has of it; absent: none was found. */
  readonly noted?: string;
}

const json = 'content-type: application/json';
const dataKeys = '/v1/tenants/demo/data-keys';
const generate = JSON.stringify({ scope: { kind: 'service', id: 'app' }, count: 1 });
const frame = { 'content-type': 'application/vnd.keyfold.frame' };
const jsonAnswer = { 'content-type': 'application/json' };

const cases: readonly Case[] = [
  {
    title: 'a read',
    line: 'GET /v1/tenants/demo',
    answers: [200, null],
    more: jsonAnswer,
    noted: 'getTenant',
  },
  {
    title: 'a read of the head alone, as HTTP wants it of whatever can be read',
    line: 'HEAD /v1/tenants/demo',
    answers: [200, null],
    more: jsonAnswer,
    noted: 'getTenant',
  },
  {
    title: 'a query',
    line: 'GET /v1/tenants?limit=1',
    answers: [200, null],
    more: jsonAnswer,
    noted: 'listTenants',
  },
  {
    title: 'a parameter of the query that comes twice',
    line: 'GET /v1/tenants?limit=1&limit=2',
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
    noted: 'listTenants',
  },
  {
    title: 'a query where none is taken',
    line: 'GET /v1/tenants/demo?x=1',
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
    noted: 'getTenant',
  },
  {
    title: 'an answer without a body, which has no length',
    line: 'DELETE /v1/api-keys/{spare}',
    answers: [204, null],
    noted: 'revokeApiKey',
  },
  {
    title: 'an answer with a key, as a frame',
    line: `POST ${dataKeys}/generate`,
    headers: [json],
    body: generate,
    answers: [200, null],
    more: frame,
    noted: 'generateDataKeys',
  },
  {
    title: 'a media type with parameters, in other letters',
    line: `POST ${dataKeys}/generate`,
    headers: ['Content-Type: Application/JSON ; charset=utf-8'],
    body: generate,
    answers: [200, null],
    more: frame,
    noted: 'generateDataKeys',
  },
  {
    title: 'another media type',
    line: `POST ${dataKeys}/generate`,
    headers: ['content-type: text/plain'],
    body: generate,
    answers: [415, 'unsupported_media_type'],
    more: jsonAnswer,
    noted: 'generateDataKeys',
  },
  {
    title: 'an encoded body',
    line: `POST ${dataKeys}/generate`,
    headers: [json, 'content-encoding: identity'],
    body: generate,
    answers: [415, 'unsupported_media_type'],
    more: jsonAnswer,
  },
  {
    title: 'a body that is longer than the limit',
    line: `POST ${dataKeys}/generate`,
    headers: [json],
    body: 'x'.repeat(262_145),
    answers: [413, 'payload_too_large'],
    more: jsonAnswer,
  },
  {
    title: 'a body that is as long as the limit, which is read',
    line: `POST ${dataKeys}/generate`,
    headers: [json],
    body: 'x'.repeat(262_144),
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
    noted: 'generateDataKeys',
  },
  {
    title: 'a body where none is taken',
    line: 'POST /v1/tenants/demo/services/app/rotate',
    body: '{}',
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
    noted: 'rotateService',
  },
  {
    title: 'an Idempotency-Key, in whatever letters its name is',
    line: 'POST /v1/tenants/demo/services/app/rotate',
    headers: ['IDEMPOTENCY-key: once'],
    answers: [200, null],
    more: jsonAnswer,
    noted: 'rotateService',
  },
  {
    title: 'an Idempotency-Key of another form',
    line: 'POST /v1/tenants/demo/services/app/rotate',
    headers: ['idempotency-key: not one'],
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
    noted: 'rotateService',
  },
  {
    title: 'an Idempotency-Key where repeating is harmless',
    line: `POST ${dataKeys}/generate`,
    headers: [json, 'idempotency-key: not one'],
    body: generate,
    answers: [200, null],
    more: frame,
    noted: 'generateDataKeys',
  },
  {
    title: 'no API key',
    line: 'GET /v1/tenants',
    authorization: '',
    answers: [401, 'api_key_missing'],
    more: { ...jsonAnswer, 'www-authenticate': 'Bearer' },
    noted: 'listTenants',
  },
  {
    title: 'an API key that is none',
    line: 'GET /v1/tenants',
    authorization: 'Bearer x',
    answers: [401, 'api_key_invalid'],
    more: { ...jsonAnswer, 'www-authenticate': 'Bearer' },
    noted: 'listTenants',
  },
  {
    title: 'two API keys, of which nobody knows which one counts',
    line: 'GET /v1/tenants',
    headers: ['authorization: Bearer x'],
    answers: [401, 'api_key_invalid'],
    more: { ...jsonAnswer, 'www-authenticate': 'Bearer' },
    noted: 'listTenants',
  },
  {
    title: 'a tenant that is not there',
    line: 'GET /v1/tenants/nobody',
    answers: [404, 'tenant_not_found'],
    more: jsonAnswer,
    noted: 'getTenant',
  },
  {
    title: 'a parameter that is decoded once, and is none',
    line: 'GET /v1/tenants/%2564emo',
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
    noted: 'getTenant',
  },
  {
    title: 'a parameter in percent encoding',
    line: 'GET /v1/tenants/%64emo',
    answers: [200, null],
    more: jsonAnswer,
    noted: 'getTenant',
  },
  {
    title: 'a parameter with a slash in it',
    line: 'GET /v1/tenants/a%2Fb',
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
    noted: 'getTenant',
  },
  {
    title: 'a malformed path',
    line: 'GET /v1/tenants/%E0%A4%A',
    answers: [400, 'invalid_request'],
    more: jsonAnswer,
  },
  {
    title: 'a malformed path that is nowhere',
    line: 'GET /v2/%E0%A4%A',
    answers: [404, 'route_not_found'],
    more: jsonAnswer,
  },
  {
    title: 'a method that a path does not take',
    line: 'PATCH /v1/tenants/demo',
    answers: [405, 'method_not_allowed'],
    more: { ...jsonAnswer, allow: 'PUT, GET' },
  },
  {
    title: 'a preflight, to which nothing is allowed',
    line: 'OPTIONS /v1/tenants/demo',
    answers: [405, 'method_not_allowed'],
    more: { ...jsonAnswer, allow: 'PUT, GET' },
  },
  { title: 'no path', line: 'OPTIONS *', answers: [404, 'route_not_found'], more: jsonAnswer },
  ...[
    '/',
    '/v1',
    '/v1/tenants/',
    '/V1/tenants',
    '//v1/tenants',
    '/_emulator',
    '/v1/tenants/demo/data-keys',
  ].map(
    (path): Case => ({
      title: `the path ${path}`,
      line: `GET ${path}`,
      answers: [404, 'route_not_found'],
      more: jsonAnswer,
    }),
  ),
];

/** Headers of every answer: those that the connection needs, and those that are checked by themselves. */
const always = ['cache-control', 'connection', 'content-length', 'date', 'keep-alive', 'x-request-id'];

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends one request, then another one on the same connection where it stays open, and reads the answer to the first. */
async function ask(url: string, text: string): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = once(socket, 'close');
  socket.write(`${text}`);
  // The last one on the connection: the server closes it when both are answered.
  socket.write(`GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  await closed;
  const whole = Buffer.concat(chunks);
  const end = whole.indexOf('\r\n\r\n');
  const [start = '', ...lines] = whole.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const length = Number(headers['content-length'] ?? 0);
  return { status: Number(start.split(' ')[1]), headers, body: whole.subarray(end + 4, end + 4 + length) };
}

describe('an API key that is revoked', () => {
  for (const [where, kept] of [
    ['in memory', false],
    ['on a disk', true],
  ] as const)
    it(`is refused from the next request on, on a connection that was open and after many uses, with state ${where}`, async () => {
      const parent = mkdtempSync(join(tmpdir(), 'keyfold-revoked-'));
      onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
      await using emulator = await createEmulator(kept ? { stateFolder: join(parent, 'state') } : {});
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      const call = async (method: string, path: string, apiKey: string, body?: string) => {
        const asked = request(`${emulator.url}${path}`, {
          method,
          agent,
          headers: {
            authorization: `Bearer ${apiKey}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
        }).end(body);
        const [response] = await once(asked, 'response');
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        return { status: Number(response.statusCode), text: Buffer.concat(chunks).toString('latin1') };
      };
      const admin = emulator.access.apiKey;
      const grant = JSON.stringify({ role: 'application', tenants: ['demo'], description: 'to revoke' });
      const made: { id: string; apiKey: string } = JSON.parse(
        (await call('POST', '/v1/api-keys', admin, grant)).text,
      );
      const use = () => call('POST', `${dataKeys}/generate`, made.apiKey, generate);
      for (let times = 0; times < 20; times++) expect((await use()).status).toBe(200);
      expect((await call('DELETE', `/v1/api-keys/${made.id}`, admin)).status).toBe(204);
      expect((await use()).status).toBe(401);
      expect((await use()).status).toBe(401);
    });

  it('after a snapshot is taken counts again when the state is put back, and one that was made since does not', async () => {
    await using emulator = await createEmulator();
    const call = (method: string, path: string, apiKey: string, body?: string) =>
      fetch(`${emulator.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
    const admin = emulator.access.apiKey;
    const grant = JSON.stringify({ role: 'application', tenants: ['demo'], description: 'x' });
    const make = async (): Promise<{ id: string; apiKey: string }> =>
      JSON.parse(await (await call('POST', '/v1/api-keys', admin, grant)).text());
    const use = async (apiKey: string) =>
      (await call('POST', `${dataKeys}/generate`, apiKey, generate)).status;
    const early = await make();
    const snapshot = await emulator.snapshot();
    const late = await make();
    await call('DELETE', `/v1/api-keys/${early.id}`, admin);
    expect([await use(early.apiKey), await use(late.apiKey)]).toEqual([401, 200]);
    await emulator.restore(snapshot);
    expect([await use(early.apiKey), await use(late.apiKey)]).toEqual([200, 401]);
  });
});

describe('every answer of the encryption API', () => {
  let emulator: Emulator;
  let spare = '';
  beforeAll(async () => {
    emulator = await createEmulator();
    const made = await fetch(`${emulator.url}/v1/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${emulator.access.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'application', tenants: ['demo'], description: 'to revoke' }),
    });
    const { id }: { id: string } = JSON.parse(await made.text());
    spare = id;
  });
  afterAll(() => emulator.close());

  for (const { title, line, headers = [], authorization, body, answers, more = {}, noted } of cases)
    it(`is the one that is promised, to ${title}`, async () => {
      emulator.journal.clear();
      const head = [
        `${line.replace('{spare}', spare)} HTTP/1.1`,
        'host: localhost',
        'x-request-id: request:7',
        ...(authorization === ''
          ? []
          : [`authorization: ${authorization ?? `Bearer ${emulator.access.apiKey}`}`]),
        ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
        ...headers,
      ];
      const answer = await ask(emulator.url, `${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
      const isHead = line.startsWith('HEAD ');
      const isError = answer.status >= 400;
      const error: { code?: string; requestId?: string } = isError
        ? JSON.parse(answer.body.toString('utf8')).error
        : {};
      expect([answer.status, error.code ?? null]).toEqual(answers);
      expect(answer.headers['x-request-id']).toBe('request:7');
      expect(error.requestId).toBe(isError ? 'request:7' : undefined);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect('content-length' in answer.headers).toBe(answer.status !== 204);
      if (!isHead && answer.status !== 204)
        expect(answer.body.byteLength).toBe(Number(answer.headers['content-length']));
      const others = Object.entries(answer.headers).filter(([name]) => !always.includes(name));
      expect(Object.fromEntries(others)).toEqual(more);
      const entries = emulator.journal.find().map(({ operation, status, error: code, requestId }) => ({
        operation,
        status,
        code,
        requestId,
      }));
      const entry = {
        operation: noted ?? null,
        status: answers[0],
        code: answers[1],
        requestId: 'request:7',
      };
      expect(entries.filter(({ requestId }) => requestId === 'request:7')).toEqual([entry]);
    });
});
