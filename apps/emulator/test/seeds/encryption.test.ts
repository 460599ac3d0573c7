import { randomBytes } from 'node:crypto';
import { parseValue, prepareValueContext, SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { createKeyHierarchy, type KeyHierarchy, openMaster, type RootResolver } from '@keyfold/key-hierarchy';
import { staticRootKey } from '@keyfold/kms/static';
import { createService, type Service } from '@keyfold/service';
import { describe, expect, it } from 'vitest';
import { account, conflict, hex, openMachine, otherId, region, shown } from './seed-harness.ts';

const root = `arn:aws:kms:${region}:${account}:key/${otherId}`;
const adminKey = `kf_admin_${'A'.repeat(43)}`;

function seedOf(tenant: object, ...apiKeys: readonly object[]): object {
  return { version: 1, tenants: [{ id: 'acme', root, ...tenant }], apiKeys };
}

/** An encryption API on a store of its own, with roots of its own: all that two machines share is the seed. */
async function openEncryption() {
  const machine = await openMachine();
  const ownRoot = (keyId: string) =>
    staticRootKey({ keyId, key: SecretBytes.take(randomBytes(32)), backend: nodeBackend });
  const { rows } = await openMaster({
    store: machine.store,
    root: ownRoot('platform'),
    backend: nodeBackend,
  });
  const key = ownRoot(root);
  const roots: RootResolver = () => key;
  const openHierarchy = () => createKeyHierarchy({ rows, roots, backend: nodeBackend });
  const hierarchy = openHierarchy();
  const service = createService({ hierarchy, rows, backend: nodeBackend, clock: machine.clock });
  const encryption = { rows, roots, backend: nodeBackend };
  const applyAll = (seed: object) => machine.apply(seed, { encryption });
  return { hierarchy, openHierarchy, service, rows, applyAll };
}

async function seal(hierarchy: KeyHierarchy, service: string): Promise<Uint8Array> {
  const scope = { kind: 'service', id: service } as const;
  const fresh = nodeBackend.createDataKey();
  const { items } = await hierarchy.wrapDataKeys('acme', scope, [
    { dataKey: fresh.secret, commitment: fresh.commitment },
  ]);
  const sealer = fresh.wrappedAs(items[0] ?? expect.fail());
  return sealer.sealValue('4111', prepareValueContext({ tenant: 'acme', scope, context: {} }));
}

/** The value, or the code of the error. */
async function open(hierarchy: KeyHierarchy, service: string, value: Uint8Array): Promise<unknown> {
  const scope = { kind: 'service', id: service } as const;
  const { header } = parseValue(value);
  const { items } = await hierarchy.unwrapDataKeys('acme', scope, [header]);
  const [item] = items;
  if (!(item instanceof SecretBytes)) return item?.code;
  return nodeBackend
    .openDataKey(header, item)
    .openValue(value, prepareValueContext({ tenant: 'acme', scope, context: {} }));
}

async function statusOf(service: Service, apiKey: string): Promise<number> {
  const answer = await service.execute('getTenant', {
    params: { tenant: 'acme' },
    query: new URLSearchParams(),
    headers: { authorization: `Bearer ${apiKey}` },
    body: new Uint8Array(),
    requestId: 'test',
  });
  answer[Symbol.dispose]();
  return answer.status;
}

describe('a tenant of a seed', () => {
  const services = [{ id: 'billing' }, { id: 'search', keyVersions: 3 }];
  const seed = seedOf({ material: { hex: hex(1) }, services });

  it('has the same keys on every machine: what one sealed the other opens', async () => {
    const [here, there] = [await openEncryption(), await openEncryption()];
    for (const { applyAll } of [here, there])
      expect(await applyAll(seed)).toMatchObject({ tenants: { created: 1, unchanged: 0 } });
    for (const { id } of services) {
      expect(await open(there.hierarchy, id, await seal(here.hierarchy, id))).toBe('4111');
      expect(await open(here.hierarchy, id, await seal(there.hierarchy, id))).toBe('4111');
    }
    expect(await open(there.hierarchy, 'billing', await seal(here.hierarchy, 'search'))).toBe(
      'key_reference_not_found',
    );
    expect((await here.hierarchy.getService('acme', 'search')).activeVersion).toBe(3);
    expect((await here.hierarchy.getTenant('acme')).rootTenantId).toBe(
      (await there.hierarchy.getTenant('acme')).rootTenantId,
    );
  });

  it('keeps each version of a key as more are added', async () => {
    const machine = await openEncryption();
    const versions = (keyVersions: number) =>
      seedOf({ material: { hex: hex(1) }, services: [{ id: 'search', keyVersions }] });
    const other = await openEncryption();
    await other.applyAll(versions(3));
    for (const count of [1, 2, 3]) {
      await machine.applyAll(versions(count));
      // Another hierarchy each time: one that runs remembers for a while which version wraps.
      const value = await seal(machine.openHierarchy(), 'search');
      expect(await open(other.hierarchy, 'search', value)).toBe('4111');
      expect((await machine.hierarchy.getService('acme', 'search')).activeVersion).toBe(count);
    }
    expect(await machine.applyAll(versions(2))).toMatchObject({ tenants: { created: 0, unchanged: 1 } });
  });

  it('has keys of chance without material, and other keys of other material', async () => {
    const machines = await Promise.all([openEncryption(), openEncryption(), openEncryption()]);
    const seeds = [
      seedOf({ services }),
      seedOf({ services }),
      seedOf({ services, material: { hex: hex(2) } }),
    ];
    for (const [index, { applyAll }] of machines.entries()) await applyAll(seeds[index] ?? expect.fail());
    const value = await seal(machines[0].hierarchy, 'billing');
    for (const { hierarchy } of machines.slice(1))
      expect(await open(hierarchy, 'billing', value)).toBe('key_reference_not_found');
  });

  it('a second time changes nothing', async () => {
    const { applyAll, hierarchy, rows } = await openEncryption();
    const withKey = seedOf(
      { material: { hex: hex(1) }, services },
      { key: adminKey, role: 'admin', tenants: '*' },
    );
    await applyAll(withKey);
    const value = await seal(hierarchy, 'billing');
    const before = await rows.list('service_key', { limit: 100 });
    expect(await applyAll(withKey)).toMatchObject({
      tenants: { created: 0, unchanged: 1 },
      apiKeys: { created: 0, unchanged: 1 },
    });
    expect(await rows.list('service_key', { limit: 100 })).toEqual(before);
    expect(await open(hierarchy, 'billing', value)).toBe('4111');
  });

  it('is refused where another is there already', async () => {
    const { applyAll } = await openEncryption();
    await applyAll(seedOf({ services }));
    const errors = [
      await conflict(applyAll(seed)),
      await conflict(applyAll(seedOf({ root: root.replace('9999', '8888') }))),
    ];
    expect(errors.flatMap(({ problems }) => problems.map(shown))).toEqual([
      '1:25 tenants[0] is a tenant that is there already, with keys that are not of its material. Change the seed, or begin with an emulator that is empty.',
      '1:25 tenants[0] is a tenant that is there already, under another root key. Change the seed, or begin with an emulator that is empty.',
    ]);
  });

  it('is refused where a service has a key that is not of its material', async () => {
    const { applyAll, hierarchy } = await openEncryption();
    await applyAll(seedOf({ material: { hex: hex(1) } }));
    await hierarchy.createService('acme', 'billing');
    const { problems } = await conflict(applyAll(seed));
    expect(problems.map(({ message }) => message)).toEqual([
      'has a service billing that is there already, with a key of version 1 that is not of its material',
    ]);
  });
});

describe('an API key of a seed', () => {
  const tenant = { material: { hex: hex(1) } };

  it('is good from then on, for what it says', async () => {
    const { applyAll, service } = await openEncryption();
    const [all, mine, other] = ['B', 'C', 'D'].map((letter) => `kf_application_${letter.repeat(43)}`);
    await applyAll(
      seedOf(
        tenant,
        { key: adminKey, role: 'admin', tenants: '*', description: 'mine' },
        { key: all, role: 'application', tenants: '*' },
        { key: mine, role: 'application', tenants: ['acme'] },
        { key: other, role: 'application', tenants: ['globex'] },
      ),
    );
    expect(await statusOf(service, adminKey)).toBe(200);
    expect(await statusOf(service, `${adminKey.slice(0, -1)}B`)).toBe(401);
    expect(await statusOf(service, other ?? '')).not.toBe(200);
    await service.apiKeys.revoke(adminKey.slice(0, 'kf_admin_'.length + 8));
    expect(await statusOf(service, adminKey)).toBe(401);
  });

  it('is refused where it was revoked, or begins as another', async () => {
    const { applyAll, service } = await openEncryption();
    const key = { key: adminKey, role: 'admin', tenants: '*' };
    await applyAll(seedOf(tenant, key));
    const another = { ...key, key: `${adminKey.slice(0, -1)}B` };
    expect((await conflict(applyAll(seedOf(tenant, another)))).problems[0]?.message).toBe(
      'begins as another API key that is there already',
    );
    await service.apiKeys.revoke(adminKey.slice(0, 'kf_admin_'.length + 8));
    const { problems, message } = await conflict(applyAll(seedOf(tenant, key)));
    expect(problems[0]?.message).toBe('is an API key that was revoked');
    expect(message).not.toContain('AAAA');
  });
});
