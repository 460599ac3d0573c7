import { describe, expect, it } from 'vitest';
import { TestRoot } from '../src/testing/index.ts';
import { codeOf, start, startWithTenant } from './fixture.ts';

describe('tenants', () => {
  it('are made once, and returned by every further call with the same root', async () => {
    const { hierarchy, root } = await start();
    const first = await hierarchy.createTenant({ id: 'acme', root: root.reference });
    expect(first).toEqual({
      id: 'acme',
      root: { provider: 'test', keyId: 'root-1' },
      rootTenantId: expect.stringMatching(/^[\w-]{22}$/),
      binding: 'sovereign',
      createdAt: '2030-01-01T00:00:00.000Z',
    });
    expect(await hierarchy.createTenant({ id: 'acme', root: root.reference })).toEqual(first);
    expect(await hierarchy.getTenant('acme')).toEqual(first);
    expect(root.count('wrap')).toBe(1);
  });

  it('are one, however many identical calls make them at the same time', async () => {
    const { hierarchy, root } = await start();
    const calls = Array.from({ length: 20 }, () =>
      hierarchy.createTenant({ id: 'acme', root: root.reference }),
    );
    const made = await Promise.all(calls);
    expect(new Set(made.map((tenant) => tenant.rootTenantId)).size).toBe(1);
    expect((await hierarchy.listTenants()).items).toHaveLength(1);
    await hierarchy.createService('acme', 'billing');
  });

  it('conflict when they exist under another root', async () => {
    const { hierarchy, root } = await start();
    await hierarchy.createTenant({ id: 'acme', root: root.reference });
    for (const other of [
      { provider: 'test', keyId: 'root-2' },
      { provider: 'aws-kms', keyId: 'root-1' },
    ]) {
      expect(await codeOf(hierarchy.createTenant({ id: 'acme', root: other }))).toBe('tenant_conflict');
    }
  });

  it.each(['denied', 'unavailable', 'throttled', 'invalid'] as const)(
    'do not exist when their root answered %s',
    async (answer) => {
      const { hierarchy, root } = await start();
      root.answer = answer;
      expect(await codeOf(hierarchy.createTenant({ id: 'acme', root: root.reference }))).toBe(
        `root_key_${answer}`,
      );
      expect(await codeOf(hierarchy.getTenant('acme'))).toBe('tenant_not_found');
    },
  );

  it('show their root random identifiers only, never their name', async () => {
    const { hierarchy, root } = await startWithTenant();
    await hierarchy.generateDataKeys('acme', { kind: 'service', id: 'billing' }, 1);
    const { rootTenantId } = await hierarchy.getTenant('acme');
    expect(root.calls).toEqual([
      { operation: 'unwrap', context: { purpose: 'keyfold:tenant-key', tenant: rootTenantId, version: '1' } },
    ]);
    expect(JSON.stringify(root.calls)).not.toContain('acme');
  });

  it('keep only the name of their root, whatever else the caller passes', async () => {
    const { hierarchy, root } = await start();
    const reference = { ...root.reference, accessKey: 'secret' };
    await hierarchy.createTenant({ id: 'acme', root: reference });
    expect((await hierarchy.getTenant('acme')).root).toEqual(root.reference);
  });

  it.each(['', 'A', '-a', '_a', 'a b', '../a', 'a/b', 'a'.repeat(64), 'é', '__proto__', 'a\n'])(
    'cannot be called %j',
    async (id) => {
      const { hierarchy, root } = await startWithTenant();
      expect(await codeOf(hierarchy.createTenant({ id, root: root.reference }))).toBe('invalid_argument');
      expect(await codeOf(hierarchy.getTenant(id))).toBe('invalid_argument');
      expect(await codeOf(hierarchy.createService(id, 'billing'))).toBe('invalid_argument');
      expect(await codeOf(hierarchy.createService('acme', id))).toBe('invalid_argument');
      expect(await codeOf(hierarchy.generateDataKeys('acme', { kind: 'service', id }, 1))).toBe(
        'invalid_argument',
      );
    },
  );

  it('that do not exist are named as such by every call', async () => {
    const { hierarchy } = await start();
    const scope = { kind: 'service', id: 'billing' } as const;
    const calls = [
      hierarchy.getTenant('acme'),
      hierarchy.createService('acme', 'billing'),
      hierarchy.getService('acme', 'billing'),
      hierarchy.listServices('acme'),
      hierarchy.rotateServiceKey('acme', 'billing'),
      hierarchy.wrapDataKeys('acme', scope, []),
      hierarchy.unwrapDataKeys('acme', scope, []),
      hierarchy.rewrapDataKeys('acme', scope, []),
      hierarchy.generateDataKeys('acme', scope, 1),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'tenant_not_found'));
  });

  it('are listed by id, page by page, each once', async () => {
    const { hierarchy, root } = await start();
    const ids = Array.from({ length: 12 }, (_, i) => `t${String(i).padStart(2, '0')}`);
    for (const id of [...ids].reverse()) await hierarchy.createTenant({ id, root: root.reference });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await hierarchy.listTenants({ limit: 5, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((tenant) => tenant.id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids);
    expect(await hierarchy.listTenants({ limit: 12 })).not.toHaveProperty('next');
  });

  it.each([0, -1, 1.5, 101, Number.NaN])('are not listed %d at a time', async (limit) => {
    const { hierarchy } = await start();
    expect(await codeOf(hierarchy.listTenants({ limit }))).toBe('invalid_argument');
  });
});

describe('services', () => {
  it('are made once with an active version 1, and returned by every further call', async () => {
    const { hierarchy, root } = await start();
    await hierarchy.createTenant({ id: 'acme', root: root.reference });
    const first = await hierarchy.createService('acme', 'billing');
    expect(first).toEqual({
      tenant: 'acme',
      id: 'billing',
      activeVersion: 1,
      createdAt: '2030-01-01T00:00:00.000Z',
    });
    expect(await hierarchy.createService('acme', 'billing')).toEqual(first);
    expect(await hierarchy.getService('acme', 'billing')).toEqual(first);
  });

  it('are one, however many identical calls make them at the same time', async () => {
    const { hierarchy, restarted } = await startWithTenant();
    const other = restarted();
    const calls = Array.from({ length: 10 }, (_, i) =>
      (i % 2 === 0 ? hierarchy : other).createService('acme', 'new'),
    );
    expect(new Set((await Promise.all(calls)).map((service) => service.activeVersion))).toEqual(new Set([1]));
    const { items } = await hierarchy.generateDataKeys('acme', { kind: 'service', id: 'new' }, 1);
    const headers = items.map((item) => item.header);
    expect((await other.unwrapDataKeys('acme', { kind: 'service', id: 'new' }, headers)).items).toHaveLength(
      1,
    );
  });

  it('belong to one tenant', async () => {
    const { hierarchy, root } = await startWithTenant();
    await hierarchy.createTenant({ id: 'acme-2', root: root.reference });
    expect(await codeOf(hierarchy.getService('acme-2', 'billing'))).toBe('service_not_found');
    expect((await hierarchy.listServices('acme-2')).items).toEqual([]);
    await hierarchy.createService('acme-2', 'zeta');
    const { items } = await hierarchy.listServices('acme');
    expect(items.map((service) => service.id)).toEqual(['billing', 'shipping']);
  });

  it('are listed by id, page by page, and a cursor of another tenant leads nowhere else', async () => {
    const { hierarchy } = await startWithTenant();
    const first = await hierarchy.listServices('acme', { limit: 1 });
    expect(first.items.map((service) => service.id)).toEqual(['billing']);
    const second = await hierarchy.listServices('acme', { limit: 1, cursor: first.next ?? '' });
    expect(second.items.map((service) => service.id)).toEqual(['shipping']);
    expect(second).not.toHaveProperty('next');
    expect((await hierarchy.listServices('acme', { cursor: 'zzz\u0000' })).items).toEqual([]);
  });

  it('that do not exist are named as such by every call', async () => {
    const { hierarchy } = await startWithTenant();
    const scope = { kind: 'service', id: 'none' } as const;
    const calls = [
      hierarchy.getService('acme', 'none'),
      hierarchy.rotateServiceKey('acme', 'none'),
      hierarchy.wrapDataKeys('acme', scope, []),
      hierarchy.unwrapDataKeys('acme', scope, []),
      hierarchy.rewrapDataKeys('acme', scope, []),
      hierarchy.generateDataKeys('acme', scope, 1),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'service_not_found'));
  });

  it('are reported without their root, and made only with it', async () => {
    const { hierarchy, root } = await startWithTenant();
    root.answer = 'denied';
    expect((await hierarchy.getService('acme', 'billing')).id).toBe('billing');
    expect(await codeOf(hierarchy.createService('acme', 'new'))).toBe('root_key_denied');
    expect(await codeOf(hierarchy.getService('acme', 'new'))).toBe('service_not_found');
  });

  it('go up by one version with each rotation', async () => {
    const { hierarchy } = await startWithTenant();
    expect((await hierarchy.rotateServiceKey('acme', 'billing')).activeVersion).toBe(2);
    expect((await hierarchy.rotateServiceKey('acme', 'billing')).activeVersion).toBe(3);
    expect((await hierarchy.getService('acme', 'billing')).activeVersion).toBe(3);
    expect((await hierarchy.getService('acme', 'shipping')).activeVersion).toBe(1);
  });
});

describe('the scopes', () => {
  it.each([
    { kind: 'tenant' },
    { kind: 'user', id: 'u' },
    { kind: 'platform' },
    { kind: 'secret', id: 's' },
  ] as const)('of kind $kind have no keys', async (scope) => {
    const { hierarchy } = await startWithTenant();
    expect(await codeOf(hierarchy.generateDataKeys('acme', scope, 1))).toBe('scope_unsupported');
    expect(await codeOf(hierarchy.wrapDataKeys('acme', scope, []))).toBe('scope_unsupported');
    expect(await codeOf(hierarchy.unwrapDataKeys('acme', scope, []))).toBe('scope_unsupported');
    expect(await codeOf(hierarchy.rewrapDataKeys('acme', scope, []))).toBe('scope_unsupported');
  });
});

describe('the options of a hierarchy', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 86_400_001])(
    'take no lease of %d ms',
    async (leaseMs) => {
      expect(await codeOf(start({ leaseMs }))).toBe('invalid_argument');
    },
  );

  it.each([0, 1.5, -1])('take no bound of %d tenants', async (maxTenantsHeld) => {
    expect(await codeOf(start({ maxTenantsHeld }))).toBe('invalid_argument');
  });
});

describe('two tenants of one root', () => {
  it('have roots that know them apart', async () => {
    const root = new TestRoot();
    const { hierarchy } = await start({ roots: () => root });
    const a = await hierarchy.createTenant({ id: 'a', root: root.reference });
    const b = await hierarchy.createTenant({ id: 'b', root: root.reference });
    expect(a.rootTenantId).not.toBe(b.rootTenantId);
  });
});
