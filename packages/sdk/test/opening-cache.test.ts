import { type DataKeyHeader, dataKeyHeader, type SecretBytes } from '@keyfold/crypto-core';
import { describe, expect, it } from 'vitest';
import { billing, cacheBench, contextOf, globex, isOpenerZeroised } from './support/cache-bench.ts';
import { rejection, settle } from './support/settle.ts';

describe('opened keys', () => {
  it('are asked for once, however many calls wait for the same header', async () => {
    const { open, sealElsewhere, keyService } = cacheBench();
    const sealed = await sealElsewhere();
    const opened = await Promise.all(Array.from({ length: 50 }, () => open(sealed)));
    expect(new Set(opened)).toEqual(new Set(['plaintext']));
    expect(keyService.countOf('unwrapDataKeys')).toBe(1);
    expect(keyService.calls.at(-1)?.count).toBe(1);
  });

  it('of one turn of the event loop are asked for together, 500 in a request', async () => {
    const { open, sealElsewhere, keyService } = cacheBench();
    const sealed = await Promise.all(Array.from({ length: 501 }, () => sealElsewhere()));
    await Promise.all(sealed.map((value) => open(value)));
    const counts = keyService.calls
      .filter(({ operation }) => operation === 'unwrapDataKeys')
      .map(({ count }) => count);
    expect(counts).toEqual([500, 1]);
  });

  it('are lent without a turn of the event loop while they are good', async () => {
    const { cache, open, sealElsewhere } = cacheBench();
    const sealed = await sealElsewhere();
    await open(sealed);
    expect(cache.open(billing, sealed.header, () => 'at once')).toBe('at once');
  });

  it('of one tenant do not serve another, although the header is the same', async () => {
    const { open, sealElsewhere, keyService } = cacheBench();
    const sealed = await sealElsewhere(billing);
    await open(sealed, billing);
    expect(await rejection(open(sealed, globex))).toMatchObject({ code: 'key_reference_not_found' });
    expect(keyService.countOf('unwrapDataKeys')).toBe(2);
  });

  it('are found by the whole header, so that a changed one is not served by its neighbour', async () => {
    const { open, sealElsewhere } = cacheBench();
    const sealed = await sealElsewhere();
    await open(sealed);
    const header = withFlippedBit(sealed.header);
    expect(await rejection(open({ ...sealed, header }))).toMatchObject({ code: 'key_unwrap_failed' });
  });

  it('are found again by the bytes of a header, whoever read it, and not once they are purged', async () => {
    const { cache, open, openers, sealElsewhere, keyService } = cacheBench();
    const sealed = await sealElsewhere();
    await open(sealed);
    const header = dataKeyHeader(sealed.header, sealed.header.commitment);
    expect(cache.open({ ...billing }, header, () => 'at once')).toBe('at once');
    cache.purge('tenant', billing);
    expect(openers.map(isOpenerZeroised)).toEqual([true]);
    keyService.down = true;
    expect(await rejection(open(sealed))).toMatchObject({ code: 'connection_failed' });
    expect(await rejection(open({ ...sealed, header }))).toMatchObject({ code: 'connection_failed' });
  });

  it('that their header does not commit to are refused, and not kept', async () => {
    const { open, sealElsewhere, keyService, authority } = cacheBench();
    const sealed = await sealElsewhere();
    const other = await sealElsewhere();
    const unwrap = authority.unwrap.bind(authority);
    authority.unwrap = (scope) => unwrap(scope, other.header);
    expect(await rejection(open(sealed))).toMatchObject({ code: 'commitment_mismatch' });
    expect(keyService.unwrapped.every((key: SecretBytes) => key.disposed)).toBe(true);
    authority.unwrap = unwrap;
    expect(await open(sealed)).toBe('plaintext');
  });

  it('fail alone when one of a batch is refused', async () => {
    const { open, sealElsewhere, keyService } = cacheBench();
    const good = await sealElsewhere();
    const foreign = await sealElsewhere(globex);
    const [first, second] = await Promise.allSettled([open(good), open(foreign)]);
    expect(first).toMatchObject({ status: 'fulfilled', value: 'plaintext' });
    expect(second).toMatchObject({ reason: { code: 'key_reference_not_found' } });
    expect(keyService.countOf('unwrapDataKeys')).toBe(1);
  });

  it('leave the raw data key zeroised behind them', async () => {
    const { open, sealElsewhere, keyService } = cacheBench();
    await open(await sealElsewhere());
    expect(keyService.unwrapped.map((key) => key.disposed)).toEqual([true]);
  });

  it('are renewed in the background once less than a fifth of the lease is left', async () => {
    const { open, sealElsewhere, keyService, time } = cacheBench();
    const sealed = await sealElsewhere();
    await open(sealed);
    time.advance(48_001);
    await Promise.all([open(sealed), open(sealed)]);
    await settle();
    expect(keyService.countOf('unwrapDataKeys')).toBe(2);
    expect(keyService.calls.at(-1)?.limits).toEqual({ maxAttempts: 1 });
    keyService.down = true;
    time.advance(59_999);
    expect(await open(sealed)).toBe('plaintext');
    expect(keyService.unwrapped.every((key) => key.disposed)).toBe(true);
  });

  it('live through an outage until their lease ends, then block', async () => {
    const { open, sealElsewhere, keyService, time } = cacheBench();
    const sealed = await sealElsewhere();
    await open(sealed);
    keyService.down = true;
    time.advance(59_999);
    expect(await open(sealed)).toBe('plaintext');
    await settle();
    time.advance(1);
    expect(await rejection(open(sealed))).toMatchObject({ code: 'connection_failed' });
    keyService.down = false;
    expect(await open(sealed)).toBe('plaintext');
  });

  it('are asked for once while a renewal is under way, and not at every call while it fails', async () => {
    const { open, sealElsewhere, keyService, time } = cacheBench();
    const sealed = await sealElsewhere();
    await open(sealed);
    time.advance(50_000);
    keyService.hold();
    keyService.down = true;
    for (let call = 0; call < 5; call++) {
      await open(sealed);
      await settle();
    }
    expect(keyService.countOf('unwrapDataKeys')).toBe(2);
    keyService.release();
    for (let call = 0; call < 5; call++) {
      await settle();
      await open(sealed);
    }
    expect(keyService.countOf('unwrapDataKeys')).toBe(2);
    time.advance(1_000);
    await open(sealed);
    await settle();
    expect(keyService.countOf('unwrapDataKeys')).toBe(3);
  });

  it('count the lease from when the request was sent, not from when it was answered', async () => {
    const { open, sealElsewhere, keyService, time } = cacheBench();
    const sealed = await sealElsewhere();
    keyService.hold();
    const first = open(sealed);
    await settle();
    time.advance(55_000);
    keyService.release();
    await first;
    keyService.down = true;
    time.advance(5_000);
    expect(await rejection(open(sealed))).toMatchObject({ code: 'connection_failed' });
  });

  it('go at once when the service refuses the renewal of one of them', async () => {
    const { open, sealElsewhere, keyService, time, authority } = cacheBench();
    const sealed = await sealElsewhere();
    await open(sealed);
    time.advance(50_000);
    const unwrap = authority.unwrap.bind(authority);
    authority.unwrap = () => 'key_state_forbids';
    expect(await open(sealed)).toBe('plaintext');
    await settle();
    expect(await rejection(open(sealed))).toMatchObject({ code: 'key_state_forbids' });
    authority.unwrap = unwrap;
    expect(await open(sealed)).toBe('plaintext');
    expect(keyService.countOf('unwrapDataKeys')).toBe(4);
  });

  it('are dropped in order of last use when there are too many', async () => {
    const { open, sealElsewhere, keyService } = cacheBench({ maxOpenKeys: 2 });
    const [first, second, third] = [await sealElsewhere(), await sealElsewhere(), await sealElsewhere()];
    await open(first);
    await open(second);
    await open(first);
    await open(third); // drops the second
    await open(first);
    expect(keyService.countOf('unwrapDataKeys')).toBe(3);
    await open(second);
    expect(keyService.countOf('unwrapDataKeys')).toBe(4);
  });

  it('serve calls that need more of them than may be kept', async () => {
    const { cache, sealElsewhere, keyService } = cacheBench({ maxOpenKeys: 2 });
    const sealed = await Promise.all(Array.from({ length: 20 }, () => sealElsewhere()));
    const openAll = () =>
      cache.openAll(billing, sealed, ({ bytes }, key) =>
        key.use((opener) => opener.openValue(bytes, contextOf(billing))),
      );
    const [once, twice] = await Promise.all([openAll(), openAll()]);
    expect(once).toEqual(Array(20).fill('plaintext'));
    expect(twice).toEqual(once);
    expect(keyService.countOf('unwrapDataKeys')).toBe(1);
  });

  it('are not dropped while a call waits for its others', async () => {
    const { cache, open, sealElsewhere, keyService } = cacheBench({ maxOpenKeys: 1 });
    const [kept, late, other] = [await sealElsewhere(), await sealElsewhere(), await sealElsewhere(globex)];
    await open(kept);
    keyService.hold();
    const both = cache.openAll(billing, [kept, late], ({ bytes }, key) =>
      key.use((opener) => opener.openValue(bytes, contextOf(billing))),
    );
    await settle();
    keyService.pass();
    await open(other, globex); // one too many now
    keyService.release();
    expect(await both).toEqual(['plaintext', 'plaintext']);
    expect(keyService.countOf('unwrapDataKeys')).toBe(3); // none was asked for twice
  });

  it('are asked for anew when the lease of one ends while the others are on their way', async () => {
    const { cache, open, sealElsewhere, keyService, time } = cacheBench();
    const [early, late] = [await sealElsewhere(), await sealElsewhere()];
    await open(early);
    time.advance(40_000);
    keyService.hold();
    const both = cache.openAll(billing, [early, late], ({ bytes }, key) =>
      key.use((opener) => opener.openValue(bytes, contextOf(billing))),
    );
    await settle();
    time.advance(30_000); // past the lease of the first, within that of the second
    keyService.release();
    expect(await both).toEqual(['plaintext', 'plaintext']);
    expect(keyService.countOf('unwrapDataKeys')).toBe(3);
  });

  it('end in an error, not in a loop, when no answer comes within its lease', async () => {
    const { open, sealElsewhere, keyService, authority } = cacheBench();
    const sealed = await sealElsewhere();
    authority.leaseRemainingMs = 0;
    expect(await rejection(open(sealed))).toMatchObject({ code: 'lease_ended' });
    expect(keyService.countOf('unwrapDataKeys')).toBe(3);
  });

  it('are zeroised when idle past their lease, and by close()', async () => {
    const { cache, open, sealElsewhere, time } = cacheBench();
    const sealed = await sealElsewhere();
    const opener = await cache.open(billing, sealed.header, (lent) => lent);
    time.advance(60_000);
    time.advance(5_000);
    expect(() => opener.openValue(sealed.bytes, contextOf(billing))).toThrow('dispose');
    expect(time.pending).toBe(0);

    const again = await cache.open(billing, sealed.header, (lent) => lent);
    cache.close();
    expect(() => again.openValue(sealed.bytes, contextOf(billing))).toThrow('dispose');
    expect(await rejection(open(sealed))).toMatchObject({ code: 'client_closed' });
  });

  it('that come back after close() are zeroised', async () => {
    const { cache, open, openers, sealElsewhere, keyService } = cacheBench();
    const sealed = await sealElsewhere();
    keyService.hold();
    const waiting = rejection(open(sealed));
    await settle();
    cache.close();
    keyService.release();
    expect(await waiting).toMatchObject({ code: 'client_closed' });
    expect(keyService.unwrapped.map((key) => key.disposed)).toEqual([true]);
    expect(openers.map(isOpenerZeroised)).toEqual([true]);
  });
});

function withFlippedBit(header: DataKeyHeader): DataKeyHeader {
  const wrapped = new Uint8Array(header.wrapped);
  wrapped[20] = (wrapped[20] ?? 0) ^ 1;
  return dataKeyHeader({ keyReference: header.keyReference, wrapped }, header.commitment);
}
