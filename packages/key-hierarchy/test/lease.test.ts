import { SecretBytes } from '@keyfold/crypto-core';
import { describe, expect, it, vi } from 'vitest';
import { type RootKey, RootKeyDeniedError } from '../src/index.ts';
import type { TenantKeyRow } from '../src/rows.ts';
import { TestRoot } from '../src/testing/index.ts';
import {
  billing,
  codeOf,
  type Fixture,
  HeedlessRoot,
  HeldStore,
  leaseMs,
  only,
  RecordingRoot,
  recordingBackend,
  SteppedRoot,
  settled,
  shipping,
  start,
  startWithTenant,
} from './fixture.ts';

/** One use of the tenant's keys. */
async function use({ hierarchy }: Pick<Fixture, 'hierarchy'>): Promise<number> {
  const { leaseRemainingMs, items } = await hierarchy.generateDataKeys('acme', billing, 1);
  for (const { dataKey } of items) dataKey.dispose();
  return leaseRemainingMs;
}

/** A use that begins a renewal and, if the root answers fast enough, already meets its outcome. */
async function beginRenewal(fixture: Fixture): Promise<void> {
  await use(fixture).catch(() => undefined);
  await settled();
}

/** A tenant whose keys are in memory, with more than half of the lease gone: the next use begins a renewal. */
async function startBeforeRenewal(options: Parameters<typeof start>[0] = {}): Promise<Fixture> {
  const fixture = await startWithTenant(options);
  await use(fixture);
  fixture.clock.advance(leaseMs / 2 + 1);
  return fixture;
}

describe('the remaining lease in an answer', () => {
  it('is the whole lease when the root answered at once', async () => {
    expect(await use(await startWithTenant())).toBe(leaseMs);
  });

  it('counts from when the request to the root was sent, not from its answer', async () => {
    const fixture = await startWithTenant();
    fixture.root.hold();
    const arrived = fixture.root.nextCall();
    const answer = use(fixture);
    await arrived;
    fixture.clock.advance(20_000);
    fixture.root.release();
    expect(await answer).toBe(leaseMs - 20_000);
  });

  it('goes down as time passes, in whole milliseconds', async () => {
    const fixture = await startWithTenant();
    await use(fixture);
    fixture.clock.advance(10_000.25);
    expect(await use(fixture)).toBe(leaseMs - 10_001);
  });

  it('is in every answer that is about data keys', async () => {
    const { hierarchy, clock } = await startWithTenant();
    const { items } = await hierarchy.generateDataKeys('acme', billing, 1);
    clock.advance(1_000);
    const headers = items.map((item) => item.header);
    const answers = await Promise.all([
      hierarchy.wrapDataKeys('acme', billing, []),
      hierarchy.unwrapDataKeys('acme', billing, headers),
      hierarchy.rewrapDataKeys('acme', billing, headers),
      hierarchy.generateDataKeys('acme', billing, 1),
    ]);
    expect(answers.map((answer) => answer.leaseRemainingMs)).toEqual(answers.map(() => leaseMs - 1_000));
  });

  it('ends by the wall clock when the machine was suspended', async () => {
    const fixture = await startWithTenant();
    await use(fixture);
    fixture.root.answer = 'unavailable';
    fixture.clock.advanceWall(leaseMs);
    expect(await codeOf(use(fixture))).toBe('root_key_unavailable');
  });

  it('is not stretched by a wall clock that is set back', async () => {
    const fixture = await startWithTenant();
    await use(fixture);
    fixture.root.answer = 'unavailable';
    fixture.clock.advanceWall(-3_600_000);
    fixture.clock.advanceMonotonic(leaseMs - 1);
    expect(await use(fixture)).toBe(1);
    fixture.clock.advanceMonotonic(1);
    expect(await codeOf(use(fixture))).toBe('root_key_unavailable');
  });

  it('is never given when the root took longer than the lease to answer', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await startWithTenant({ backend });
    fixture.root.hold();
    const arrived = fixture.root.nextCall();
    const answer = codeOf(use(fixture));
    await arrived;
    fixture.clock.advance(leaseMs);
    fixture.root.release();
    expect(await answer).toBe('root_key_unavailable');
    expect(wrappingKeys.every((key) => key.disposed)).toBe(true);
    expect(await use(fixture)).toBe(leaseMs);
  });
});

describe('a call that is still under way when the lease ends', () => {
  it.each([
    ['wrapDataKeys', 'service_key'],
    ['unwrapDataKeys', 'key_reference'],
    ['rewrapDataKeys', 'service_key'],
    ['generateDataKeys', 'service_key'],
  ] as const)('%s gives no answer', async (operation, table) => {
    const store = new HeldStore();
    const fixture = await startWithTenant({ store });
    const { header } = only((await fixture.restarted().generateDataKeys('acme', billing, 1)).items);
    await fixture.hierarchy.wrapDataKeys('acme', shipping, []);
    using dataKey = SecretBytes.random(32);
    const calls = {
      wrapDataKeys: () =>
        fixture.hierarchy.wrapDataKeys('acme', billing, [{ dataKey, commitment: header.commitment }]),
      unwrapDataKeys: () => fixture.hierarchy.unwrapDataKeys('acme', billing, [header]),
      rewrapDataKeys: () => fixture.hierarchy.rewrapDataKeys('acme', billing, [header]),
      generateDataKeys: () => fixture.hierarchy.generateDataKeys('acme', billing, 1),
    };
    store.hold(table);
    const underWay = codeOf(calls[operation]());
    await settled();
    fixture.clock.advance(leaseMs);
    store.release();
    expect(await underWay).toBe('root_key_unavailable');
  });

  it.each(['createService', 'rotateServiceKey'] as const)('%s changes nothing', async (operation) => {
    const store = new HeldStore();
    const fixture = await startWithTenant({ store });
    const service = operation === 'createService' ? 'new' : 'billing';
    await use(fixture);
    store.hold('tenant_key');
    const underWay = codeOf(fixture.hierarchy[operation]('acme', service));
    await settled();
    fixture.clock.advance(leaseMs);
    store.release();
    expect(await underWay).toBe('root_key_unavailable');
    const found = await fixture.hierarchy.listServices('acme');
    expect(found.items.map(({ id, activeVersion }) => `${id} ${activeVersion}`)).toEqual([
      'billing 1',
      'shipping 1',
    ]);
  });
});

describe('cold keys', () => {
  it('cost one call to the root, however many calls need them at the same time', async () => {
    const fixture = await startWithTenant();
    const { hierarchy, root } = fixture;
    const calls = Array.from({ length: 50 }, (_, i) =>
      hierarchy.generateDataKeys('acme', i % 2 === 0 ? billing : shipping, 1),
    );
    expect(await Promise.all(calls)).toHaveLength(50);
    expect(root.count('unwrap')).toBe(1);
  });

  it('fail together, and are asked for again by the next call', async () => {
    const fixture = await startWithTenant();
    fixture.root.answer = 'unavailable';
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(use(fixture))));
    expect(new Set(codes)).toEqual(new Set(['root_key_unavailable']));
    expect(fixture.root.count('unwrap')).toBe(1);
    fixture.root.answer = 'ok';
    expect(await use(fixture)).toBe(leaseMs);
  });

  it('are asked for again while the root denies, and open as soon as it allows', async () => {
    const fixture = await startWithTenant();
    fixture.root.answer = 'denied';
    expect(await codeOf(use(fixture))).toBe('root_key_denied');
    expect(await codeOf(use(fixture))).toBe('root_key_denied');
    fixture.root.answer = 'ok';
    expect(await use(fixture)).toBe(leaseMs);
  });

  it('open through a real unwrap only: the root is never asked for a mere description', async () => {
    const fixture = await startBeforeRenewal();
    await use(fixture);
    await settled();
    expect(fixture.root.count('unwrap')).toBe(2);
    expect(fixture.root.count('describe')).toBe(0);
  });

  it('turn an error that the adapter does not know into root_key_unavailable, with its cause', async () => {
    const cause = new TypeError('a defect');
    const root = new TestRoot();
    const broken: RootKey = {
      reference: root.reference,
      wrap: (key, context) => root.wrap(key, context),
      unwrap: () => Promise.reject(cause),
      describe: () => root.describe(),
    };
    const { hierarchy } = await start({ roots: () => broken });
    await hierarchy.createTenant({ id: 'acme', root: root.reference });
    const error: unknown = await hierarchy
      .createService('acme', 'billing')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'root_key_unavailable', retryable: true, cause });
  });
});

describe('renewal', () => {
  it('does not happen while half of the lease or more is left', async () => {
    const fixture = await startWithTenant();
    await use(fixture);
    fixture.clock.advance(leaseMs / 2);
    await use(fixture);
    await settled();
    expect(fixture.root.count('unwrap')).toBe(1);
  });

  it('happens once in the background, however many calls there are, and none of them waits for it', async () => {
    const fixture = await startBeforeRenewal();
    fixture.root.hold();
    for (const remaining of await Promise.all(Array.from({ length: 50 }, () => use(fixture)))) {
      expect(remaining).toBe(leaseMs / 2 - 1);
    }
    await settled();
    expect(fixture.root.count('unwrap')).toBe(2);
    fixture.root.release();
    await settled();
    expect(await use(fixture)).toBe(leaseMs);
    expect(fixture.root.count('unwrap')).toBe(2);
  });

  it('begins a lease that counts from when its request was sent', async () => {
    const fixture = await startBeforeRenewal();
    fixture.root.hold();
    await use(fixture);
    await settled();
    fixture.clock.advance(5_000);
    fixture.root.release();
    await settled();
    expect(await use(fixture)).toBe(leaseMs - 5_000);
  });

  it('keeps a tenant in use open for as long as its root agrees', async () => {
    const fixture = await startWithTenant();
    for (let i = 0; i < 100; i++) {
      expect(await use(fixture)).toBeGreaterThanOrEqual(leaseMs / 2 - 10_000);
      fixture.clock.advance(10_000);
      await settled();
    }
    expect(fixture.root.count('unwrap')).toBeLessThan(30);
  });

  it('does not happen for a tenant that nobody uses', async () => {
    const fixture = await startWithTenant();
    await use(fixture);
    fixture.clock.advance(10 * leaseMs);
    await settled();
    expect(fixture.root.count('unwrap')).toBe(1);
  });

  it('leaves no key behind but the one in use', async () => {
    const root = new RecordingRoot();
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await startBeforeRenewal({ roots: () => root, backend });
    const before = wrappingKeys.filter((key) => !key.disposed).length;
    await use(fixture);
    await settled();
    expect(root.given.every((key) => key.disposed)).toBe(true);
    await use(fixture);
    expect(wrappingKeys.filter((key) => !key.disposed)).toHaveLength(before);
  });

  it('sees what another process changed: its rotation is used from the next lease on', async () => {
    const fixture = await startBeforeRenewal();
    await fixture.restarted().rotateServiceKey('acme', 'billing');
    await use(fixture);
    await settled();
    const { items } = await fixture.hierarchy.generateDataKeys('acme', billing, 1);
    const row = await fixture.rows.get<{ keyReference: string }>('service_key', [
      'acme',
      'billing',
      '0000000002',
    ]);
    const reference = Buffer.from(items[0]?.header.keyReference ?? []).toString('base64url');
    expect(reference).toBe(row?.value.keyReference);
  });
});

describe('a tenant key that another process wrapped anew', () => {
  it('is opened from its new wrapping', async () => {
    const fixture = await startBeforeRenewal();
    const place = { table: 'tenant_key', key: ['acme', '0000000001'] };
    const row = await fixture.rows.get<TenantKeyRow>(place.table, place.key);
    if (row === undefined) throw new Error('There is such a row.');
    const { rootTenantId } = await fixture.hierarchy.getTenant('acme');
    const context = { purpose: 'keyfold:tenant-key', tenant: rootTenantId, version: '1' };
    const old = Buffer.from(row.value.wrapped, 'base64url');
    using key = await fixture.root.unwrap(old, context);
    const wrapped = Buffer.from(await fixture.root.wrap(key, context)).toString('base64url');
    const value: TenantKeyRow = { ...row.value, wrapped };
    await fixture.rows.commit([{ ...place, expectedRevision: row.revision, value }]);
    fixture.root.calls.length = 0;
    await beginRenewal(fixture);
    expect(await use(fixture)).toBe(leaseMs);
    expect(fixture.root.count('unwrap')).toBe(2);
  });
});

describe.each(['denied', 'invalid'] as const)('a renewal that the root answers with %s', (answer) => {
  it('ends the lease at once and zeroises the tenant key and every service key', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await startBeforeRenewal({ backend });
    await fixture.hierarchy.generateDataKeys('acme', shipping, 1);
    await settled();
    fixture.clock.advance(leaseMs / 2 + 1);
    expect(wrappingKeys.filter((key) => !key.disposed)).toHaveLength(3);
    fixture.root.answer = answer;
    await beginRenewal(fixture);
    expect(wrappingKeys.filter((key) => !key.disposed)).toHaveLength(0);
    expect(await codeOf(use(fixture))).toBe(`root_key_${answer}`);
  });

  it('locks nobody else', async () => {
    const other = new TestRoot('root-2');
    const first = new TestRoot();
    const roots = new Map([first, other].map((root) => [root.reference.keyId, root]));
    const fixture = await startBeforeRenewal({ roots: ({ keyId }) => roots.get(keyId) ?? first });
    await fixture.hierarchy.createTenant({ id: 'other', root: other.reference });
    await fixture.hierarchy.createService('other', 'billing');
    first.answer = answer;
    await beginRenewal(fixture);
    expect(await codeOf(use(fixture))).toBe(`root_key_${answer}`);
    expect((await fixture.hierarchy.generateDataKeys('other', billing, 1)).items).toHaveLength(1);
  });

  it('opens again as soon as the root allows', async () => {
    const fixture = await startBeforeRenewal();
    fixture.root.answer = answer;
    await beginRenewal(fixture);
    fixture.root.answer = 'ok';
    expect(await use(fixture)).toBe(leaseMs);
  });
});

describe('a refusal', () => {
  it('says what to do', async () => {
    const fixture = await startWithTenant();
    fixture.root.answer = 'denied';
    const error: unknown = await use(fixture).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RootKeyDeniedError);
    expect(error).toMatchObject({ layer: 'key', retryable: false, hint: expect.stringContaining('Enable') });
  });

  it('is in force in a fresh process at once', async () => {
    const fixture = await startWithTenant();
    await use(fixture);
    fixture.root.answer = 'denied';
    expect(await codeOf(use({ hierarchy: fixture.restarted() }))).toBe('root_key_denied');
  });

  it('is noticed by a warm hierarchy before the lease ends, and nothing opens after that', async () => {
    const fixture = await startWithTenant();
    await use(fixture);
    fixture.root.answer = 'denied';
    let lastSuccessMs = -1;
    for (let ms = 0; ms <= 2 * leaseMs; ms += 1_000) {
      const opened = await use(fixture).then(
        () => true,
        () => false,
      );
      if (opened) lastSuccessMs = ms;
      await settled();
      fixture.clock.advance(1_000);
    }
    expect(lastSuccessMs).toBeGreaterThan(0);
    expect(lastSuccessMs).toBeLessThan(leaseMs);
  });

  it('stops a call that is under way: nothing leaves after it', async () => {
    const store = new HeldStore();
    const fixture = await startBeforeRenewal({ store });
    const { items } = await fixture.hierarchy.generateDataKeys('acme', billing, 1);
    await settled();
    fixture.clock.advance(leaseMs / 2 + 1);
    fixture.root.hold();
    const headers = items.map((item) => item.header);
    await fixture.hierarchy.unwrapDataKeys('acme', billing, headers);
    // The renewal is with the root; now a call needs a row that the store is slow to read.
    await settled();
    store.hold('service_key');
    const underWay = codeOf(fixture.hierarchy.generateDataKeys('acme', shipping, 3));
    await settled();
    fixture.root.answer = 'denied';
    fixture.root.release();
    await settled();
    store.release();
    expect(await underWay).toBe('root_key_denied');
  });
});

describe.each(['unavailable', 'throttled'] as const)('a root that is %s', (answer) => {
  it('leaves the keys until the lease ends, then blocks everything below', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await startBeforeRenewal({ backend });
    fixture.root.answer = answer;
    for (let left = leaseMs / 2 - 1; left > 0; left -= 1_000) {
      expect(await use(fixture)).toBe(left);
      await settled();
      fixture.clock.advance(Math.min(left, 1_000));
    }
    expect(await codeOf(use(fixture))).toBe(`root_key_${answer}`);
    expect(wrappingKeys.every((key) => key.disposed)).toBe(true);
    expect(await codeOf(fixture.hierarchy.createService('acme', 'new'))).toBe(`root_key_${answer}`);
    expect(await codeOf(fixture.hierarchy.rotateServiceKey('acme', 'billing'))).toBe(`root_key_${answer}`);
    fixture.root.answer = 'ok';
    expect(await use(fixture)).toBe(leaseMs);
  });

  it('is asked again while the lease lasts, but not at every use', async () => {
    const fixture = await startBeforeRenewal();
    fixture.root.answer = answer;
    for (let i = 0; i < 200; i++) {
      await use(fixture);
      await settled();
    }
    expect(fixture.root.count('unwrap')).toBe(2);
    fixture.clock.advance(leaseMs / 20 + 1);
    fixture.root.answer = 'ok';
    await use(fixture);
    await settled();
    expect(await use(fixture)).toBe(leaseMs);
    expect(fixture.root.count('unwrap')).toBe(3);
  });
});

describe('a renewal', () => {
  it('keeps the keys until the lease ends when the store fails', async () => {
    const store = new HeldStore();
    const fixture = await startBeforeRenewal({ store });
    store.failing = true;
    expect(await use(fixture)).toBe(leaseMs / 2 - 1);
    await settled();
    expect(await use(fixture)).toBe(leaseMs / 2 - 1);
    fixture.clock.advance(leaseMs / 2);
    expect(await codeOf(use(fixture))).toBe('store_failed');
  });

  it.each(['tenant', 'tenant_key'])('purges when the row in %s was changed from outside', async (table) => {
    const fixture = await startBeforeRenewal();
    const [row] = await fixture.store.list(table, { limit: 1 });
    if (row === undefined) throw new Error('There is such a row.');
    await fixture.store.commit([{ ...row, expectedRevision: row.revision, content: row.content }]);
    await beginRenewal(fixture);
    expect(await codeOf(use(fixture))).toBe('row_authentication_failed');
  });

  it('that was sent before the lease ended brings nothing back after a refusal', async () => {
    const root = new SteppedRoot();
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await start({ roots: () => root, backend });
    await fixture.hierarchy.createTenant({ id: 'acme', root: root.reference });
    const created = fixture.hierarchy.createService('acme', 'billing');
    await settled();
    root.unwraps[0]?.resolve();
    await created;
    fixture.clock.advance(leaseMs / 2 + 1);
    await use(fixture);
    // Unwrap 1 is the renewal, on its way; then the lease ends, and a call asks again: unwrap 2.
    await settled();
    fixture.clock.advance(leaseMs);
    const blocked = codeOf(use(fixture));
    await settled();
    expect(root.unwraps).toHaveLength(3);
    root.answer = 'denied';
    root.unwraps[2]?.resolve();
    expect(await blocked).toBe('root_key_denied');
    root.answer = 'ok';
    root.unwraps[1]?.resolve();
    await settled();
    expect(wrappingKeys.every((key) => key.disposed)).toBe(true);
    const again = use(fixture);
    await settled();
    expect(root.unwraps).toHaveLength(4);
    root.unwraps[3]?.resolve();
    expect(await again).toBe(leaseMs);
  });

  it('that is refused late purges what a later unwrap brought', async () => {
    const root = new SteppedRoot();
    const fixture = await start({ roots: () => root });
    await fixture.hierarchy.createTenant({ id: 'acme', root: root.reference });
    const created = fixture.hierarchy.createService('acme', 'billing');
    await settled();
    root.unwraps[0]?.resolve();
    await created;
    fixture.clock.advance(leaseMs / 2 + 1);
    await use(fixture);
    await settled();
    fixture.clock.advance(leaseMs);
    const cold = use(fixture);
    await settled();
    root.unwraps[2]?.resolve();
    expect(await cold).toBe(leaseMs);
    root.answer = 'denied';
    root.unwraps[1]?.resolve();
    await settled();
    const next = codeOf(use(fixture));
    await settled();
    expect(root.unwraps).toHaveLength(4);
    root.unwraps[3]?.resolve();
    expect(await next).toBe('root_key_denied');
  });
});

describe('closing', () => {
  it('zeroises everything at once and refuses every call', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const fixture = await startWithTenant({ backend });
    const { hierarchy } = fixture;
    await use(fixture);
    expect(wrappingKeys.some((key) => !key.disposed)).toBe(true);
    hierarchy.close();
    hierarchy.close();
    expect(wrappingKeys.every((key) => key.disposed)).toBe(true);
    const calls = [
      hierarchy.createTenant({ id: 'new', root: fixture.root.reference }),
      hierarchy.getTenant('acme'),
      hierarchy.listTenants(),
      hierarchy.createService('acme', 'new'),
      hierarchy.getService('acme', 'billing'),
      hierarchy.listServices('acme'),
      hierarchy.rotateServiceKey('acme', 'billing'),
      hierarchy.wrapDataKeys('acme', billing, []),
      hierarchy.unwrapDataKeys('acme', billing, []),
      hierarchy.rewrapDataKeys('acme', billing, []),
      hierarchy.generateDataKeys('acme', billing, 1),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'hierarchy_closed'));
  });

  it('gives up what waits for a root', async () => {
    const fixture = await startWithTenant();
    fixture.root.hold();
    const calls = [
      use(fixture),
      use(fixture),
      fixture.hierarchy.createTenant({ id: 'new', root: fixture.root.reference }),
    ].map(codeOf);
    await settled();
    fixture.hierarchy.close();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'hierarchy_closed'));
    const again = fixture.restarted();
    fixture.root.release();
    expect(await codeOf(again.getTenant('new'))).toBe('tenant_not_found');
  });

  it('abandons a renewal without a trace, also when a heedless root answers it', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const root = new HeedlessRoot();
    const fixture = await start({ roots: () => root, backend });
    await fixture.hierarchy.createTenant({ id: 'acme', root: root.reference });
    const created = fixture.hierarchy.createService('acme', 'billing');
    await settled();
    root.unwraps[0]?.resolve();
    await created;
    fixture.clock.advance(leaseMs / 2 + 1);
    await use(fixture);
    await settled();
    expect(root.unwraps).toHaveLength(2);
    fixture.hierarchy.close();
    root.unwraps[1]?.resolve();
    await settled();
    expect(root.given.map((key) => key.disposed)).toEqual([true, true]);
    expect(wrappingKeys.every((key) => key.disposed)).toBe(true);
  });

  it('zeroises a cold key that a heedless root unwraps too late', async () => {
    const { backend, wrappingKeys } = recordingBackend();
    const root = new HeedlessRoot();
    const fixture = await start({ roots: () => root, backend });
    await fixture.hierarchy.createTenant({ id: 'acme', root: root.reference });
    const waiting = codeOf(fixture.hierarchy.createService('acme', 'billing'));
    await settled();
    fixture.hierarchy.close();
    root.unwraps[0]?.resolve();
    expect(await waiting).toBe('hierarchy_closed');
    expect(root.given.map((key) => key.disposed)).toEqual([true]);
    expect(wrappingKeys.every((key) => key.disposed)).toBe(true);
  });
});

describe('keys that nobody asks for any more', () => {
  it('are zeroised soon after their lease ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { backend, wrappingKeys } = recordingBackend();
      const fixture = await startWithTenant({ backend });
      await use(fixture);
      fixture.clock.advance(leaseMs - 1);
      vi.advanceTimersByTime(leaseMs);
      expect(wrappingKeys.some((key) => !key.disposed)).toBe(true);
      fixture.clock.advance(1);
      vi.advanceTimersByTime(leaseMs / 20);
      expect(wrappingKeys.every((key) => key.disposed)).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leave no timer behind when the hierarchy is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const fixture = await startWithTenant();
      await use(fixture);
      expect(vi.getTimerCount()).toBe(1);
      fixture.hierarchy.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
