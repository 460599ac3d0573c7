import { type Fault, pass } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { clientOf, getTenant } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { KeyServer, sendError } from '../support/key-server.ts';
import { rejection, settle } from '../support/settle.ts';
import { calls, faultyBench } from './support/faulty-bench.ts';
import { watchRejections } from './support/watch-rejections.ts';

watchRejections();

const timeoutMs = 30_000;
const timedOut = { code: 'timeout', layer: 'transport', retryable: true, attempts: 1, status: undefined };

describe.each(['http', 'https'] as const)('over %s, a server that', (scheme) => {
  it.each(calls)('takes a request and is silent is waited for until the deadline: %s', async (_, call) => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    proxy.faults.push(() => undefined);
    const failed = rejection(call(client));
    await proxy.exchanged(1);
    time.advance(timeoutMs - 1);
    await settle();
    expect(time.pending).toBe(1); // it is still waited for
    time.advance(1);
    expect(await failed).toMatchObject(timedOut);
    expect(time.pending).toBe(0);
    await proxy.drained(); // the connection is not kept
    await call(client);
    expect(proxy.connections).toBe(2);
  });

  it('accepts connections and is silent is waited for until the deadline', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    proxy.accept = (socket) => socket.pause() === undefined;
    const failed = rejection(getTenant(client));
    await proxy.connected(1);
    time.advance(timeoutMs);
    expect(await failed).toMatchObject(timedOut);
    expect(time.pending).toBe(0);
    await client.close();
    await proxy.drained();
  });

  it('goes away without a word between two calls costs the next one its time, and no other', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    await getTenant(client);
    await settle(); // the connection is free again
    proxy.faults.push(() => undefined);
    const failed = rejection(getTenant(client));
    await proxy.exchanged(2);
    expect(proxy.connections).toBe(1);
    time.advance(timeoutMs);
    expect(await failed).toMatchObject(timedOut);
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(proxy.connections).toBe(2);
  });

  /** A byte a second. */
  const drip =
    (time: FakeTime, of: 'head' | 'body'): Fault =>
    async (exchange) => {
      const { head, body } = await exchange.answer();
      if (of === 'body') await exchange.send(head);
      for (const byte of of === 'head' ? head : body) {
        if (exchange.closed) return;
        await exchange.send(Uint8Array.of(byte));
        time.advance(1_000);
        await settle();
      }
    };

  it.each([
    ['headers', 'head'],
    ['a body', 'body'],
  ] as const)('sends %s byte by byte gets no more than the deadline', async (_, part) => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    proxy.faults.push(drip(time, part));
    const startedMs = time.now().monotonicMs;
    expect(await rejection(getTenant(client))).toMatchObject(timedOut);
    expect(time.now().monotonicMs - startedMs).toBe(timeoutMs);
  });

  it('sends informational answers for ever gets no more than the deadline', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    proxy.faults.push(async (exchange) => {
      while (!exchange.closed) {
        await exchange.send('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
        time.advance(1_000);
        await settle();
      }
    });
    expect(await rejection(getTenant(client))).toMatchObject(timedOut);
  });

  it('breaks a connection and is silent then shares one deadline between the two', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    proxy.faults.push(
      (exchange) => {
        time.advance(20_000);
        exchange.reset();
      },
      () => undefined,
    );
    const failed = rejection(getTenant(client));
    while (time.sleeps.length === 0) await settle();
    time.advance(100);
    await proxy.exchanged(2);
    time.advance(9_900);
    expect(await failed).toMatchObject({
      ...timedOut,
      attempts: 2,
      cause: { code: 'connection_failed', attempts: 1 },
    });
  });

  it('is silent does not keep a caller who ends his call, nor a client that closes', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    proxy.otherwise = () => undefined;
    const ending = new AbortController();
    const ended = rejection(getTenant(client, ending.signal));
    const closed = rejection(getTenant(client));
    await proxy.exchanged(2);
    ending.abort();
    expect(await ended).toMatchObject({ code: 'call_aborted', attempts: 1, retryable: false });
    await client.close();
    expect(await closed).toMatchObject({ code: 'client_closed' });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'client_closed' });
    expect(time.pending).toBe(0);
    await proxy.drained();
  });

  it('is slow and then answers has answered', async () => {
    const time = new FakeTime();
    await using bench = await faultyBench(scheme, { time, timeoutMs });
    const { proxy, client } = bench;
    proxy.faults.push(async (exchange) => {
      time.advance(timeoutMs - 1);
      await pass(exchange);
    });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(time.pending).toBe(0);
  });
});

describe('a wait between two attempts', () => {
  it('ends with the deadline of the call, and the last error is kept', async () => {
    await using server = await KeyServer.start();
    const time = new FakeTime();
    server.script.push((_, response) => sendError(response, 'service_closed', { 'retry-after': '3' }));
    await using client = clientOf(server.url, { clock: time, timers: time, timeoutMs: 4_000 });
    const failed = rejection(getTenant(client));
    while (time.sleeps.length === 0) await settle();
    expect(time.sleeps).toEqual([3_000]);
    time.advance(4_000);
    expect(await failed).toMatchObject({ code: 'timeout', attempts: 1, cause: { code: 'service_closed' } });
  });

  it('is not begun when it would outlast the deadline', async () => {
    await using server = await KeyServer.start();
    const time = new FakeTime();
    server.script.push((_, response) => sendError(response, 'service_closed', { 'retry-after': '5' }));
    await using client = clientOf(server.url, { clock: time, timers: time, timeoutMs: 4_000 });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'service_closed',
      attempts: 1,
      notRetried: 'deadline_near',
    });
    expect(time.sleeps).toEqual([]);
  });

  it('ends when the caller’s signal aborts', async () => {
    await using server = await KeyServer.start();
    const time = new FakeTime();
    server.script.push((_, response) => sendError(response, 'service_closed'));
    await using client = clientOf(server.url, { clock: time, timers: time });
    const controller = new AbortController();
    const failed = rejection(getTenant(client, controller.signal));
    while (time.sleeps.length === 0) await settle();
    controller.abort();
    expect(await failed).toMatchObject({ code: 'call_aborted', retryable: false });
    expect(time.pending).toBe(0);
    expect(server.requests).toHaveLength(1);
  });
});
