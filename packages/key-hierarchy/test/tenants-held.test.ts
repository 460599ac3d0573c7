import { describe, expect, it } from 'vitest';
import type { TestRoot } from '../src/testing/index.ts';
import {
  billing,
  type Fixture,
  HeldStore,
  recordingBackend,
  SteppedRoot,
  settled,
  start,
} from './fixture.ts';

/** So many tenants, each with the service `billing`, and nothing in memory. */
async function startWithTenants(count: number, options: Parameters<typeof start>[0]): Promise<Fixture> {
  const fixture = await start(options);
  for (let i = 0; i < count; i++) {
    await fixture.hierarchy.createTenant({ id: `t${i}`, root: fixture.root.reference });
    await fixture.hierarchy.createService(`t${i}`, 'billing');
  }
  fixture.hierarchy.close();
  fixture.root.calls.length = 0;
  return { ...fixture, hierarchy: fixture.restarted() };
}

async function use({ hierarchy }: Fixture, tenant: string): Promise<void> {
  const { items } = await hierarchy.generateDataKeys(tenant, billing, 1);
  for (const { dataKey } of items) dataKey.dispose();
}

const unwraps = (root: TestRoot) => root.count('unwrap');

describe('the number of tenants held in memory', () => {
  it('is bounded: the one that was used longest ago is zeroised', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await startWithTenants(4, { maxTenantsHeld: 3, backend });
    const live = () => wrappingKeys.filter((key) => !key.disposed).length;
    for (const tenant of ['t0', 't1', 't2']) await use(fixture, tenant);
    expect(live()).toBe(6);
    await use(fixture, 't0');
    expect(unwraps(fixture.root)).toBe(3);
    await use(fixture, 't3');
    expect(live()).toBe(6);
    await use(fixture, 't0');
    await use(fixture, 't2');
    await use(fixture, 't3');
    expect(unwraps(fixture.root)).toBe(4);
    await use(fixture, 't1');
    expect(unwraps(fixture.root)).toBe(5);
    expect(live()).toBe(6);
  });

  it('may be exceeded while more tenants are in use, none of which loses its keys, and returns to the bound', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await startWithTenants(20, { maxTenantsHeld: 1, backend });
    const calls = Array.from({ length: 20 }, (_, i) =>
      Promise.all([use(fixture, `t${i}`), use(fixture, `t${i}`), use(fixture, `t${i}`)]),
    );
    await Promise.all(calls);
    expect(unwraps(fixture.root)).toBe(20);
    expect(wrappingKeys.filter((key) => !key.disposed)).toHaveLength(2);
  });

  it('never takes the keys from calls that wait for them, in whatever order the root answers', async () => {
    const root = new SteppedRoot();
    const fixture = await start({ roots: () => root, maxTenantsHeld: 1 });
    const ids = Array.from({ length: 8 }, (_, i) => `t${i}`);
    for (const id of ids) {
      await fixture.hierarchy.createTenant({ id, root: root.reference });
      const created = fixture.hierarchy.createService(id, 'billing');
      await settled();
      root.unwraps.at(-1)?.resolve();
      await created;
    }
    const calls = ids.flatMap((id) => [use(fixture, id), use(fixture, id)]);
    await settled();
    const waiting = root.unwraps.slice(ids.length);
    for (const step of waiting.reverse()) step.resolve();
    await Promise.all(calls);
  });

  it('does not take the keys from a call that is still under way, nor from one that waited with it', async () => {
    const store = new HeldStore();
    const fixture = await startWithTenants(2, { store, maxTenantsHeld: 1 });
    store.hold('service');
    const slow = use(fixture, 't0');
    const waitedWithIt = use(fixture, 't0');
    await settled();
    await use(fixture, 't1');
    store.release();
    await Promise.all([slow, waitedWithIt]);
    // The same with one of the two over before the other.
    await use(fixture, 't1');
    const short = fixture.hierarchy.unwrapDataKeys('t0', billing, []);
    store.hold('service_key');
    const long = use(fixture, 't0');
    await short;
    await use(fixture, 't1');
    store.release();
    await long;
  });

  it('costs one call to the root per tenant while they all fit', async () => {
    const fixture = await startWithTenants(200, { maxTenantsHeld: 10_000 });
    const ids = Array.from({ length: 200 }, (_, i) => `t${i}`);
    for (let round = 0; round < 3; round++) await Promise.all(ids.map((id) => use(fixture, id)));
    expect(unwraps(fixture.root)).toBe(200);
  });
});
