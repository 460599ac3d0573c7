import { describe, expect, it } from 'vitest';
import { Services } from '../../src/services.ts';
import { Tenants } from '../../src/tenants.ts';
import { FakeTime } from '../support/fake-time.ts';
import {
  down,
  ok,
  type Reply,
  refusal,
  response,
  scriptedClient,
  silent,
} from '../support/scripted-client.ts';
import { rejection, settle } from '../support/settle.ts';

function hedging(replies: readonly Reply[], options: Parameters<typeof scriptedClient>[1] = {}) {
  const time = new FakeTime();
  const scripted = scriptedClient(replies, { time, hedgeAfterMs: 100, ...options });
  return { ...scripted, time, tenants: new Tenants(scripted.client) };
}

describe('a hedged read', () => {
  it('is sent once more when the first was not answered in time, and takes what comes first', async () => {
    const { tenants, sent, time } = hedging([silent, ok]);
    const call = tenants.get('acme').withResponse();
    await settle();
    time.advance(99);
    await settle();
    expect(sent).toHaveLength(1);
    time.advance(1);
    const { data, response: info } = await call;
    expect(data).toMatchObject({ id: 'acme' });
    expect(info.attempts).toBe(2);
    expect(sent.map(({ signal }) => signal.aborted)).toEqual([true, true]); // the loser, and the winner once it had won
    expect(time.pending).toBe(0);
  });

  it('has at most two attempts in flight', async () => {
    const { tenants, sent, time } = hedging([silent]);
    const failed = rejection(tenants.get('acme', { timeoutMs: 10_000 }));
    await settle();
    for (let turn = 0; turn < 20; turn++) {
      time.advance(400);
      await settle();
    }
    expect(sent).toHaveLength(2);
    time.advance(10_000);
    expect(await failed).toMatchObject({ code: 'timeout', attempts: 2 });
    expect(sent.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it('that is answered in time is sent once', async () => {
    const { tenants, sent, time } = hedging([ok]);
    await tenants.get('acme');
    time.advance(1_000);
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('lives on while one of the two may succeed', async () => {
    const first = Promise.withResolvers<void>();
    const fails: Reply = async (request) => {
      await first.promise;
      return await down(request);
    };
    const second = Promise.withResolvers<void>();
    const succeeds: Reply = async (request) => {
      await second.promise;
      return await ok(request);
    };
    const { tenants, time } = hedging([fails, succeeds]);
    const call = tenants.get('acme');
    await settle();
    time.advance(100);
    await settle();
    first.resolve();
    await settle();
    second.resolve();
    expect(await call).toMatchObject({ id: 'acme' });
  });

  it('that fails twice says so', async () => {
    const { tenants, time } = hedging([
      async (request) => {
        await settle();
        await settle();
        return await down(request);
      },
      down,
    ]);
    const failed = rejection(tenants.get('acme', { maxAttempts: 2 }));
    await settle();
    time.advance(100);
    expect(await failed).toMatchObject({
      code: 'connection_failed',
      attempts: 2,
      notRetried: 'attempts_used',
    });
  });

  it('ends at once with an answer that no other attempt can better', async () => {
    const { tenants, sent, time } = hedging([silent, refusal('tenant_not_found')]);
    const failed = rejection(tenants.get('acme'));
    await settle();
    time.advance(100);
    expect(await failed).toMatchObject({ code: 'tenant_not_found' });
    expect(sent[0]?.signal.aborted).toBe(true);
  });

  it('draws on the retry budget and on the attempts of the call', async () => {
    const empty = hedging([silent], { retryBudget: { capacity: 1, refillPerSecond: 1 } });
    const first = rejection(empty.tenants.get('acme', { timeoutMs: 1_000 }));
    await settle();
    empty.time.advance(100);
    await settle();
    expect(empty.sent).toHaveLength(2);
    const second = rejection(empty.tenants.get('acme', { timeoutMs: 1_000 }));
    await settle();
    empty.time.advance(100);
    await settle();
    expect(empty.sent).toHaveLength(3); // 0.1 tokens have come in since
    empty.time.advance(1_000);
    await Promise.all([first, second]);

    const once = hedging([silent]);
    const third = rejection(once.tenants.get('acme', { maxAttempts: 1, timeoutMs: 1_000 }));
    await settle();
    once.time.advance(1_000);
    expect(await third).toMatchObject({ code: 'timeout', attempts: 1 });
  });

  it('is never what writes', async () => {
    const { client, sent, time } = hedging([silent]);
    const failed = rejection(new Services(client, 'acme').rotate('billing', { timeoutMs: 1_000 }));
    await settle();
    time.advance(500);
    await settle();
    time.advance(500);
    await failed;
    expect(sent).toHaveLength(1);
  });

  it('wipes the answer that came second', async () => {
    const late = response(200, { id: 'late' });
    const release = Promise.withResolvers<void>();
    const { tenants, time } = hedging([
      async () => {
        await release.promise;
        return late;
      },
      ok,
    ]);
    const call = tenants.get('acme');
    await settle();
    time.advance(100);
    await call;
    release.resolve();
    await settle();
    expect(late.body.every((byte) => byte === 0)).toBe(true);
  });
});
