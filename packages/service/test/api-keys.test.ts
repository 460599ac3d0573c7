import { createHash } from 'node:crypto';
import type { CryptoBackend } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import type { CreateApiKeyBody } from '@keyfold/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Harness, start } from './harness.ts';

const forAll: CreateApiKeyBody = { role: 'admin', tenants: '*', description: 'for all' };
const forAcme: CreateApiKeyBody = { role: 'application', tenants: ['acme'], description: 'for acme' };

let harness: Harness;
beforeEach(async () => {
  harness = await start();
});

/** Makes a key over the API. */
async function create(
  json: CreateApiKeyBody,
  apiKey = harness.admin,
): Promise<{ id: string; apiKey: string }> {
  const { json: made } = await harness.ok('createApiKey', { json, apiKey });
  return { id: made.id, apiKey: made.apiKey ?? '' };
}

/** What a request with this key is told: null when it succeeds. */
async function told(apiKey: string | undefined): Promise<string | null> {
  return (await harness.send('listTenants', { apiKey })).code;
}

/** A key with one character replaced. */
function altered(apiKey: string, at: number): string {
  const character = apiKey.at(at) === 'A' ? 'B' : 'A';
  return apiKey.slice(0, at) + character + apiKey.slice(at).slice(1);
}

describe('an API key', () => {
  it('is its role and 32 random bytes in base64url, and opens the API', async () => {
    const { apiKey } = await create(forAll);
    expect(apiKey).toMatch(/^kf_admin_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(apiKey.slice('kf_admin_'.length), 'base64url')).toHaveLength(32);
    expect((await create(forAcme)).apiKey).toMatch(/^kf_application_[A-Za-z0-9_-]{43}$/);
    expect(await told(apiKey)).toBe(null);
  });

  it('is stored as its public part, a salt of 32 hex characters and the hex SHA-256 of key and salt', async () => {
    const { id, apiKey } = await create(forAcme);
    expect(id).toBe(apiKey.slice(0, 'kf_application_'.length + 8));
    const row = await harness.rows.get<{ salt: string; hash: string }>('api-keys', [id]);
    expect(row?.value.salt).toMatch(/^[0-9a-f]{32}$/);
    expect(row?.value.hash).toBe(
      createHash('sha256')
        .update(apiKey + row?.value.salt, 'utf8')
        .digest('hex'),
    );
  });

  it('is shown once: neither the list nor the store has more of it than its public part', async () => {
    const { id, apiKey } = await create(forAcme);
    const list = await harness.send('listApiKeys', { apiKey: harness.admin });
    expect(list.text).toContain(id);
    const rows = await harness.store.list('api-keys', { limit: 100 });
    const stored = rows.map(({ content }) => Buffer.from(content).toString('latin1')).join();
    for (const text of [list.text, stored]) {
      expect(text).not.toContain(apiKey.slice(-35));
      expect(text).not.toContain(Buffer.from(apiKey.slice(-43), 'base64url').toString('hex'));
    }
    expect(list.text).not.toMatch(/salt|hash/);
  });

  it('is refused from the next request on once it is revoked, and revoking it again changes nothing', async () => {
    const { id, apiKey } = await create(forAll);
    expect(await told(apiKey)).toBe(null);
    await harness.ok('revokeApiKey', { params: { apiKey: id } });
    expect(await told(apiKey)).toBe('api_key_invalid');
    const before = await harness.send('listApiKeys', { apiKey: harness.admin });
    harness.clock.advance(1000);
    await harness.ok('revokeApiKey', { params: { apiKey: id } });
    expect((await harness.send('listApiKeys', { apiKey: harness.admin })).text).toBe(before.text);
  });

  it('may revoke itself', async () => {
    const { id, apiKey } = await create(forAll);
    await harness.ok('revokeApiKey', { apiKey, params: { apiKey: id } });
    expect(await told(apiKey)).toBe('api_key_invalid');
  });

  it('that is missing is told apart from one that is wrong', async () => {
    const { apiKey } = await create(forAll);
    expect(await told(undefined)).toBe('api_key_missing');
    for (const wrong of [
      altered(apiKey, -1),
      altered(apiKey, 10),
      apiKey.slice(0, -1),
      `${apiKey}A`,
      `${apiKey}=`,
      apiKey.toUpperCase(),
      apiKey.replace('admin', 'application'),
      apiKey.replace('admin', 'root'),
      apiKey.slice(0, 17),
      'x',
      'A'.repeat(50_000),
    ]) {
      expect(await told(wrong), wrong.slice(0, 80)).toBe('api_key_invalid');
    }
  });

  it('is taken from a Bearer credential and from nothing else', async () => {
    const sent = (headers: Record<string, string | string[]>, query = {}) =>
      harness.send('listTenants', { headers, query });
    expect((await sent({ authorization: `bearer  ${harness.admin}` })).code).toBe(null);
    expect((await sent({ authorization: harness.admin })).code).toBe('api_key_invalid');
    expect((await sent({ authorization: `Basic ${harness.admin}` })).code).toBe('api_key_invalid');
    expect((await sent({ authorization: `Bearer ${harness.admin}, Bearer x` })).code).toBe('api_key_invalid');
    expect((await sent({ authorization: '' })).code).toBe('api_key_missing');
    expect((await sent({ authorization: [`Bearer ${harness.admin}`, 'x'] })).code).toBe('api_key_missing');
    expect((await sent({ 'x-api-key': harness.admin })).code).toBe('api_key_missing');
    expect((await sent({}, { apiKey: harness.admin })).code).toBe('api_key_missing');
  });

  it('with an unknown public part gets the answer of one with a wrong secret, after the same hashing', async () => {
    const work: string[] = [];
    const backend: CryptoBackend = {
      ...nodeBackend,
      sha256: (data) => {
        work.push(`sha256 of ${data.byteLength}`);
        return nodeBackend.sha256(data);
      },
      constantTimeEqual: (a, b) => {
        work.push(`compare ${a.byteLength} with ${b.byteLength}`);
        return nodeBackend.constantTimeEqual(a, b);
      },
    };
    harness = await start({ backend });
    const { apiKey } = await create(forAll);
    const attempt = async (text: string) => {
      work.length = 0;
      const { status, headers, text: body } = await harness.send('listTenants', { apiKey: text });
      return { status, headers, body, work: [...work] };
    };
    // The row's own code is compared when it is read, which is now.
    await attempt(apiKey);
    const wrongSecret = await attempt(altered(apiKey, -2));
    const unknown = await attempt(altered(apiKey, 10));
    expect(unknown).toEqual(wrongSecret);
    expect(unknown.work).toEqual([`sha256 of ${apiKey.length + 32}`, 'compare 32 with 32']);
    expect(unknown.headers['www-authenticate']).toBe('Bearer');
  });

  it('may do what its stored role says, whatever its text says', async () => {
    const { id, apiKey } = await create({ ...forAcme, role: 'admin' });
    const row = await harness.rows.get('api-keys', [id]);
    await harness.rows.commit([
      {
        table: 'api-keys',
        key: [id],
        expectedRevision: row?.revision ?? 0,
        value: { ...row?.value, role: 'application' },
      },
    ]);
    expect(await told(apiKey)).toBe('permission_denied');
  });

  it('of an application cannot manage anything', async () => {
    const { apiKey } = await create({ ...forAcme, tenants: '*' });
    for (const id of [
      'createTenant',
      'listTenants',
      'listApiKeys',
      'createApiKey',
      'rotateService',
    ] as const) {
      const params = { tenant: 'acme', service: 'billing' };
      expect((await harness.send(id, { apiKey, params, json: {} })).code).toBe('permission_denied');
    }
  });
});

describe('who can write the database', () => {
  /** Replaces bytes in the stored row of a key, as someone with a database client would. */
  async function edit(id: string, from: string, to: string): Promise<void> {
    const row = await harness.store.get('api-keys', [id]);
    const text = Buffer.from(row?.content ?? []).toString('latin1');
    expect(text).toContain(from);
    await harness.store.commit([
      {
        table: 'api-keys',
        key: [id],
        expectedRevision: row?.revision ?? 0,
        content: new Uint8Array(Buffer.from(text.replace(from, to), 'latin1')),
      },
    ]);
  }

  it.each([
    ['the role', '"role":"application"', '"role":"admin"'],
    ['the tenants', '"tenants":["acme"]', '"tenants":"*"'],
    ['one tenant', '"acme"', '"evil"'],
    ['the salt', '"salt":"', '"salt":"0'],
  ])('cannot change %s of a key', async (_, from, to) => {
    const { id, apiKey } = await create(forAcme);
    await edit(id, from, to);
    expect(await told(apiKey)).toBe('row_authentication_failed');
  });

  it('cannot undo a revocation by editing it', async () => {
    const { id, apiKey } = await create(forAll);
    await harness.ok('revokeApiKey', { params: { apiKey: id } });
    await edit(id, `"revokedAt":"${new Date(harness.clock.now().wallMs).toISOString()}"`, '"revokedAt":null');
    expect(await told(apiKey)).toBe('row_authentication_failed');
  });

  it('cannot give his own hash to another key, nor move a row to another id', async () => {
    const own = await create(forAcme);
    const victim = await create(forAll);
    const [ownRow, victimRow] = await Promise.all(
      [own.id, victim.id].map((id) => harness.store.get('api-keys', [id])),
    );
    await harness.store.commit([
      { table: 'api-keys', key: [victim.id], expectedRevision: 1, content: ownRow?.content ?? null },
      { table: 'api-keys', key: [own.id], expectedRevision: 1, content: victimRow?.content ?? null },
    ]);
    expect(await told(own.apiKey)).toBe('row_authentication_failed');
    expect(await told(victim.apiKey)).toBe('row_authentication_failed');
  });

  it('cannot make a key: not with a row of his own, nor with rows from another installation', async () => {
    const other = await start({ store: createMemoryStore() });
    const { id, apiKey } = await other.service.apiKeys.create(forAll);
    const foreign = await other.store.get('api-keys', [id]);
    const json = Buffer.from(foreign?.content ?? []).subarray(33);
    for (const content of [
      foreign?.content,
      Buffer.concat([Buffer.alloc(33, 1), json]),
      json,
      Buffer.alloc(0),
    ]) {
      harness = await start();
      await harness.store.commit([
        { table: 'api-keys', key: [id], expectedRevision: 0, content: new Uint8Array(content ?? []) },
      ]);
      expect(await told(apiKey)).toBe('row_authentication_failed');
      expect(harness.log.at(-1)).toMatchObject({ principal: null, status: 500 });
    }
  });
});

describe('who manages the keys of some tenants', () => {
  let limited: { id: string; apiKey: string };
  beforeEach(async () => {
    limited = await create({ role: 'admin', tenants: ['acme', 'zen'], description: 'of acme and zen' });
  });

  it('gives no key that reaches further than his own', async () => {
    for (const tenants of ['*', ['acme', 'other'], ['other']] as const) {
      const json = { ...forAcme, tenants };
      expect((await harness.send('createApiKey', { apiKey: limited.apiKey, json })).code).toBe(
        'permission_denied',
      );
    }
    expect((await create(forAcme, limited.apiKey)).apiKey).toMatch(/^kf_application_/);
  });

  it('sees and revokes the keys of his tenants only; others are as if they were not', async () => {
    const own = await create(forAcme);
    const others = [await create(forAll), await create({ ...forAcme, tenants: ['acme', 'other'] })];
    const list = await harness.ok('listApiKeys', { apiKey: limited.apiKey });
    expect(list.json.items.map(({ id }) => id).sort()).toEqual([own.id, limited.id].sort());
    const revoke = (apiKey: string) =>
      harness.send('revokeApiKey', { apiKey: limited.apiKey, params: { apiKey } });
    const unknown = await revoke('kf_admin_AAAAAAAA');
    for (const { id } of others) expect(await revoke(id)).toEqual(unknown);
    expect(unknown.code).toBe('api_key_not_found');
    for (const { apiKey } of others) expect(await told(apiKey)).not.toBe('api_key_invalid');
    expect((await revoke(own.id)).code).toBe(null);
  });

  it('reads his keys page by page, with cursors that name none of the others', async () => {
    const visible = new Set([limited.id]);
    for (let i = 0; i < 12; i++) {
      visible.add((await create(forAcme)).id);
      await create(forAll);
    }
    const pages = await harness.pages('listApiKeys', limited.apiKey, 3);
    expect(pages.flatMap(({ ids }) => ids)).toEqual([...visible].sort());
    expect(pages.map(({ ids }) => ids.length)).toEqual([3, 3, 3, 3, 1]);
    for (const { next } of pages) expect(next === undefined || visible.has(next)).toBe(true);
  });
});

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'request:1' };
  const count = async () => (await harness.rows.list('api-keys', { limit: 500 })).length;

  it('makes one key of two equal requests, and shows its secret once', async () => {
    const first = await harness.ok('createApiKey', { json: forAcme, headers });
    const keys = await count();
    const second = await harness.ok('createApiKey', { json: forAcme, headers });
    expect(second.json).toEqual({ ...first.json, apiKey: null });
    expect(await count()).toBe(keys);
  });

  it('makes one key of equal requests at the same time, and shows its secret to one of them', async () => {
    const before = await count();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => harness.ok('createApiKey', { json: forAcme, headers })),
    );
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect(answers.filter(({ json }) => json.apiKey !== null)).toHaveLength(1);
    expect(await count()).toBe(before + 1);
  });

  it('is refused with another request, and counts for one API key only', async () => {
    await harness.ok('createApiKey', { json: forAcme, headers });
    const other = await harness.send('createApiKey', { apiKey: harness.admin, json: forAll, headers });
    expect([other.status, other.code]).toEqual([409, 'idempotency_conflict']);
    const colleague = await create(forAll);
    const own = await harness.ok('createApiKey', { apiKey: colleague.apiKey, json: forAll, headers });
    expect(own.json.apiKey).not.toBe(null);
  });

  it('makes one version of a service key of two equal rotations, also at the same time', async () => {
    await harness.tenant('acme');
    const params = { tenant: 'acme', service: 'billing' };
    const sent = { params, headers };
    const answers = await Promise.all(Array.from({ length: 8 }, () => harness.ok('rotateService', sent)));
    expect(answers.map(({ json }) => json.activeVersion)).toEqual(new Array(8).fill(2));
    expect((await harness.ok('rotateService', sent)).json.activeVersion).toBe(2);
    const next = { params, headers: { 'idempotency-key': 'request:2' } };
    expect((await harness.ok('rotateService', next)).json.activeVersion).toBe(3);
    expect((await harness.ok('rotateService', { params })).json.activeVersion).toBe(4);
  });

  it('makes the rotation that an earlier request recorded and did not come to', async () => {
    await harness.tenant('acme');
    const sent = { params: { tenant: 'acme', service: 'billing' }, headers };
    harness.root.answer = 'unavailable';
    harness.clock.advance(120_000); // so that the tenant's key has to be asked for
    const failed = await harness.send('rotateService', { apiKey: harness.admin, ...sent });
    expect(failed.code).toBe('root_key_unavailable');
    harness.root.answer = 'ok';
    expect((await harness.ok('rotateService', sent)).json.activeVersion).toBe(2);
    expect((await harness.ok('rotateService', sent)).json.activeVersion).toBe(2);
  });

  it('is refused for another service, and for another operation', async () => {
    await harness.tenant('acme');
    const send = async (service: string) =>
      (
        await harness.send('rotateService', {
          apiKey: harness.admin,
          params: { tenant: 'acme', service },
          headers,
        })
      ).code;
    await harness.ok('createService', { params: { tenant: 'acme', service: 'other' } });
    expect(await send('billing')).toBe(null);
    expect(await send('other')).toBe('idempotency_conflict');
    const asKey = await harness.send('createApiKey', { apiKey: harness.admin, json: forAcme, headers });
    expect(asKey.code).toBe('idempotency_conflict');
  });

  it('is harmless where repeating never has a second effect', async () => {
    await harness.tenant('acme');
    const params = { tenant: 'acme', service: 'billing' };
    expect((await harness.send('createService', { apiKey: harness.admin, params, headers })).code).toBe(null);
  });

  it.each(['', ' ', 'a b', 'a\r\nb', 'x'.repeat(129), 'ü'])(
    'of a form that is not one is refused: %j',
    async (key) => {
      const sent = { apiKey: harness.admin, json: forAcme, headers: { 'idempotency-key': key } };
      expect((await harness.send('createApiKey', sent)).code).toBe('invalid_request');
    },
  );
});
