import { limits, mediaTypes, operationIds, operationOf } from '@keyfold/protocol';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, type Harness, type Sent, start } from './harness.ts';
import { sampleRequests } from './samples.ts';

const scope = { kind: 'service', id: 'billing' };
const utf8 = new TextEncoder();

let harness: Harness;
let samples: ReturnType<typeof sampleRequests>;
beforeEach(async () => {
  harness = await start();
  await harness.tenant('acme');
  const made = await harness.ok('generateDataKeys', {
    params: { tenant: 'acme' },
    json: { scope, count: 1 },
  });
  const spare = await harness.service.apiKeys.create({ role: 'admin', tenants: '*', description: 'spare' });
  samples = sampleRequests({
    root: harness.root.reference,
    header: made.json.items[0]?.header ?? '',
    apiKeyId: spare.id,
  });
});

const withBody = operationIds.filter((id) => operationOf(id).request !== 'none');
const withoutBody = operationIds.filter((id) => operationOf(id).request === 'none');
const send = (id: (typeof operationIds)[number], sent: Sent = {}) =>
  harness.send(id, { apiKey: harness.admin, ...samples[id], ...sent });

describe('every operation', () => {
  it.each(operationIds)('%s answers as the contract says', async (id) => {
    const answer = await send(id, { requestId: 'abc-1' });
    expect(answer.code, answer.text).toBe(null);
    expect(answer.headers).toMatchObject({ 'x-request-id': 'abc-1', 'cache-control': 'no-store' });
    expect(answer.text === '').toBe(operationOf(id).response === 'none');
  });

  it.each(operationIds)('%s asks for a key before it looks at anything else', async (id) => {
    const answer = await harness.send(id, {
      params: { tenant: '..' },
      body: utf8.encode('{'),
      query: { x: '' },
    });
    expect([answer.status, answer.code]).toEqual([401, 'api_key_missing']);
  });

  it.each(operationIds)('%s refuses a query that it does not have', async (id) => {
    expect((await send(id, { query: { verbose: '1' } })).code).toBe('invalid_request');
  });
});

describe('a body', () => {
  it.each(withoutBody)('is refused by %s, which takes none', async (id) => {
    expect((await send(id, { body: utf8.encode('{}') })).code).toBe('invalid_request');
  });

  it.each(withBody)('of another media type is refused by %s', async (id) => {
    for (const contentType of ['text/plain', 'application/jsonx', '', undefined, 'multipart/form-data']) {
      const answer = await send(id, { headers: { 'content-type': contentType } });
      expect([answer.status, answer.code], contentType).toEqual([415, 'unsupported_media_type']);
    }
    const other = operationOf(id).request === 'json' ? mediaTypes.frame : mediaTypes.json;
    expect((await send(id, { headers: { 'content-type': other } })).code).toBe('unsupported_media_type');
  });

  it.each(withBody)('that is compressed is refused by %s', async (id) => {
    for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'identity']) {
      const answer = await send(id, {
        headers: {
          'content-type': operationOf(id).request === 'json' ? mediaTypes.json : mediaTypes.frame,
          'content-encoding': encoding,
        },
      });
      expect(answer.code, encoding).toBe('unsupported_media_type');
    }
  });

  it('of JSON may name its charset', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await send('createTenant', { headers })).code).toBe(null);
  });

  it.each(withBody)('larger than the limit is refused by %s', async (id) => {
    const answer = await send(id, { body: new Uint8Array(limits.requestBytes + 1) });
    expect([answer.status, answer.code]).toEqual([413, 'payload_too_large']);
  });

  it.each(withBody)('that is empty, cut, doubled or not JSON is refused by %s', async (id) => {
    const good = bodyOf(operationOf(id).request, samples[id]);
    for (const body of [
      new Uint8Array(),
      good.slice(0, -1),
      Uint8Array.of(...good, ...good),
      Uint8Array.of(0xff, ...good),
      utf8.encode('null'),
      utf8.encode('[]'),
      utf8.encode('<html>'),
    ]) {
      expect((await send(id, { body })).code).toBe('invalid_request');
    }
  });

  it.each([
    ['a member twice', '{"root":{"provider":"test","keyId":"a","keyId":"b"}}', 'twice'],
    ['__proto__', '{"root":{"provider":"test","keyId":"a"},"__proto__":{"x":1}}', '__proto__'],
    ['constructor', '{"root":{"provider":"test","keyId":"a"},"constructor":{}}', 'not known'],
    ['nesting', `{"root":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'nested'],
    ['half a surrogate pair', '{"root":{"provider":"test","keyId":"\\ud800"}}', 'surrogate'],
    ['a line break in a name', '{"root":{"provider":"test","keyId":"a\\r\\nSet-Cookie: x"}}', 'root.keyId'],
    ['a number for a text', '{"root":{"provider":"test","keyId":1e40}}', 'root.keyId'],
    ['a number beyond the range', '{"root":{"provider":"test","keyId":1e400}}', 'number'],
    ['an integer that is not exact', '{"root":{"provider":"test","keyId":9007199254740993}}', 'number'],
  ])('with %s is refused, and told so', async (_, text, mention) => {
    const answer = await send('createTenant', { body: utf8.encode(text) });
    expect(answer.code).toBe('invalid_request');
    expect(answer.text).toContain(mention);
    expect(({} as Record<string, unknown>)['x']).toBe(undefined);
  });

  it('of a frame is read as strictly as any other JSON', async () => {
    const json = utf8.encode(`{"scope":{"kind":"service","id":"billing"},"items":[],"items":[]}`);
    const frame = new Uint8Array(4 + json.byteLength);
    new DataView(frame.buffer).setUint32(0, json.byteLength);
    frame.set(json, 4);
    const answer = await send('wrapDataKeys', { body: frame });
    expect([answer.code, answer.text.includes('twice')]).toEqual(['invalid_request', true]);
  });
});

describe('a path parameter', () => {
  it.each([
    '..',
    '.',
    '',
    'A',
    'a/b',
    'a\\b',
    'a\u0000',
    'a\r\nb',
    'é',
    'x'.repeat(64),
    '__proto__',
    '%2e%2e',
  ])('that has not the form of an id is refused: %j', async (value) => {
    for (const id of operationIds) {
      for (const name of Object.keys(samples[id].params ?? {})) {
        const params = { ...samples[id].params, [name]: value };
        expect((await send(id, { params })).code, `${id} ${name}`).toBe('invalid_request');
      }
    }
  });
});

describe('a request id', () => {
  it('that could not stand in a header or a log line is replaced', async () => {
    for (const requestId of ['', 'a b', 'a\r\nb', 'x'.repeat(129), 'ü', '"']) {
      const answer = await send('getTenant', { requestId });
      expect(answer.headers['x-request-id']).toMatch(/^[A-Za-z0-9_-]{16}$/);
      const refused = harness.service.refuse('route_not_found', requestId);
      expect(refused.headers['x-request-id']).toMatch(/^[A-Za-z0-9_-]{16}$/);
    }
  });
});

describe('what the host finds wrong', () => {
  it('is answered in the same form', () => {
    const response = harness.service.refuse('method_not_allowed', 'r-1', { allow: 'GET, PUT' });
    expect([response.status, response.headers]).toEqual([
      405,
      {
        allow: 'GET, PUT',
        'cache-control': 'no-store',
        'content-type': 'application/json',
        'x-request-id': 'r-1',
      },
    ]);
    expect(JSON.parse(Buffer.from(response.body).toString())).toMatchObject({
      error: { code: 'method_not_allowed', requestId: 'r-1', retryable: false },
    });
  });
});

describe('arbitrary input', () => {
  it('is answered by every operation within the contract, and never as an internal error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operationIds),
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((text) => utf8.encode(text)),
        ),
        fc.dictionary(fc.constantFrom('tenant', 'service', 'apiKey'), fc.string({ unit: 'binary' })),
        fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
        fc.boolean(),
        async (id, bytes, params, query, keepParams) => {
          const form = operationOf(id).request;
          const answer = await send(id, {
            body: form === 'none' ? new Uint8Array() : bytes,
            params: keepParams ? (samples[id].params ?? {}) : params,
            query: new URLSearchParams(query),
          });
          expect(answer.status, answer.text).not.toBe(500);
          if (form !== 'none') expect(answer.status).toBeGreaterThanOrEqual(400);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
