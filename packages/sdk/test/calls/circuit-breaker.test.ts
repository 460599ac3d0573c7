import { describe, expect, it } from 'vitest';
import type { CircuitChange } from '../../src/calls/circuit-breaker.ts';
import type { Middleware } from '../../src/calls/middleware.ts';
import { Tenants } from '../../src/tenants.ts';
import { ConnectionError } from '../../src/transport/transport-errors.ts';
import { FakeTime } from '../support/fake-time.ts';
import { down, ok, plain, type Reply, refusal, scriptedClient, silent } from '../support/scripted-client.ts';
import { rejection, settle } from '../support/settle.ts';

function circuitOf(replies: readonly Reply[], middleware: readonly Middleware[] = []) {
  const changes: CircuitChange[] = [];
  const call = { attempt: () => attempt, retry: () => {}, end: () => {} };
  const attempt = {
    headers: {},
    run: <T>(run: () => Promise<T>) => run(),
    answered: () => {},
    end: () => {},
  };
  const scripted = scriptedClient(replies, {
    time: new FakeTime(),
    middleware,
    circuit: { failures: 3, openMs: 5_000 },
    retryPolicy: { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, maxRetryAfterMs: 1 },
    observer: { begin: () => call, circuitChanged: (change) => changes.push(change) },
  });
  const tenants = new Tenants(scripted.client);
  return {
    ...scripted,
    changes,
    get: (signal?: AbortSignal) => rejection(tenants.get('acme', { signal })),
    /** A call whose deadline passes. */
    timeOut: async (timeoutMs = 30_000) => {
      const ended = rejection(tenants.get('acme', { timeoutMs }));
      await settle();
      scripted.time.advance(timeoutMs);
      return await ended;
    },
    tenants,
  };
}

describe('a circuit', () => {
  it('opens after failures in a row, sends nothing then, and says since when, until when and why', async () => {
    const { get, sent, time, changes } = circuitOf([down]);
    for (let call = 0; call < 3; call++) expect(await get()).toMatchObject({ code: 'connection_failed' });
    const openedAt = new Date(time.now().wallMs);
    time.advance(1_000);
    const error = await get();
    expect(error).toMatchObject({
      code: 'circuit_open',
      layer: 'transport',
      retryable: true,
      attempts: 0,
      since: openedAt,
      retryAt: new Date(openedAt.getTime() + 5_000),
      cause: { code: 'connection_failed' },
    });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ since: openedAt.toISOString() });
    expect(sent).toHaveLength(3);
    expect(changes.map(({ state }) => state)).toEqual(['open']);
  });

  it('lets one attempt alone find out, and closes when the server is back', async () => {
    const { get, sent, time, replies, tenants, changes } = circuitOf([down]);
    for (let call = 0; call < 3; call++) await get();
    const answer = Promise.withResolvers<void>();
    replies[0] = async (request) => {
      await answer.promise;
      return await ok(request);
    };
    time.advance(5_000);
    const probe = tenants.get('acme');
    expect(await get()).toMatchObject({ code: 'circuit_open' });
    answer.resolve();
    expect(await probe).toMatchObject({ id: 'acme' });
    await tenants.get('acme');
    expect(sent).toHaveLength(5);
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('stays open when the attempt fails, and keeps since when', async () => {
    const { get, sent, time } = circuitOf([down]);
    for (let call = 0; call < 3; call++) await get();
    const since = new Date(time.now().wallMs);
    time.advance(5_000);
    expect(await get()).toMatchObject({ code: 'connection_failed' });
    expect(await get()).toMatchObject({ code: 'circuit_open', since });
    time.advance(4_999);
    expect(await get()).toMatchObject({ code: 'circuit_open' });
    expect(sent).toHaveLength(4);
  });

  it('lets another attempt find out when the first was ended by its caller', async () => {
    const { get, time, replies, tenants } = circuitOf([down]);
    for (let call = 0; call < 3; call++) await get();
    time.advance(5_000);
    replies[0] = silent;
    const controller = new AbortController();
    const probe = get(controller.signal);
    await settle();
    controller.abort();
    expect(await probe).toMatchObject({ code: 'call_aborted', attempts: 1 });
    replies[0] = ok;
    expect(await tenants.get('acme')).toMatchObject({ id: 'acme' });
  });

  it('lets another attempt find out after a while when the first hangs, and says from when on', async () => {
    const { get, sent, time, replies, tenants, changes } = circuitOf([down]);
    for (let call = 0; call < 3; call++) await get();
    replies[0] = silent;
    time.advance(5_000);
    const hanging = get();
    await settle();
    replies[0] = ok;
    const retryAt = new Date(time.now().wallMs + 5_000);
    expect(await get()).toMatchObject({
      code: 'circuit_open',
      retryAt,
      cause: { code: 'connection_failed' },
    });
    time.advance(4_999);
    expect(await get()).toMatchObject({ code: 'circuit_open', retryAt });
    time.advance(1);
    expect(await tenants.get('acme')).toMatchObject({ id: 'acme' });
    time.advance(25_000);
    expect(await hanging).toMatchObject({ code: 'timeout' });
    await tenants.get('acme');
    expect(sent).toHaveLength(6);
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('goes by the latest of the attempts that find out', async () => {
    const { get, sent, time, replies } = circuitOf([down]);
    for (let call = 0; call < 3; call++) await get();
    const first = Promise.withResolvers<void>();
    replies[0] = async (request) => {
      await first.promise;
      return await down(request);
    };
    time.advance(5_000);
    const overtaken = get();
    await settle();
    replies[0] = silent;
    time.advance(5_000);
    const controller = new AbortController();
    const latest = get(controller.signal);
    await settle();
    time.advance(3_000);
    first.resolve();
    expect(await overtaken).toMatchObject({ code: 'connection_failed' });
    const retryAt = new Date(time.now().wallMs + 2_000);
    expect(await get()).toMatchObject({ code: 'circuit_open', retryAt });
    controller.abort();
    await latest;
    replies[0] = down;
    expect(await get()).toMatchObject({ code: 'connection_failed' });
    expect(sent).toHaveLength(6);
  });

  it('spends nothing on retries while an attempt finds out', async () => {
    const { client, sent, time, replies } = scriptedClient([down], {
      time: new FakeTime(),
      circuit: { failures: 2, openMs: 5_000 },
      retryBudget: { capacity: 1, refillPerSecond: 1 },
    });
    const tenants = new Tenants(client);
    const get = () => rejection(tenants.get('acme'));
    const release = Promise.withResolvers<void>();
    replies[0] = async (request) => {
      await release.promise;
      return await down(request);
    };
    const late = get();
    await settle();
    replies[0] = down;
    for (let call = 0; call < 2; call++) {
      await rejection(tenants.get('acme', { maxAttempts: 1 }));
    }
    time.advance(5_000);
    replies[0] = silent;
    const probe = get();
    await settle();
    release.resolve();
    expect(await late).toMatchObject({ code: 'connection_failed', attempts: 1, notRetried: 'circuit_open' });
    expect(sent).toHaveLength(4);
    await client.close();
    expect(await probe).toMatchObject({ code: 'client_closed' });
  });

  it.each([
    ['a proxy that finds no server', plain(502)],
    ['a proxy that says it is unavailable', plain(503)],
    ['a service that shuts down', refusal('service_closed')],
  ])('counts %s', async (_, reply) => {
    const { get } = circuitOf([reply]);
    for (let call = 0; call < 3; call++) await get();
    expect(await get()).toMatchObject({ code: 'circuit_open' });
  });

  it.each([
    ['a tenant whose root key cannot be reached', refusal('root_key_unavailable')],
    ['a request that is refused', refusal('invalid_request')],
    ['a proxy that asks for fewer requests', plain(429)],
    ['something that is no service', plain(404)],
  ])('does not count %s: the server is up', async (_, reply) => {
    const { get, sent } = circuitOf([reply]);
    for (let call = 0; call < 12; call++) await get();
    expect(sent).toHaveLength(12);
  });

  it('counts failures in a row only, and none that a caller made by ending his call', async () => {
    const { get, sent, replies } = circuitOf([down, down, ok, down, down, silent]);
    replies[5] = ({ signal, call }) =>
      new Promise((_, reject) => {
        // As a transport may report what it was told to end.
        signal.addEventListener('abort', () => reject(new ConnectionError('Ended.', call)));
      });
    for (let call = 0; call < 5; call++) await get().catch(() => undefined);
    for (let call = 0; call < 5; call++) {
      const controller = new AbortController();
      const ended = get(controller.signal);
      await settle();
      controller.abort();
      expect(await ended).toMatchObject({ code: 'call_aborted' });
    }
    expect(replies).toHaveLength(1);
    expect(sent).toHaveLength(10);
  });

  it('does not count deadlines that pass in silence', async () => {
    const { sent, timeOut } = circuitOf([silent]);
    for (let call = 0; call < 12; call++) expect(await timeOut()).toMatchObject({ code: 'timeout' });
    expect(sent).toHaveLength(12);
  });

  it('does not count deadlines that pass while calls wait for a connection, or in a process that stood still', async () => {
    const { time, replies, tenants } = circuitOf([silent]);
    const calls = Array.from({ length: 12 }, () => rejection(tenants.get('acme')));
    await settle();
    time.advance(60_000); // all deadlines at once
    for (const ended of calls) expect(await ended).toMatchObject({ code: 'timeout' });
    replies[0] = ok;
    expect(await tenants.get('acme')).toMatchObject({ id: 'acme' });
  });

  it('does not count deadlines that pass in a middleware, before anything was sent or after the answer', async () => {
    let hangs: 'before' | 'after' | undefined;
    const hanging: Middleware = async (request, next) => {
      if (hangs === 'before') await new Promise(() => {});
      const answer = await next(request);
      if (hangs === 'after') await new Promise(() => {});
      return answer;
    };
    const { sent, timeOut, tenants } = circuitOf([ok], [hanging]);
    for (hangs of ['before', 'after'] as const) {
      for (let call = 0; call < 4; call++) expect(await timeOut()).toMatchObject({ code: 'timeout' });
    }
    hangs = undefined;
    expect(await tenants.get('acme')).toMatchObject({ id: 'acme' });
    expect(sent).toHaveLength(5);
  });

  it('lets another attempt find out when the deadline of the first has passed, and stays open until one is answered', async () => {
    const { get, time, timeOut, replies, tenants, changes } = circuitOf([down, down, down, silent]);
    for (let call = 0; call < 3; call++) await get();
    time.advance(5_000);
    expect(await timeOut(1_000)).toMatchObject({ code: 'timeout' });
    expect(changes.map(({ state }) => state)).toEqual(['open']);
    replies[0] = ok;
    expect(await tenants.get('acme')).toMatchObject({ id: 'acme' });
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('does not count silence that a caller, or the client, ended', async () => {
    const { get, time, sent, client } = circuitOf([silent]);
    for (let call = 0; call < 5; call++) {
      const controller = new AbortController();
      const ended = get(controller.signal);
      await settle();
      time.advance(29_999);
      controller.abort();
      expect(await ended).toMatchObject({ code: 'call_aborted' });
    }
    const closed = get();
    await settle();
    await client.close();
    expect(await closed).toMatchObject({ code: 'client_closed' });
    expect(sent).toHaveLength(6);
  });

  it('that opens between two attempts of a call ends it with what it met', async () => {
    const { client, sent } = scriptedClient([down], { circuit: { failures: 2, openMs: 60_000 } });
    const error = await rejection(new Tenants(client).get('acme'));
    expect(error).toMatchObject({ code: 'connection_failed', attempts: 2, notRetried: 'circuit_open' });
    expect(sent).toHaveLength(2);
  });

  it('that will let attempts through again before a retry’s turn does not end the call', async () => {
    const circuit = { failures: 2, openMs: 50 };
    const { client, sent } = scriptedClient([down, down, ok], { circuit });
    expect(await new Tenants(client).get('acme')).toMatchObject({ id: 'acme' });
    expect(sent).toHaveLength(3);
  });
});
