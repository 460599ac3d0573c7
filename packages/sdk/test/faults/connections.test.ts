import { connectionFaults, withLength } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { rejection } from '../support/settle.ts';
import { calls, faultyBench } from './support/faulty-bench.ts';
import { watchRejections } from './support/watch-rejections.ts';

watchRejections();

describe.each(['http', 'https'] as const)('over %s, a connection that', (scheme) => {
  describe.each(connectionFaults)('$title', ({ fault, reachesServer }) => {
    it.each(calls)('is tried again, and is a connection_failed in the end: %s', async (operation, call) => {
      await using bench = await faultyBench(scheme);
      const { proxy, server, client, time } = bench;
      proxy.otherwise = fault;
      expect(await rejection(call(client))).toMatchObject({
        code: 'connection_failed',
        layer: 'transport',
        operation,
        attempts: 4,
        retryable: true,
        notRetried: 'attempts_used',
        status: undefined,
        cause: expect.any(Error),
      });
      expect(time.sleeps).toEqual([100, 200, 400]);
      expect(time.pending).toBe(0);
      expect(proxy.exchanges).toBe(4);
      expect(server.requests).toHaveLength(reachesServer ? 4 : 0);
    });

    it('does no harm to the call after it', async () => {
      await using bench = await faultyBench(scheme);
      const { proxy, client } = bench;
      for (const [, call] of calls) {
        proxy.faults.push(fault);
        await call(client); // its second attempt
      }
      expect(proxy.exchanges).toBe(2 * calls.length);
    });
  });

  it('is reset before a byte of it was read is a connection_failed', async () => {
    await using bench = await faultyBench(scheme);
    const { proxy, client } = bench;
    proxy.accept = (socket) => {
      socket.resetAndDestroy();
      return false;
    };
    for (const [, call] of calls) {
      expect(await rejection(call(client))).toMatchObject({ code: 'connection_failed', attempts: 4 });
    }
    expect(proxy.exchanges).toBe(0);
    expect(proxy.connections).toBe(4 * calls.length);
  });

  it('is reset after an answer, while it waits for more to do, costs a call one attempt at most', async () => {
    await using bench = await faultyBench(scheme);
    const { proxy, client, time } = bench;
    for (const [, call] of calls) {
      await call(client);
      proxy.resetAll();
      await proxy.drained();
    }
    expect(proxy.exchanges).toBe(calls.length);
    expect(time.sleeps.every((ms) => ms === 100)).toBe(true);
  });

  it('brings more than was announced gives no other call what was too much', async () => {
    await using bench = await faultyBench(scheme);
    const { proxy, client } = bench;
    const [[, getTenant]] = calls as [(typeof calls)[0]];
    const forged = '{"id":"globex","root":{"provider":"static","keyId":"forged"}}';
    proxy.faults.push(async (exchange) => {
      const answer = await exchange.answer();
      const head = withLength(answer, 0);
      const second = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${forged.length}\r\n\r\n${forged}`;
      await exchange.send(head, answer.body, second);
    });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(await getTenant(client)).toMatchObject({ id: 'acme', root: { keyId: 'root' } });
    expect(await getTenant(client)).toMatchObject({ id: 'acme', root: { keyId: 'root' } });
  });

  it('announces less than it brings is an unexpected_response, and is not used again', async () => {
    await using bench = await faultyBench(scheme);
    const { proxy, client } = bench;
    const [[, getTenant]] = calls as [(typeof calls)[0]];
    proxy.faults.push(async (exchange) => {
      const answer = await exchange.answer();
      await exchange.send(withLength(answer, -5), answer.body);
    });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'unexpected_response', attempts: 1 });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(proxy.connections).toBe(2);
  });
});
