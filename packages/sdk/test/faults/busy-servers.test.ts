import { describe, expect, it } from 'vitest';
import { getTenant, testApiKey } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { type KeyServer, type Script, sendError } from '../support/key-server.ts';
import { rejection } from '../support/settle.ts';
import { calls, faultyBench } from './support/faulty-bench.ts';
import { watchRejections } from './support/watch-rejections.ts';

watchRejections();

/** Answers that every attempt gets. */
function always(server: KeyServer, script: Script): void {
  for (let attempt = 0; attempt < 10; attempt++) server.script.push(script);
}

const hour = 3_600;
const page: Script = (_, response) => void response.end('<html>busy</html>');
const pageOf =
  (status: number, headers: Record<string, string> = {}): Script =>
  (request, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    return page(request, response);
  };

describe('a storm', () => {
  describe.each([429, 502, 503, 504])('of %i', (status) => {
    it.each(calls)('is met with four attempts, ever further apart: %s', async (operation, call) => {
      const chances = [0.1, 0.9, 0];
      await using bench = await faultyBench('http', { random: () => chances.shift() ?? 0 });
      const { server, client, time } = bench;
      always(server, pageOf(status));
      expect(await rejection(call(client))).toMatchObject({
        code: 'unrecognised_answer',
        layer: 'api',
        operation,
        status,
        attempts: 4,
        retryable: true,
        notRetried: 'attempts_used',
      });
      expect(time.sleeps).toEqual([20, 360, 0]);
      expect(server.requests).toHaveLength(4);
      const keys = new Set(server.requests.map(({ headers }) => headers['idempotency-key']));
      expect(keys.size).toBe(1);
      expect(keys.has(undefined)).toBe(operation !== 'rotateService');
    });

    it('that asks for an hour is waited for as long as the cap, and no longer than the deadline', async () => {
      await using bench = await faultyBench('http', { timeoutMs: 25_000 });
      const { server, client, time } = bench;
      always(server, pageOf(status, { 'retry-after': String(hour) }));
      const startedMs = time.now().monotonicMs;
      expect(await rejection(getTenant(client))).toMatchObject({
        status,
        attempts: 3,
        notRetried: 'deadline_near',
      });
      expect(time.sleeps).toEqual([10_000, 10_000]);
      expect(time.now().monotonicMs - startedMs).toBeLessThan(25_000);
    });
  });

  it('of 500 is no storm: whoever answers so will answer so again', async () => {
    await using bench = await faultyBench();
    const { server, client, time } = bench;
    always(server, pageOf(500));
    for (const [, call] of calls) {
      expect(await rejection(call(client))).toMatchObject({
        code: 'unrecognised_answer',
        status: 500,
        attempts: 1,
        retryable: false,
        notRetried: undefined,
      });
    }
    expect(time.sleeps).toEqual([]);
    expect(server.requests).toHaveLength(calls.length);
  });

  it.each([
    ['root_key_throttled', 503],
    ['root_key_unavailable', 503],
    ['service_closed', 503],
  ] as const)('of the service’s own (%s) says what it is about', async (code, status) => {
    await using bench = await faultyBench();
    const { server, client, time } = bench;
    always(server, (_, response) => sendError(response, code));
    expect(await rejection(getTenant(client))).toMatchObject({
      code,
      status,
      requestId: 'req-42',
      attempts: 4,
      retryable: true,
    });
    expect(time.sleeps).toEqual([100, 200, 400]);
  });

  it('costs a client with many calls no more retries than its budget', async () => {
    const time = new FakeTime({ automatic: true });
    await using bench = await faultyBench('http', {
      time,
      retryBudget: { capacity: 5, refillPerSecond: 1 },
      random: () => 0,
    });
    const { server, client } = bench;
    for (let answer = 0; answer < 200; answer++) server.script.push(pageOf(503));
    const errors = await Promise.all(Array.from({ length: 20 }, () => rejection(getTenant(client))));
    expect(errors).toHaveLength(20);
    expect(server.requests).toHaveLength(20 + 5);
  });

  it('opens the circuit: then nothing is sent, until one attempt finds the server back', async () => {
    await using bench = await faultyBench('http', { circuit: { failures: 4, openMs: 5_000 } });
    const { server, client, time } = bench;
    always(server, pageOf(503));
    expect(await rejection(getTenant(client))).toMatchObject({ status: 503 });
    const { length } = server.requests;
    for (const [, call] of calls) {
      expect(await rejection(call(client))).toMatchObject({ code: 'circuit_open', attempts: 0 });
    }
    expect(server.requests).toHaveLength(length);
    server.script.length = 0;
    time.advance(5_000);
    for (const [, call] of calls) await call(client);
  });
});

describe('Retry-After', () => {
  it('is waited for, and an hour is cut to ten seconds', async () => {
    await using bench = await faultyBench();
    const { server, client, time } = bench;
    server.apiKeys.add(testApiKey);
    server.script.push((_, response) => sendError(response, 'service_closed', { 'retry-after': '2' }));
    server.script.push((_, response) =>
      sendError(response, 'service_closed', { 'retry-after': String(hour) }),
    );
    await getTenant(client);
    expect(time.sleeps).toEqual([2_000, 10_000]);
  });

  it.each(['-1', '1.5', 'soon', '99999999999', '', '١٢'])('of %j is none', async (value) => {
    await using bench = await faultyBench();
    const { server, client, time } = bench;
    server.script.push((_, response) => {
      response.setHeader('retry-after', Buffer.from(value).toString('latin1'));
      sendError(response, 'service_closed');
    });
    await getTenant(client);
    expect(time.sleeps).toEqual([100]);
  });
});
