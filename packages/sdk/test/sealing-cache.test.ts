import { describe, expect, it } from 'vitest';
import { billing, cacheBench, globex, isZeroised, shipping } from './support/cache-bench.ts';
import { rejection, settle } from './support/settle.ts';

describe('sealing keys', () => {
  it('are made once, however many calls wait for the first', async () => {
    const { seal, keyService } = cacheBench();
    const sealed = await Promise.all(Array.from({ length: 50 }, () => seal()));
    expect(keyService.countOf('wrapDataKeys')).toBe(1);
    expect(new Set(sealed.map(({ sealer }) => sealer)).size).toBe(1);
  });

  it('are lent without a turn of the event loop while they are good', async () => {
    const { cache, seal } = cacheBench();
    await seal();
    expect(cache.seal(billing, 1, () => 'at once')).toBe('at once');
  });

  it('are one for each tenant and service', async () => {
    const { seal, keyService } = cacheBench();
    const [first, second, third] = await Promise.all([seal(billing), seal(shipping), seal(globex)]);
    expect(keyService.countOf('wrapDataKeys')).toBe(3);
    expect(new Set([first?.sealer, second?.sealer, third?.sealer]).size).toBe(3);
  });

  it('seal no more often than their bound, also for calls that wait together', async () => {
    const { seal, keyService } = cacheBench({ maxSealsPerKey: 16 });
    const sealed = await Promise.all(Array.from({ length: 50 }, () => seal()));
    const uses = new Map<unknown, number>();
    for (const { sealer } of sealed) uses.set(sealer, (uses.get(sealer) ?? 0) + 1);
    expect([...uses.values()].every((count) => count <= 16)).toBe(true);
    expect(keyService.countOf('wrapDataKeys')).toBeGreaterThanOrEqual(4);
  });

  it('count all fields of a record before the first is sealed', async () => {
    const { seal } = cacheBench({ maxSealsPerKey: 10 });
    const first = await seal(billing, 6);
    const second = await seal(billing, 6);
    expect(second.sealer).not.toBe(first.sealer);
  });

  it('refuse a record with more fields than one key may seal', async () => {
    const { seal } = cacheBench({ maxSealsPerKey: 10 });
    expect(await rejection(seal(billing, 11))).toMatchObject({ code: 'invalid_argument' });
  });

  it('are renewed in the background once less than a fifth of the lease is left', async () => {
    const { seal, time, keyService } = cacheBench();
    const first = await seal();
    time.advance(47_999);
    expect((await seal()).sealer).toBe(first.sealer);
    await settle();
    expect(keyService.calls).toHaveLength(1);

    time.advance(2);
    keyService.hold();
    expect((await seal()).sealer).toBe(first.sealer); // nobody waits while the key is good
    expect((await seal()).sealer).toBe(first.sealer);
    expect(keyService.calls).toHaveLength(2);
    keyService.release();
    await settle();
    expect((await seal()).sealer).not.toBe(first.sealer);
    expect(keyService.calls).toHaveLength(2);
    expect(isZeroised(first.sealer)).toBe(true);
  });

  it('are renewed in the background once less than a fifth of the seals is left', async () => {
    const { seal, keyService } = cacheBench({ maxSealsPerKey: 10 });
    const first = await seal(billing, 9);
    expect(keyService.calls).toHaveLength(1);
    await seal(billing, 1);
    await settle();
    expect(keyService.calls).toHaveLength(2);
    expect((await seal(billing, 1)).sealer).not.toBe(first.sealer);
  });

  it('live through an outage until their lease ends, then block', async () => {
    const { seal, time, keyService } = cacheBench();
    const first = await seal();
    keyService.down = true;
    time.advance(59_999);
    expect((await seal()).sealer).toBe(first.sealer);
    await settle();
    expect((await seal()).sealer).toBe(first.sealer);
    time.advance(1);
    expect(await rejection(seal())).toMatchObject({ code: 'connection_failed' });
    keyService.down = false;
    expect((await seal()).sealer).not.toBe(first.sealer);
  });

  it('are not asked for at every call while a renewal keeps failing', async () => {
    const { seal, time, keyService } = cacheBench();
    await seal();
    keyService.down = true;
    time.advance(50_000);
    for (let call = 0; call < 20; call++) {
      await seal();
      await settle();
    }
    expect(keyService.calls).toHaveLength(2);
    time.advance(1_000);
    await seal();
    await settle();
    expect(keyService.calls).toHaveLength(3);
    expect(keyService.calls[2]?.limits).toEqual({ maxAttempts: 1 });
  });

  it.each(['root_key_denied', 'tenant_not_found', 'permission_denied', 'api_key_invalid'] as const)(
    'are zeroised at once when a renewal is refused with %s, which the next call reports',
    async (code) => {
      const { seal, time, authority } = cacheBench();
      const first = await seal();
      authority.refusedTenants.set('acme', code);
      time.advance(50_000);
      await seal();
      await settle();
      expect(isZeroised(first.sealer)).toBe(true);
      expect(await rejection(seal())).toMatchObject({ code });
      authority.refusedTenants.clear();
      expect((await seal()).sealer).not.toBe(first.sealer);
    },
  );

  it('do not outlive the lease on a machine that slept, or whose clock was set back', async () => {
    const { seal, time, keyService } = cacheBench();
    await seal();
    keyService.down = true;
    time.suspend(60_000); // only the wall clock saw the time pass
    expect(await rejection(seal())).toMatchObject({ code: 'connection_failed' });

    keyService.down = false;
    await seal();
    keyService.down = true;
    time.advance(30_000);
    time.setWall(0);
    time.advance(30_000);
    expect(await rejection(seal())).toMatchObject({ code: 'connection_failed' });
  });

  it('count the lease from when the request was sent, not from when it was answered', async () => {
    const { seal, time, keyService } = cacheBench();
    keyService.hold();
    const first = seal();
    await settle();
    time.advance(55_000);
    keyService.release();
    await first;
    keyService.down = true;
    time.advance(5_000);
    expect(await rejection(seal())).toMatchObject({ code: 'connection_failed' });
  });

  it('are not used when the lease ended before the answer came', async () => {
    const { seal, sealers, time, keyService } = cacheBench();
    keyService.hold();
    const first = rejection(seal());
    await settle();
    time.advance(60_000);
    keyService.release();
    expect(await first).toMatchObject({ code: 'lease_ended', retryable: true });
    expect(sealers.map(isZeroised)).toEqual([true]);
  });

  it('are used no longer than the cache allows, whatever the lease', async () => {
    const { seal, time, keyService } = cacheBench({ maxAgeMs: 10_000 });
    const first = await seal();
    time.advance(10_000);
    expect((await seal()).sealer).not.toBe(first.sealer);
    expect(keyService.countOf('wrapDataKeys')).toBe(2);
  });

  it('that come back after a purge are zeroised, not used', async () => {
    const { cache, seal, sealers, keyService } = cacheBench();
    keyService.hold();
    const waiting = seal();
    await settle();
    cache.purge('tenant', billing);
    keyService.release();
    await waiting; // asked again, after the purge
    expect(keyService.countOf('wrapDataKeys')).toBe(2);
    expect(sealers.map(isZeroised)).toEqual([true, false]);
  });

  it('that are purged again and again are asked for three times, not for ever', async () => {
    const { cache, seal, keyService } = cacheBench();
    keyService.hold();
    const waiting = rejection(seal());
    for (let round = 1; round <= 3; round++) {
      await settle();
      cache.purge('tenant', billing);
      keyService.release();
      keyService.hold();
    }
    await settle();
    keyService.release();
    expect(await waiting).toMatchObject({ code: 'lease_ended' });
    expect(keyService.calls).toHaveLength(3);
  });

  it('are zeroised when they are idle past their lease', async () => {
    const { seal, time } = cacheBench();
    const { sealer } = await seal();
    time.advance(60_000);
    time.advance(5_000);
    expect(isZeroised(sealer)).toBe(true);
    expect(time.pending).toBe(0);
  });

  it('are zeroised by close(), after which nothing seals', async () => {
    const { cache, seal, keyService, time } = cacheBench();
    const { sealer } = await seal();
    cache.close();
    expect(isZeroised(sealer)).toBe(true);
    expect(await rejection(seal())).toMatchObject({ code: 'client_closed' });
    expect(keyService.calls).toHaveLength(1);
    expect(time.pending).toBe(0);
  });

  it('under way when the cache closes are zeroised, not used', async () => {
    const { cache, seal, sealers, keyService } = cacheBench();
    keyService.hold();
    const waiting = rejection(seal());
    await settle();
    cache.close();
    keyService.release();
    expect(await waiting).toMatchObject({ code: 'client_closed' });
    expect(sealers.map(isZeroised)).toEqual([true]);
  });
});
