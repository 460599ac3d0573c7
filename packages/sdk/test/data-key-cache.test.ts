import { describe, expect, it } from 'vitest';
import {
  billing,
  cacheBench,
  globex,
  isOpenerZeroised,
  isZeroised,
  shipping,
} from './support/cache-bench.ts';
import { rejection, settle } from './support/settle.ts';

describe('a closed cache', () => {
  it('leaves no timer behind, even for an answer that comes later', async () => {
    const { cache, open, sealElsewhere, keyService, openers, time } = cacheBench();
    const sealed = await sealElsewhere();
    keyService.hold();
    const waiting = rejection(open(sealed));
    await settle();
    cache.close();
    keyService.release();
    expect(await waiting).toMatchObject({ code: 'client_closed' });
    expect(openers.map(isOpenerZeroised)).toEqual([true]);
    expect(time.pending).toBe(0);
  });
});

describe('a refusal', () => {
  it('that decryption meets takes the sealing keys of the tenant with it, and no other tenant’s', async () => {
    const { seal, open, sealElsewhere, authority } = cacheBench();
    const sealed = await sealElsewhere();
    const acme = [await seal(billing), await seal(shipping)];
    const other = await seal(globex);
    authority.refusedTenants.set('acme', 'root_key_denied');
    expect(await rejection(open(sealed))).toMatchObject({ code: 'root_key_denied' });
    expect(acme.map(({ sealer }) => isZeroised(sealer))).toEqual([true, true]);
    expect(isZeroised(other.sealer)).toBe(false);
  });

  it('that encryption meets takes the opened keys with it', async () => {
    const { seal, open, sealElsewhere, authority, time } = cacheBench();
    const sealed = await sealElsewhere();
    await seal();
    time.advance(40_000);
    await open(sealed); // good for another 60 s
    authority.refusedTenants.set('acme', 'root_key_denied');
    time.advance(10_000);
    await seal(); // renews in the background
    await settle();
    expect(await rejection(open(sealed))).toMatchObject({ code: 'root_key_denied' });
  });

  it('of one scope leaves the tenant’s others alone', async () => {
    const { seal, open, sealElsewhere, authority } = cacheBench();
    const sealed = await sealElsewhere(billing);
    const [own, other] = [await seal(billing), await seal(shipping)];
    authority.refusedTenants.set('acme', 'permission_denied');
    await rejection(open(sealed, billing));
    expect(isZeroised(own.sealer)).toBe(true);
    expect(isZeroised(other.sealer)).toBe(false);
  });

  it('of the API key takes everything with it', async () => {
    const { seal, open, sealElsewhere, authority } = cacheBench();
    const sealed = await sealElsewhere(billing);
    const kept = [await seal(billing), await seal(shipping), await seal(globex)];
    authority.refusedTenants.set('acme', 'api_key_invalid');
    await rejection(open(sealed));
    expect(kept.map(({ sealer }) => isZeroised(sealer))).toEqual([true, true, true]);
  });

  it.each(['root_key_unavailable', 'root_key_throttled', 'internal_error', 'invalid_request'] as const)(
    'is not what %s is: keys stay until their lease ends',
    async (code) => {
      const { seal, open, sealElsewhere, authority } = cacheBench();
      const sealed = await sealElsewhere();
      const kept = await seal();
      authority.refusedTenants.set('acme', code);
      expect(await rejection(open(sealed))).toMatchObject({ code });
      expect(isZeroised(kept.sealer)).toBe(false);
    },
  );

  it('overtakes answers that were under way', async () => {
    const { cache, seal, open, openers, sealers, sealElsewhere, keyService } = cacheBench();
    const sealed = await sealElsewhere();
    keyService.hold();
    const waiting = Promise.allSettled([seal(), open(sealed)]);
    await settle();
    cache.purge('tenant', billing); // as if another call had met the refusal meanwhile
    const before = keyService.calls.length;
    keyService.release();
    await waiting;
    expect(keyService.calls.length - before).toBe(2); // both asked again
    expect(sealers.slice(-2).map(isZeroised)).toEqual([true, false]);
    expect(openers.map(isOpenerZeroised)).toEqual([true, false]);
  });
});
