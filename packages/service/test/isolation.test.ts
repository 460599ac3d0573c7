import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { type OperationId, operationIds, operationOf } from '@keyfold/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Harness, type Received, type Sent, start } from './harness.ts';
import { sampleRequests } from './samples.ts';

const scope = { kind: 'service', id: 'billing' };

let harness: Harness;
let reads: string[];
let samples: Readonly<Record<OperationId, Sent>>;
let headerOfAcme: string;
/** Keys of `bravo`, which is not `acme`. */
let bravo: { readonly admin: string; readonly application: string };

beforeEach(async () => {
  const store = createMemoryStore();
  reads = [];
  harness = await start({
    store: {
      get: (table, key) => {
        reads.push(`${table}/${key.join('/')}`);
        return store.get(table, key);
      },
      list: (table, options) => {
        reads.push(table);
        return store.list(table, options);
      },
      commit: (changes) => store.commit(changes),
      close: () => store.close(),
    },
  });
  await harness.tenant('acme');
  const application = await harness.tenant('bravo');
  const admin = await harness.service.apiKeys.create({ role: 'admin', tenants: ['bravo'], description: 'b' });
  bravo = { admin: admin.apiKey, application };
  const made = await harness.ok('generateDataKeys', {
    params: { tenant: 'acme' },
    json: { scope, count: 1 },
  });
  headerOfAcme = made.json.items[0]?.header ?? '';
  const victim = await harness.service.apiKeys.create({ role: 'admin', tenants: ['acme'], description: 'a' });
  samples = sampleRequests({ root: harness.root.reference, header: headerOfAcme, apiKeyId: victim.id });
});

const inTenants = operationIds.filter((id) => operationOf(id).path.includes('{tenant}'));

function toTenant(id: OperationId, tenant: string): Sent {
  return { ...samples[id], params: { ...samples[id].params, tenant } };
}

describe("another tenant's key", () => {
  it.each(inTenants)('cannot tell by %s whether a tenant exists: same bytes, same reads', async (id) => {
    const attempt = async (apiKey: string, tenant: string): Promise<[Received, string[]]> => {
      reads.length = 0;
      const answer = await harness.send(id, { ...toTenant(id, tenant), apiKey });
      return [answer, [...reads]];
    };
    for (const apiKey of Object.values(bravo)) {
      const existing = await attempt(apiKey, 'acme');
      const unknown = await attempt(apiKey, 'nowhere');
      expect(existing).toEqual(unknown);
      expect(existing[0].code).toMatch(/^(tenant_not_found|permission_denied)$/);
    }
    expect((await attempt(bravo.admin, 'acme'))[0].code).toBe('tenant_not_found');
  });

  it('gets for a foreign tenant what a key of all tenants gets for one that does not exist', async () => {
    for (const id of inTenants.filter((name) => name !== 'createTenant')) {
      const foreign = await harness.send(id, { ...toTenant(id, 'acme'), apiKey: bravo.admin });
      const unknown = await harness.send(id, { ...toTenant(id, 'nowhere'), apiKey: harness.admin });
      expect(foreign, id).toEqual(unknown);
    }
  });

  it('changes nothing of the foreign tenant, and leaves a record under itself that does not name it', async () => {
    const before = await harness.ok('getService', { params: { tenant: 'acme', service: 'billing' } });
    harness.log.length = 0;
    for (const id of inTenants) await harness.send(id, { ...toTenant(id, 'acme'), apiKey: bravo.admin });
    const after = await harness.ok('getService', { params: { tenant: 'acme', service: 'billing' } });
    expect(after.json).toEqual(before.json);
    expect(harness.log).toHaveLength(inTenants.length);
    for (const record of harness.log) {
      expect(record).toMatchObject({ tenant: null, code: 'tenant_not_found' });
      expect(bravo.admin.startsWith(record.principal ?? '-')).toBe(true);
      expect(JSON.stringify(record)).not.toContain('acme');
    }
  });

  it("gets for a foreign header under its own tenant what it gets for one that nobody's key wrapped", async () => {
    const unknown = Buffer.from(headerOfAcme, 'base64url').fill(9, 2, 10).toString('base64url');
    for (const id of ['unwrapDataKeys', 'rewrapDataKeys'] as const) {
      const sent = (header: string): Sent => ({
        apiKey: bravo.application,
        params: { tenant: 'bravo' },
        json: { scope, items: [{ header }] },
      });
      const foreign = await harness.send(id, sent(headerOfAcme));
      expect({ ...foreign, json: 0, text: itemsOf(foreign) }).toEqual({
        ...(await harness.send(id, sent(unknown))),
        json: 0,
        text: itemsOf(foreign),
      });
      expect(itemsOf(foreign)).toContain('key_reference_not_found');
    }
  });

  it('sees neither tenants nor API keys of others in lists, nor by a cursor that names one', async () => {
    for (const query of [{}, { cursor: 'acme' }, { limit: '1' }]) {
      const { json } = await harness.ok('listTenants', { apiKey: bravo.admin, query });
      expect(json.items.map(({ id }) => id)).toEqual(['bravo']);
      expect(json.next).toBe(undefined);
    }
    const keys = await harness.ok('listApiKeys', { apiKey: bravo.admin });
    for (const { tenants } of keys.json.items) expect(tenants).toEqual(['bravo']);
  });
});

function itemsOf({ json }: Received): string {
  return json !== null && typeof json === 'object' && 'items' in json ? JSON.stringify(json.items) : '';
}
