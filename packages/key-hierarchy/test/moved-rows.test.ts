import { dataKeyHeader } from '@keyfold/crypto-core';
import { describe, expect, it } from 'vitest';
import type { AuthenticatedStore, Store } from '../src/index.ts';
import type { KeyReferenceRow, ServiceKeyRow, ServiceRow, TenantKeyRow, TenantRow } from '../src/rows.ts';
import { billing, codeOf, type Fixture, itemOf, only, shipping, startWithTenant } from './fixture.ts';

/** The tenants `acme` and `other`, each with `billing` and `shipping`, and nothing in memory. */
async function startWithTwo(): Promise<Fixture> {
  const fixture = await startWithTenant();
  await fixture.hierarchy.createTenant({ id: 'other', root: fixture.root.reference });
  await fixture.hierarchy.createService('other', 'billing');
  await fixture.hierarchy.createService('other', 'shipping');
  return { ...fixture, hierarchy: fixture.restarted() };
}

/** Copies a row as whoever can write the database can: the bytes, to another place. */
async function copyBytes(
  store: Store,
  table: string,
  from: readonly string[],
  to: readonly string[],
): Promise<void> {
  const content = (await store.get(table, from))?.content;
  const target = await store.get(table, to);
  if (content === undefined) throw new Error('There is no such row.');
  await store.commit([{ table, key: to, expectedRevision: target?.revision ?? 0, content }]);
}

/**
 * Changes a row as its rightful writer would, with a valid authentication code: what is left to stop it is what the wrapping
 * itself is bound to.
 */
async function edit<T extends object>(
  rows: AuthenticatedStore,
  table: string,
  key: readonly string[],
  change: (value: T) => T,
): Promise<void> {
  const row = await rows.get<T>(table, key);
  if (row === undefined) throw new Error('There is no such row.');
  await rows.commit([{ table, key, expectedRevision: row.revision, value: change(row.value) }]);
}

async function stored<T extends object>(
  rows: AuthenticatedStore,
  table: string,
  key: readonly string[],
): Promise<T> {
  const row = await rows.get<T>(table, key);
  if (row === undefined) throw new Error('There is no such row.');
  return row.value;
}

const v1 = '0000000001';

describe('whoever can write the store', () => {
  it.each([
    ['tenant', ['other'], ['acme']],
    ['tenant_key', ['other', v1], ['acme', v1]],
    ['service', ['other', 'billing'], ['acme', 'billing']],
    ['service_key', ['other', 'billing', v1], ['acme', 'billing', v1]],
    ['service_key', ['acme', 'shipping', v1], ['acme', 'billing', v1]],
  ] as const)('cannot put a row of %s in place of another', async (table, from, to) => {
    const { store, hierarchy } = await startWithTwo();
    await copyBytes(store, table, from, to);
    expect(await codeOf(hierarchy.generateDataKeys('acme', billing, 1))).toBe('row_authentication_failed');
  });

  it('cannot give a tenant the key reference of another', async () => {
    const { store, hierarchy } = await startWithTwo();
    const { header } = only((await hierarchy.generateDataKeys('other', billing, 1)).items);
    const reference = Buffer.from(header.keyReference).toString('base64url');
    await copyBytes(store, 'key_reference', ['other', reference], ['acme', reference]);
    expect(await codeOf(hierarchy.unwrapDataKeys('acme', billing, [header]))).toBe(
      'row_authentication_failed',
    );
  });

  it('cannot make a tenant or a service', async () => {
    const { store, hierarchy } = await startWithTwo();
    await copyBytes(store, 'tenant', ['acme'], ['mine']);
    await copyBytes(store, 'service', ['acme', 'billing'], ['acme', 'mine']);
    expect(await codeOf(hierarchy.getTenant('mine'))).toBe('row_authentication_failed');
    expect(await codeOf(hierarchy.getService('acme', 'mine'))).toBe('row_authentication_failed');
    expect(await codeOf(hierarchy.listTenants())).toBe('row_authentication_failed');
  });

  it('cannot name another root for a tenant', async () => {
    const { store, hierarchy } = await startWithTwo();
    const row = await store.get('tenant', ['acme']);
    if (row === undefined) throw new Error('There is such a row.');
    const text = Buffer.from(row.content).toString('latin1').replace('root-1', 'root-2');
    await store.commit([{ ...row, expectedRevision: row.revision, content: Buffer.from(text, 'latin1') }]);
    expect(await codeOf(hierarchy.getTenant('acme'))).toBe('row_authentication_failed');
  });
});

describe('a wrapped key, even in an authentic row,', () => {
  it("does not open as another tenant's key", async () => {
    const { rows, hierarchy } = await startWithTwo();
    const { wrapped } = await stored<TenantKeyRow>(rows, 'tenant_key', ['other', v1]);
    await edit<TenantKeyRow>(rows, 'tenant_key', ['acme', v1], (value) => ({ ...value, wrapped }));
    expect(await codeOf(hierarchy.generateDataKeys('acme', billing, 1))).toBe('root_key_invalid');
  });

  it('does not open as another version of the tenant key', async () => {
    const { rows, hierarchy } = await startWithTwo();
    const key = await stored<TenantKeyRow>(rows, 'tenant_key', ['acme', v1]);
    await rows.commit([
      {
        table: 'tenant_key',
        key: ['acme', '0000000002'],
        expectedRevision: 0,
        value: { ...key, version: 2 },
      },
    ]);
    await edit<TenantRow>(rows, 'tenant', ['acme'], (value) => ({ ...value, activeVersion: 2 }));
    expect(await codeOf(hierarchy.generateDataKeys('acme', billing, 1))).toBe('root_key_invalid');
  });

  it.each([
    ['another tenant', ['other', 'billing', v1]],
    ['another service', ['acme', 'shipping', v1]],
  ] as const)("does not open as a service's key in %s", async (_where, from) => {
    const { rows, hierarchy } = await startWithTwo();
    const stolen = await stored<ServiceKeyRow>(rows, 'service_key', from);
    await edit<ServiceKeyRow>(rows, 'service_key', ['acme', 'billing', v1], () => stolen);
    expect(await codeOf(hierarchy.generateDataKeys('acme', billing, 1))).toBe('key_unwrap_failed');
  });

  it("does not open under another tenant's key, also when everything else of the service is copied", async () => {
    const { rows, hierarchy } = await startWithTwo();
    const { header } = only((await hierarchy.generateDataKeys('other', billing, 1)).items);
    const stolen = await stored<ServiceKeyRow>(rows, 'service_key', ['other', 'billing', v1]);
    const named = await stored<KeyReferenceRow>(rows, 'key_reference', ['other', stolen.keyReference]);
    await edit<ServiceKeyRow>(rows, 'service_key', ['acme', 'billing', v1], () => stolen);
    const place = { table: 'key_reference', key: ['acme', stolen.keyReference] };
    await rows.commit([{ ...place, expectedRevision: 0, value: named }]);
    const { items } = await hierarchy.unwrapDataKeys('acme', billing, [header]);
    expect(itemOf(only(items))).toBe('key_unwrap_failed');
  });

  it.each([
    ['version', { version: 2 }],
    ['parent version', { parentVersion: 2 }],
    ['reference', { keyReference: 'AAAAAAAAAAA' }],
  ] as const)('does not open as a service key with another %s', async (_what, change) => {
    const { rows, hierarchy } = await startWithTwo();
    const old = await stored<ServiceKeyRow>(rows, 'service_key', ['acme', 'billing', v1]);
    const changed: ServiceKeyRow = { ...old, ...change };
    const version = `000000000${changed.version}`;
    const place = { table: 'service_key', key: ['acme', 'billing', version] };
    const revision = (await rows.get(place.table, place.key))?.revision ?? 0;
    await rows.commit([{ ...place, expectedRevision: revision, value: changed }]);
    await edit<ServiceRow>(rows, 'service', ['acme', 'billing'], (value) => ({
      ...value,
      activeVersion: changed.version,
    }));
    expect(await codeOf(hierarchy.generateDataKeys('acme', billing, 1))).toBe('key_unwrap_failed');
  });

  it("does not open under another service key of the same tenant, when its header's reference is changed", async () => {
    const { hierarchy } = await startWithTwo();
    const mine = only((await hierarchy.generateDataKeys('acme', billing, 1)).items);
    const theirs = only((await hierarchy.generateDataKeys('acme', shipping, 1)).items);
    const header = dataKeyHeader(
      { keyReference: theirs.header.keyReference, wrapped: mine.header.wrapped },
      mine.header.commitment,
    );
    const { items } = await hierarchy.unwrapDataKeys('acme', shipping, [header]);
    expect(itemOf(only(items))).toBe('key_unwrap_failed');
  });
});

describe('the store', () => {
  it('holds no key: neither as bytes nor in any text form', async () => {
    const fixture = await startWithTenant();
    const { items } = await fixture.hierarchy.generateDataKeys('acme', billing, 3);
    const tables = ['master_key', 'tenant', 'tenant_key', 'service', 'service_key', 'key_reference'];
    const contents: Buffer[] = [];
    for (const table of tables) {
      for (const row of await fixture.store.list(table, { limit: 100 }))
        contents.push(Buffer.from(row.content));
    }
    expect(contents.length).toBeGreaterThan(tables.length);
    const all = Buffer.concat(contents);
    for (const { dataKey } of items) {
      const key = Buffer.from(dataKey.reveal());
      for (const form of [key, key.toString('hex'), key.toString('base64'), key.toString('base64url')]) {
        expect(all.includes(form)).toBe(false);
      }
    }
  });
});
