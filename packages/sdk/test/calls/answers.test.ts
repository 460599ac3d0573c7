import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ApiKeys } from '../../src/api-keys.ts';
import { CallPromise } from '../../src/calls/call-promise.ts';
import { Tenants } from '../../src/tenants.ts';
import { testApiKey } from '../support/clients.ts';
import { ok, refusal, response, scriptedClient } from '../support/scripted-client.ts';
import { rejection, settle } from '../support/settle.ts';

const tenant = (id: string) => ({ id, root: { provider: 'static', keyId: 'root' } });
const page = (ids: readonly string[], next?: string) => () =>
  response(200, { items: ids.map(tenant), ...(next !== undefined && { next }) });

describe('a call', () => {
  it('tells of its answer on request, and is sent once however it is asked', async () => {
    const { client, sent } = scriptedClient([
      refusal('root_key_unavailable'),
      () =>
        response(200, tenant('acme'), {
          date: 'Sun, 22 Nov 2026 04:00:00 GMT',
          'set-cookie': 'session=CANARY',
          'x-internal': 'CANARY',
          'retry-after': 'CANARY',
          'content-length': '12\nforged',
        }),
    ]);
    const call = new Tenants(client).get('acme');
    const { data, response: info } = await call.withResponse();
    expect(data).toEqual(tenant('acme'));
    expect(info).toEqual({
      status: 200,
      requestId: 'req-42',
      attempts: 2,
      headers: {
        'content-type': 'application/json',
        date: 'Sun, 22 Nov 2026 04:00:00 GMT',
        'x-request-id': 'req-42',
      },
    });
    expect(await call).toEqual(data);
    expect(sent).toHaveLength(2);
  });

  it('leaves out a request id that is none', async () => {
    const { client } = scriptedClient([() => response(200, tenant('acme'), { 'x-request-id': 'a\nb' })]);
    const { response: info } = await new Tenants(client).get('acme').withResponse();
    expect(info.requestId).toBeUndefined();
    expect(info.headers).toEqual({ 'content-type': 'application/json' });
  });

  it('shows nothing of a server that repeats the API key', async () => {
    const { client } = scriptedClient([
      () => response(200, tenant('acme'), { 'x-request-id': testApiKey, 'content-type': 'application/json' }),
      () => response(404, {}, { 'x-request-id': testApiKey }),
    ]);
    const tenants = new Tenants(client);
    expect(JSON.stringify(await tenants.get('acme').withResponse())).not.toContain(testApiKey);
    const error = await rejection(tenants.get('acme'));
    expect(error).toMatchObject({ code: 'unrecognised_answer', requestId: undefined });
  });

  it('is a promise like any other', async () => {
    const { client } = scriptedClient([ok]);
    const tenants = new Tenants(client);
    const call = tenants.get('acme');
    expect(call).toBeInstanceOf(Promise);
    expect(call.then()).not.toBeInstanceOf(CallPromise);
    const done: string[] = [];
    expect(await call.finally(() => void done.push('finally')).then(({ id }) => id)).toBe('acme');
    expect(await Promise.all([tenants.get('acme'), 7])).toEqual([tenant('acme'), 7]);
    expect(await tenants.get('No Tenant').catch(({ code }) => code)).toBe('identifier_invalid');
    expect(done).toEqual(['finally']);
  });

  it('shows itself as a call, whatever has become of it', async () => {
    const { client } = scriptedClient([ok, page(['a'])]);
    const tenants = new Tenants(client);
    const calls = [tenants.get('acme'), tenants.list()];
    const names = ['CallPromise { <call> }', 'ListPromise { <call> }'];
    expect(calls.map((call) => inspect(call))).toEqual(names);
    await Promise.all(calls);
    expect(calls.map((call) => inspect(call))).toEqual(names);
  });

  it.each<[string, (tenants: Tenants, keys: ApiKeys) => Promise<unknown>]>([
    ['timeout', (tenants) => tenants.get('acme', { timeout: 5 } as object)],
    ['maxItems', (tenants) => tenants.get('acme', { maxItems: 5 } as object)],
    ['retries', (_, keys) => keys.create({ role: 'application', tenants: '*' }, { retries: 5 } as object)],
    ['maxItem', (tenants) => tenants.list({}, { maxItem: 5 } as object)],
    ['pageSize', (tenants) => tenants.list({ pageSize: 5 } as object)],
  ])('with an option %s, which there is not, is refused by its name', async (name, call) => {
    const { client, sent } = scriptedClient([ok]);
    expect(await rejection(call(new Tenants(client), new ApiKeys(client)))).toMatchObject({
      code: 'option_invalid',
      message: `There is no option ${name}.`,
    });
    expect(sent).toHaveLength(0);
  });

  it('that fails is one rejection, whichever way it is looked at', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const { client } = scriptedClient([refusal('tenant_not_found')]);
      const tenants = new Tenants(client);
      expect(await rejection(tenants.get('acme').withResponse())).toMatchObject({ code: 'tenant_not_found' });
      expect(await rejection(tenants.get('acme'))).toMatchObject({ code: 'tenant_not_found' });
      expect(await rejection(tenants.list())).toMatchObject({ code: 'tenant_not_found' });
      for await (const error of [rejection(tenants.list().pages().next())]) {
        expect(error).toMatchObject({ code: 'tenant_not_found' });
      }
      await settle();
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});

describe('a list', () => {
  it('is a promise of its first page, with its answer on request', async () => {
    const { client, sent } = scriptedClient([page(['a', 'b'], 'b')]);
    const list = new Tenants(client).list({ limit: 2 });
    expect(await list).toEqual({ items: [tenant('a'), tenant('b')], next: 'b' });
    expect((await list.withResponse()).response.requestId).toBe('req-42');
    expect(sent.map(({ path }) => path)).toEqual(['/v1/tenants?limit=2']);
  });

  it('is all of its items, page by page as they are asked for', async () => {
    const { client, sent } = scriptedClient([page(['a', 'b'], 'b'), page([], 'c'), page(['d'])]);
    const ids: string[] = [];
    for await (const { id } of new Tenants(client).list({ limit: 2 })) {
      if (id === 'b') expect(sent).toHaveLength(1);
      ids.push(id);
    }
    expect(ids).toEqual(['a', 'b', 'd']);
    expect(sent.map(({ path }) => path)).toEqual([
      '/v1/tenants?limit=2',
      '/v1/tenants?limit=2&cursor=b',
      '/v1/tenants?limit=2&cursor=c',
    ]);
  });

  it('asks for nothing more once it is left', async () => {
    const { client, sent } = scriptedClient([page(['a', 'b'], 'b'), page(['c'])]);
    for await (const { id } of new Tenants(client).list()) if (id === 'a') break;
    expect(sent).toHaveLength(1);
  });

  it('ends after maxItems, also in the middle of a page', async () => {
    const { client, sent } = scriptedClient([page(['a', 'b'], 'b'), page(['c', 'd'], 'd'), page(['e'])]);
    const ids: string[] = [];
    for await (const { id } of new Tenants(client).list({}, { maxItems: 3 })) ids.push(id);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(sent).toHaveLength(2);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %j as maxItems', async (maxItems) => {
    const { client, sent } = scriptedClient([ok]);
    expect(await rejection(new Tenants(client).list({}, { maxItems }))).toMatchObject({
      code: 'option_invalid',
    });
    expect(sent).toHaveLength(0);
  });

  it.each([null, 7, 'x'])('refuses %j as options', async (options) => {
    const { client, sent } = scriptedClient([ok]);
    expect(await rejection(new Tenants(client).list({}, options as never))).toMatchObject({
      code: 'option_invalid',
    });
    expect(sent).toHaveLength(0);
  });

  it('ends with its signal, between pages and between items', async () => {
    const controller = new AbortController();
    const { client, sent } = scriptedClient([page(['a', 'b'], 'b'), page(['c'])]);
    const ids: string[] = [];
    const listing = (async () => {
      for await (const { id } of new Tenants(client).list({}, { signal: controller.signal })) {
        ids.push(id);
        controller.abort();
      }
    })();
    expect(await rejection(listing)).toMatchObject({ code: 'call_aborted' });
    expect(ids).toEqual(['a']);
    expect(sent).toHaveLength(1);
  });

  it('that leads back to a page before is an error and no endless loop', async () => {
    const { client, sent } = scriptedClient([page(['a'], 'a'), page(['b'], 'b'), page(['a'], 'a')]);
    const ids: string[] = [];
    const listing = (async () => {
      for await (const { id } of new Tenants(client).list()) ids.push(id);
    })();
    expect(await rejection(listing)).toMatchObject({ code: 'unexpected_response' });
    expect(ids).toEqual(['a', 'b', 'a']);
    expect(sent).toHaveLength(3);
  });

  it('retries each page like any call', async () => {
    const { client, sent } = scriptedClient([page(['a'], 'a'), refusal('root_key_unavailable'), page(['b'])]);
    const ids: string[] = [];
    for await (const { id } of new Tenants(client).list()) ids.push(id);
    expect(ids).toEqual(['a', 'b']);
    expect(sent).toHaveLength(3);
  });

  it('of API keys is one, too', async () => {
    const { client } = scriptedClient([() => response(200, { items: [] })]);
    for await (const _ of new ApiKeys(client).list()) expect.unreachable();
  });
});
