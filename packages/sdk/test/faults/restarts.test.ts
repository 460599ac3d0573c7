import { pass } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { getTenant } from '../support/clients.ts';
import { rejection } from '../support/settle.ts';
import { calls, faultyBench } from './support/faulty-bench.ts';
import { watchRejections } from './support/watch-rejections.ts';

watchRejections();

describe.each(['http', 'https'] as const)('over %s, a server that', (scheme) => {
  it.each(calls)('is not there is a connection_failed that says so: %s', async (operation, call) => {
    await using bench = await faultyBench(scheme);
    const { proxy, client, time } = bench;
    await proxy.refuse();
    expect(await rejection(call(client))).toMatchObject({
      code: 'connection_failed',
      layer: 'transport',
      operation,
      attempts: 4,
      cause: { code: 'ECONNREFUSED' },
      hint: expect.stringContaining('baseUrl'),
    });
    expect(time.sleeps).toEqual([100, 200, 400]);
  });

  it.each(calls)('goes away in the middle of a call and comes back is found again: %s', async (_, call) => {
    const came: number[] = [];
    await using bench = await faultyBench(scheme, {
      middleware: [
        async (request, next) => {
          // Away for the first two attempts: what it had begun is lost, then nobody listens.
          if (request.attempt === 3) await bench.proxy.listen();
          came.push(request.attempt);
          return await next(request);
        },
      ],
    });
    const { proxy, client } = bench;
    proxy.faults.push(async (exchange) => {
      await exchange.answer();
      await proxy.refuse();
    });
    await call(client);
    expect(came).toEqual([1, 2, 3]);
  });

  it('goes away under twenty calls at once ends each of them once, and serves the next', async () => {
    await using bench = await faultyBench(scheme);
    const { proxy, client } = bench;
    await Promise.all(Array.from({ length: 20 }, () => getTenant(client)));
    proxy.otherwise = () => undefined;
    const already = proxy.exchanges;
    const failing = Array.from({ length: 20 }, () => rejection(getTenant(client)));
    await proxy.exchanged(already + 20);
    await proxy.refuse();
    const errors = await Promise.all(failing);
    expect(errors.map((error) => Reflect.get(Object(error), 'code'))).toEqual(
      Array.from({ length: 20 }, () => 'connection_failed'),
    );
    proxy.otherwise = pass;
    await proxy.listen();
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });
});
