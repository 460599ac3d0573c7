import type { DataKeyHeader } from '@keyfold/crypto-core';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../src/memory-store.ts';
import { type FaultMoment, FaultyStore } from '../src/testing/index.ts';
import { defaultWrapLimits } from '../src/wrap-budget.ts';
import { billing, codeOf, type Fixture, itemOf, start, startWithTenant } from './fixture.ts';

/** Blocks of one, so that every wrapping needs the store and can meet its failure. */
const wrapLimits = { ...defaultWrapLimits, firstBlock: 1, largestBlock: 1 };

interface Acknowledged {
  readonly header: DataKeyHeader;
  readonly key: number[];
}

async function wrapOne({ hierarchy }: Pick<Fixture, 'hierarchy'>): Promise<Acknowledged[]> {
  const { items } = await hierarchy.generateDataKeys('acme', billing, 1);
  return items.map(({ header, dataKey }) => ({ header, key: [...dataKey.reveal()] }));
}

async function expectToOpen({ hierarchy }: Pick<Fixture, 'hierarchy'>, made: Acknowledged[]): Promise<void> {
  const headers = made.map(({ header }) => header);
  const { items } = await hierarchy.unwrapDataKeys('acme', billing, headers);
  expect(items.map(itemOf)).toEqual(made.map(({ key }) => key));
}

/**
 * Lets the store fail at its first operation, at its second, and so on, until `work` is over before its turn comes; after each
 * failure `verify` looks at what is left.
 */
async function failEverywhere(
  moment: FaultMoment,
  prepare: (store: FaultyStore) => Promise<Fixture>,
  work: (fixture: Fixture) => Promise<unknown>,
  verify: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  for (let nth = 1; ; nth++) {
    const store = new FaultyStore(createMemoryStore());
    const fixture = await prepare(store);
    store.failAt(nth, moment);
    const failed = await work(fixture).then(
      () => false,
      () => true,
    );
    const reached = store.operations >= nth;
    expect(failed).toBe(reached);
    store.failAt(0, moment);
    // What the same process sees, and what it sees after a restart.
    await verify(fixture);
    await verify({ ...fixture, hierarchy: fixture.restarted() });
    if (!reached) {
      expect(nth).toBeGreaterThan(1);
      return;
    }
  }
}

describe.each(['before', 'after'] as const)('when the store fails %s any one of its operations', (moment) => {
  it('a tenant exists whole or not at all, and creating it again completes it', async () => {
    await failEverywhere(
      moment,
      (store) => start({ store, wrapLimits }),
      ({ hierarchy, root }) => hierarchy.createTenant({ id: 'acme', root: root.reference }),
      async ({ store, hierarchy, root }) => {
        const keys = await store.list('tenant_key', { limit: 10 });
        const tenants = await store.list('tenant', { limit: 10 });
        expect(keys).toHaveLength(tenants.length);
        await hierarchy.createTenant({ id: 'acme', root: root.reference });
        await hierarchy.createService('acme', 'billing');
        await expectToOpen({ hierarchy }, await wrapOne({ hierarchy }));
      },
    );
  });

  it('a service exists whole or not at all, and creating it again completes it', async () => {
    await failEverywhere(
      moment,
      (store) => startWithTenant({ store, wrapLimits }),
      ({ hierarchy }) => hierarchy.createService('acme', 'new'),
      async ({ store, hierarchy }) => {
        const prefix = ['acme', 'new'];
        const services = await store.list('service', { prefix, limit: 10 });
        expect(await store.list('service_key', { prefix, limit: 10 })).toHaveLength(services.length);
        expect((await hierarchy.createService('acme', 'new')).activeVersion).toBe(1);
        const { items } = await hierarchy.generateDataKeys('acme', { kind: 'service', id: 'new' }, 1);
        expect(items).toHaveLength(1);
      },
    );
  });

  it('a rotation has happened or has not, and every key acknowledged before still opens', async () => {
    const made = new Map<Fixture['store'], Acknowledged[]>();
    await failEverywhere(
      moment,
      async (store) => {
        const fixture = await startWithTenant({ store, wrapLimits });
        made.set(store, await wrapOne(fixture));
        return fixture;
      },
      ({ hierarchy }) => hierarchy.rotateServiceKey('acme', 'billing'),
      async ({ store, hierarchy }) => {
        const { activeVersion } = await hierarchy.getService('acme', 'billing');
        const keys = await store.list('service_key', { prefix: ['acme', 'billing'], limit: 10 });
        expect(keys).toHaveLength(activeVersion);
        await expectToOpen({ hierarchy }, [...(made.get(store) ?? []), ...(await wrapOne({ hierarchy }))]);
      },
    );
  });

  it('a wrapping is acknowledged and opens, or is not acknowledged', async () => {
    const made = new Map<Fixture['store'], Acknowledged[]>();
    await failEverywhere(
      moment,
      (store) => startWithTenant({ store, wrapLimits }),
      async (fixture) => made.set(fixture.store, await wrapOne(fixture)),
      async ({ store, hierarchy }) => {
        await expectToOpen({ hierarchy }, [...(made.get(store) ?? []), ...(await wrapOne({ hierarchy }))]);
      },
    );
  });
});

describe('a commit that fails', () => {
  it('is reported as what it is', async () => {
    const store = new FaultyStore(createMemoryStore());
    const { hierarchy, root } = await start({ store });
    store.failAt(2, 'before');
    expect(await codeOf(hierarchy.createTenant({ id: 'acme', root: root.reference }))).toBe('store_failed');
  });
});
