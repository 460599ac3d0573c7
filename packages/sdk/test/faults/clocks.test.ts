import { describe, expect, it } from 'vitest';
import { billing, cacheBench } from '../support/cache-bench.ts';
import { getTenant } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { sendError } from '../support/key-server.ts';
import { rejection, settle } from '../support/settle.ts';
import { faultyBench } from './support/faulty-bench.ts';
import { watchRejections } from './support/watch-rejections.ts';

watchRejections();

const year = 31_536_000_000;
const jumps = [
  ['forwards', year],
  ['backwards', -year],
] as const;

describe.each(jumps)('a wall clock that is set %s', (_, jumpMs) => {
  it('moves no deadline', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench('http', { time, timeoutMs: 30_000 });
    const { proxy, client } = bench;
    proxy.faults.push(() => undefined);
    const failed = rejection(getTenant(client));
    await proxy.exchanged(1);
    time.setWall(time.now().wallMs + jumpMs);
    time.advance(29_999);
    await settle();
    expect(time.pending).toBe(1);
    time.advance(1);
    expect(await failed).toMatchObject({ code: 'timeout' });
  });

  it('moves no wait, and no retry budget', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench('http', {
      time,
      retryBudget: { capacity: 1, refillPerSecond: 1 },
    });
    const { server, client } = bench;
    for (let n = 0; n < 4; n++) server.script.push((__, response) => sendError(response, 'service_closed'));
    const failed = rejection(getTenant(client));
    while (time.sleeps.length === 0) await settle();
    time.setWall(time.now().wallMs + jumpMs);
    time.advance(99);
    await settle();
    expect(server.requests).toHaveLength(1);
    time.advance(1);
    expect(await failed).toMatchObject({ code: 'service_closed', attempts: 2, notRetried: 'budget_empty' });
  });

  it('neither opens nor closes a circuit', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench('http', {
      time,
      circuit: { failures: 1, openMs: 5_000 },
      retryPolicy: { maxAttempts: 1, baseDelayMs: 100, maxDelayMs: 100, maxRetryAfterMs: 10_000 },
    });
    const { proxy, client } = bench;
    proxy.faults.push((exchange) => exchange.reset());
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'connection_failed' });
    time.setWall(time.now().wallMs + jumpMs);
    time.advance(4_999);
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'circuit_open' });
    time.advance(1);
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });

  it('lets a date in Retry-After ask for no more than the cap', async () => {
    await using bench = await faultyBench();
    const { server, client, time } = bench;
    server.script.push((__, response) =>
      sendError(response, 'service_closed', {
        'retry-after': new Date(time.now().wallMs - jumpMs).toUTCString(), // the server's time did not jump
      }),
    );
    await getTenant(client);
    expect(time.sleeps).toEqual([jumpMs > 0 ? 100 : 10_000]);
  });

  it('stretches no lease', async () => {
    const { cache, time, keyService } = cacheBench();
    const seal = () => cache.seal(billing, 1, () => 'sealed');
    await seal();
    time.setWall(time.now().wallMs + jumpMs);
    time.advance(60_000);
    await seal();
    expect(keyService.countOf('wrapDataKeys')).toBe(2);
  });
});

it('a machine that slept through a lease asks for a new one', async () => {
  const { cache, time, keyService } = cacheBench();
  await cache.seal(billing, 1, () => 'sealed');
  time.suspend(60_000); // monotonic time stood still
  await cache.seal(billing, 1, () => 'sealed');
  expect(keyService.countOf('wrapDataKeys')).toBe(2);
});
