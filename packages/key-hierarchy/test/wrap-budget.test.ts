import { describe, expect, it } from 'vitest';
import type { AuthenticatedStore } from '../src/index.ts';
import type { ServiceKeyRow, TenantKeyRow } from '../src/rows.ts';
import { defaultWrapLimits, type WrapLimits } from '../src/wrap-budget.ts';
import { billing, codeOf, type Fixture, itemOf, startWithTenant } from './fixture.ts';

const limits: WrapLimits = { rotateAt: 1_000_000, refuseAt: 2_000_000, firstBlock: 4, largestBlock: 16 };

async function keyRow(rows: AuthenticatedStore, version = 1): Promise<ServiceKeyRow> {
  const row = await rows.get<ServiceKeyRow>('service_key', ['acme', 'billing', `000000000${version}`]);
  if (row === undefined) throw new Error(`There is no version ${version}.`);
  return row.value;
}

async function wrap({ hierarchy }: Pick<Fixture, 'hierarchy'>, count = 1): Promise<void> {
  const { items } = await hierarchy.generateDataKeys('acme', billing, count);
  for (const { dataKey } of items) dataKey.dispose();
}

describe('the uses of a wrapping key', () => {
  it('are limited as NIST SP 800-38D §8.3 prescribes for random nonces, and rotate at half of that', () => {
    expect(defaultWrapLimits).toMatchObject({ rotateAt: 2 ** 31, refuseAt: 2 ** 32 });
  });

  it('are set aside durably before they are used, in blocks that grow', async () => {
    const fixture = await startWithTenant({ wrapLimits: limits });
    const reserved: number[] = [];
    for (let i = 0; i < 40; i++) {
      await wrap(fixture);
      reserved.push((await keyRow(fixture.rows)).wrapsReserved);
    }
    expect(reserved.every((count, i) => count >= i + 1)).toBe(true);
    expect([...new Set(reserved)]).toEqual([4, 12, 28, 44]);
  });

  it('are never counted too few by a process that ends without warning, or by two at the same time', async () => {
    const fixture = await startWithTenant({ wrapLimits: limits });
    const others = [fixture.hierarchy, fixture.restarted(), fixture.restarted()];
    let used = 0;
    for (let i = 0; i < 10; i++) {
      await Promise.all(others.map((hierarchy) => wrap({ hierarchy }, 3)));
      used += others.length * 3;
      expect((await keyRow(fixture.rows)).wrapsReserved).toBeGreaterThanOrEqual(used);
    }
  });

  it('of a batch larger than a block are set aside together', async () => {
    const fixture = await startWithTenant({ wrapLimits: limits });
    await wrap(fixture, 100);
    expect((await keyRow(fixture.rows)).wrapsReserved).toBe(100);
  });

  it('of many parallel calls are set aside once for all of them where a block has room', async () => {
    const fixture = await startWithTenant({ wrapLimits: { ...limits, firstBlock: 64, largestBlock: 64 } });
    await Promise.all(Array.from({ length: 64 }, () => wrap(fixture)));
    expect((await keyRow(fixture.rows)).wrapsReserved).toBe(64);
  });

  it('are never set aside under a version that another process has replaced: the new one is used', async () => {
    const fixture = await startWithTenant({ wrapLimits: limits });
    await wrap(fixture);
    await fixture.restarted().rotateServiceKey('acme', 'billing');
    const before = (await keyRow(fixture.rows)).wrapsReserved;
    for (let i = 0; i < 20; i++) await wrap(fixture);
    expect((await keyRow(fixture.rows)).wrapsReserved).toBe(before);
    expect((await keyRow(fixture.rows, 2)).wrapsReserved).toBeGreaterThanOrEqual(17);
  });

  it('are not needed to unwrap', async () => {
    const fixture = await startWithTenant({ wrapLimits: limits });
    const { items } = await fixture.hierarchy.generateDataKeys('acme', billing, 2);
    const before = (await keyRow(fixture.rows)).wrapsReserved;
    const headers = items.map((item) => item.header);
    for (let i = 0; i < 20; i++) await fixture.hierarchy.unwrapDataKeys('acme', billing, headers);
    expect((await keyRow(fixture.rows)).wrapsReserved).toBe(before);
  });
});

describe('a service key that was used often enough', () => {
  const rotating: WrapLimits = { rotateAt: 8, refuseAt: 16, firstBlock: 4, largestBlock: 4 };

  it('is replaced by a new version by itself, and goes on opening what it wrapped', async () => {
    const fixture = await startWithTenant({ wrapLimits: rotating });
    const made = [];
    for (let i = 0; i < 30; i++)
      made.push(...(await fixture.hierarchy.generateDataKeys('acme', billing, 1)).items);
    const { activeVersion } = await fixture.hierarchy.getService('acme', 'billing');
    expect(activeVersion).toBeGreaterThan(2);
    for (let version = 1; version < activeVersion; version++) {
      const row = await keyRow(fixture.rows, version);
      expect(row.state).toBe('deactivated');
      expect(row.wrapsReserved).toBeLessThanOrEqual(rotating.refuseAt);
    }
    const headers = made.map((item) => item.header);
    const { items } = await fixture.restarted().unwrapDataKeys('acme', billing, headers);
    expect(items.map(itemOf)).toEqual(made.map((item) => [...item.dataKey.reveal()]));
  });

  it('is replaced once, however many calls notice at the same time', async () => {
    const fixture = await startWithTenant({ wrapLimits: rotating });
    await wrap(fixture, 8);
    await Promise.all(Array.from({ length: 4 }, () => wrap(fixture)));
    expect((await fixture.hierarchy.getService('acme', 'billing')).activeVersion).toBe(2);
  });

  it('goes on wrapping when it cannot be replaced, and refuses at its bound', async () => {
    // The tenant key has 8 uses: two services, and six more that leave none to wrap a new version with.
    const wrapLimits: WrapLimits = { rotateAt: 4, refuseAt: 8, firstBlock: 1, largestBlock: 1 };
    const fixture = await startWithTenant({ wrapLimits });
    for (let i = 0; i < 6; i++) await fixture.hierarchy.createService('acme', `s${i}`);
    expect(await codeOf(fixture.hierarchy.createService('acme', 'one-too-many'))).toBe(
      'wrap_budget_exhausted',
    );
    expect(await codeOf(fixture.hierarchy.rotateServiceKey('acme', 'billing'))).toBe('wrap_budget_exhausted');
    const made = [];
    for (let i = 0; i < 8; i++)
      made.push(...(await fixture.hierarchy.generateDataKeys('acme', billing, 1)).items);
    expect(await codeOf(wrap(fixture))).toBe('wrap_budget_exhausted');
    expect(await codeOf(wrap({ hierarchy: fixture.restarted() }))).toBe('wrap_budget_exhausted');
    expect((await keyRow(fixture.rows)).wrapsReserved).toBe(8);
    const headers = made.map((item) => item.header);
    expect((await fixture.hierarchy.unwrapDataKeys('acme', billing, headers)).items.map(itemOf)).toEqual(
      made.map((item) => [...item.dataKey.reveal()]),
    );
  });

  it('is the tenant key too: the services it wraps are counted', async () => {
    const fixture = await startWithTenant();
    const row = await fixture.rows.get<TenantKeyRow>('tenant_key', ['acme', '0000000001']);
    expect(row?.value.wrapsReserved).toBe(defaultWrapLimits.firstBlock);
  });
});

describe('a key version in a state that forbids it', () => {
  it.each([
    ['compromised', 'key_state_forbids', 'key_state_forbids'],
    ['destroyed', 'key_state_forbids', 'key_state_forbids'],
    ['pre-active', 'key_state_forbids', 'key_state_forbids'],
  ] as const)('%s neither wraps nor unwraps', async (state, wraps, unwraps) => {
    const fixture = await startWithTenant();
    const { items } = await fixture.hierarchy.generateDataKeys('acme', billing, 1);
    const place = { table: 'service_key', key: ['acme', 'billing', '0000000001'] };
    const row = await fixture.rows.get<ServiceKeyRow>(place.table, place.key);
    if (row === undefined) throw new Error('There is such a row.');
    await fixture.rows.commit([{ ...place, expectedRevision: row.revision, value: { ...row.value, state } }]);
    const hierarchy = fixture.restarted();
    expect(await codeOf(wrap({ hierarchy }))).toBe(wraps);
    const headers = items.map((item) => item.header);
    expect((await hierarchy.unwrapDataKeys('acme', billing, headers)).items.map(itemOf)).toEqual([unwraps]);
    await hierarchy.rotateServiceKey('acme', 'billing');
    await wrap({ hierarchy });
    expect((await keyRow(fixture.rows)).state).toBe(state);
    expect((await hierarchy.unwrapDataKeys('acme', billing, headers)).items.map(itemOf)).toEqual([unwraps]);
  });

  it('locks the tenant when it is the tenant key', async () => {
    const fixture = await startWithTenant();
    const place = { table: 'tenant_key', key: ['acme', '0000000001'] };
    const row = await fixture.rows.get<TenantKeyRow>(place.table, place.key);
    if (row === undefined) throw new Error('There is such a row.');
    const value: TenantKeyRow = { ...row.value, state: 'compromised' };
    await fixture.rows.commit([{ ...place, expectedRevision: row.revision, value }]);
    expect(await codeOf(wrap(fixture))).toBe('key_state_forbids');
    expect(fixture.root.calls).toEqual([]);
  });
});
