import { beforeEach, describe, expect, it } from 'vitest';
import { type Harness, start } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await start();
});

const body = () => ({ root: harness.root.reference });

describe('a tenant', () => {
  it('is made once, answers 201 and then 200, and reads as it was made', async () => {
    const params = { tenant: 'acme' };
    const made = await harness.send('createTenant', { apiKey: harness.admin, params, json: body() });
    const again = await harness.send('createTenant', { apiKey: harness.admin, params, json: body() });
    const read = await harness.send('getTenant', { apiKey: harness.admin, params });
    expect([made.status, again.status, read.status]).toEqual([201, 200, 200]);
    expect(made.json).toEqual({
      id: 'acme',
      root: harness.root.reference,
      createdAt: new Date(harness.clock.now().wallMs).toISOString(),
    });
    expect([again.json, read.json]).toEqual([made.json, made.json]);
  });

  it('is not put under another root key', async () => {
    await harness.tenant('acme');
    const json = { root: { provider: 'test', keyId: 'another' } };
    const answer = await harness.send('createTenant', {
      apiKey: harness.admin,
      params: { tenant: 'acme' },
      json,
    });
    expect([answer.status, answer.code]).toEqual([409, 'tenant_conflict']);
  });

  it.each([
    ['denied', 423, 'root_key_denied'],
    ['unavailable', 503, 'root_key_unavailable'],
    ['throttled', 503, 'root_key_throttled'],
    ['invalid', 422, 'root_key_invalid'],
  ] as const)('is not made while its root key is %s, and says so', async (answer, status, code) => {
    harness.root.answer = answer;
    const sent = { apiKey: harness.admin, params: { tenant: 'acme' }, json: body() };
    const refused = await harness.send('createTenant', sent);
    expect([refused.status, refused.code]).toEqual([status, code]);
    harness.root.answer = 'ok';
    expect((await harness.send('createTenant', sent)).status).toBe(201);
  });

  it.each(['*', ['aa', 'bb', 'cc', 'dd', 'ee', 'zz']] as const)(
    'is listed page by page to a key for %j',
    async (tenants) => {
      for (const id of ['ee', 'aa', 'dd', 'bb', 'cc']) await harness.tenant(id);
      const { apiKey } = await harness.service.apiKeys.create({ role: 'admin', tenants, description: 'x' });
      const pages = await harness.pages('listTenants', apiKey, 2);
      expect(pages.map(({ ids }) => ids)).toEqual([['aa', 'bb'], ['cc', 'dd'], ['ee']]);
    },
  );
});

describe('a service', () => {
  const params = { tenant: 'acme', service: 'cards' };

  it('is made once, answers 201 and then 200, reads as it was made, and is listed', async () => {
    await harness.tenant('acme');
    const made = await harness.send('createService', { apiKey: harness.admin, params });
    const again = await harness.send('createService', { apiKey: harness.admin, params });
    expect([made.status, again.status]).toEqual([201, 200]);
    expect(made.json).toMatchObject({ id: 'cards', tenant: 'acme', activeVersion: 1 });
    expect((await harness.ok('getService', { params })).json).toEqual(made.json);
    const list = await harness.ok('listServices', { params: { tenant: 'acme' } });
    expect(list.json.items.map(({ id }) => id)).toEqual(['billing', 'cards']);
    const page = await harness.ok('listServices', {
      params: { tenant: 'acme' },
      query: { cursor: 'billing', limit: '1' },
    });
    expect(page.json.items).toEqual([made.json]);
  });

  it('has a new active version after each rotation', async () => {
    await harness.tenant('acme');
    await harness.ok('createService', { params });
    const rotated = await harness.ok('rotateService', { params });
    expect(rotated.json.activeVersion).toBe(2);
    expect((await harness.ok('getService', { params })).json.activeVersion).toBe(2);
  });

  it('of a tenant that does not exist is not made, read, listed or rotated', async () => {
    for (const id of ['createService', 'getService', 'rotateService', 'listServices'] as const) {
      expect((await harness.send(id, { apiKey: harness.admin, params })).code).toBe('tenant_not_found');
    }
    await harness.tenant('acme');
    for (const id of ['getService', 'rotateService'] as const) {
      expect((await harness.send(id, { apiKey: harness.admin, params })).code).toBe('service_not_found');
    }
  });
});

describe('a list', () => {
  it('refuses a cursor of a form that none of its pages ends with', async () => {
    await harness.tenant('acme');
    for (const cursor of ['', '..', 'A', 'a\u0000', '\ud800', 'x'.repeat(257)]) {
      for (const id of ['listTenants', 'listServices', 'listApiKeys'] as const) {
        const sent = { apiKey: harness.admin, params: { tenant: 'acme' }, query: { cursor } };
        expect((await harness.send(id, sent)).code, `${id} ${cursor}`).toBe('invalid_request');
      }
    }
  });

  it('refuses a parameter that comes twice or is not known', async () => {
    for (const query of ['limit=1&limit=2', 'cursor=a&cursor=a', 'offset=1', '__proto__=1', 'limit=1e1']) {
      const answer = await harness.send('listTenants', {
        apiKey: harness.admin,
        query: new URLSearchParams(query),
      });
      expect(answer.code, query).toBe('invalid_request');
    }
  });
});
