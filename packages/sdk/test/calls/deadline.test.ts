import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../src/calls/deadline.ts';
import { Ending, type EndSignal } from '../../src/calls/end-signal.ts';
import { Tenants } from '../../src/tenants.ts';
import { FakeTime } from '../support/fake-time.ts';
import { ok, scriptedClient, silent } from '../support/scripted-client.ts';
import { rejection, settle } from '../support/settle.ts';
import { watchedSignal } from '../support/watched-signal.ts';

function deadlineOf(options: { readonly signal?: AbortSignal } = {}) {
  const time = new FakeTime();
  const closing = new Ending();
  const deadline = new Deadline({ timeoutMs: 1_000, clock: time, timers: time, closing, ...options });
  let told = 0;
  deadline.signal.addEventListener('abort', () => told++);
  return { time, closing, deadline, told: () => told };
}

describe('a deadline', () => {
  const ends: readonly [string, (made: ReturnType<typeof deadlineOf>, caller: AbortController) => void][] = [
    ['timeout', ({ time }) => time.advance(1_000)],
    ['aborted', (_, caller) => caller.abort()],
    ['closed', ({ closing }) => closing.end()],
  ];

  it.each(ends)('%s: ends at once, and says why', (reason, end) => {
    const caller = new AbortController();
    const made = deadlineOf({ signal: caller.signal });
    expect([made.deadline.signal.aborted, made.deadline.endReason, made.told()]).toEqual([
      false,
      undefined,
      0,
    ]);
    end(made, caller);
    expect([made.deadline.signal.aborted, made.deadline.endReason, made.told()]).toEqual([true, reason, 1]);
    expect(made.deadline.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  it.each(ends)('that ended otherwise before keeps its first reason (%s)', (reason, end) => {
    const caller = new AbortController();
    const made = deadlineOf({ signal: caller.signal });
    end(made, caller);
    for (const [, other] of ends) other(made, caller);
    expect([made.deadline.endReason, made.told()]).toEqual([reason, 1]);
  });

  it.each(ends)('of a call that is over is ended by nothing (%s)', (_, end) => {
    const caller = new AbortController();
    const made = deadlineOf({ signal: caller.signal });
    made.deadline[Symbol.dispose]();
    end(made, caller);
    expect([made.deadline.endReason, made.told()]).toEqual([undefined, 0]);
  });

  it.each(['addEventListener', 'removeEventListener'] as const)(
    'leaves nothing behind, and no body, when %s of the caller’s own signal throws',
    async (name) => {
      const mine = new Error('mine');
      const { signal } = new AbortController();
      signal[name] = () => {
        throw mine;
      };
      const time = new FakeTime();
      const { signal: closing } = new AbortController();
      const options = { timeoutMs: 1_000, clock: time, timers: time, closing, signal };
      expect(() => new Deadline(options)[Symbol.dispose]()).toThrow(mine);
      expect(getEventListeners(closing, 'abort')).toEqual([]);
      expect(time.pending).toBe(0);

      const { client, sent } = scriptedClient([ok], { time });
      const failed = new Tenants(client).create(
        { id: 'acme', root: { provider: 'static', keyId: 'root' } },
        { signal },
      );
      expect(await rejection(failed)).toBe(mine);
      for (const { body } of sent) expect(body?.every((byte) => byte === 0)).toBe(true);
      expect(sent).toHaveLength(name === 'addEventListener' ? 0 : 1);
      expect(time.pending).toBe(0);
    },
  );

  it('has ended when it begins after the caller aborted, or the client closed', () => {
    const time = new FakeTime();
    const open = new Ending();
    const closed = new Ending();
    closed.end();
    const options = { timeoutMs: 1_000, clock: time, timers: time };
    const aborted = new Deadline({ ...options, closing: open, signal: AbortSignal.abort('too late') });
    expect([aborted.signal.aborted, aborted.endReason, aborted.abortReason]).toEqual([
      true,
      'aborted',
      'too late',
    ]);
    expect(new Deadline({ ...options, closing: closed }).endReason).toBe('closed');
  });
});

it('a thousand deadlines leave nothing behind: no listener, no timer', () => {
  const time = new FakeTime();
  const listeners = new Set<() => void>();
  const closing: EndSignal = {
    aborted: false,
    reason: undefined,
    addEventListener: (_, listener) => void listeners.add(listener),
    removeEventListener: (_, listener) => void listeners.delete(listener),
  };
  const deadlines = Array.from(
    { length: 1_000 },
    () => new Deadline({ timeoutMs: 1_000, clock: time, timers: time, closing, signal: closing }),
  );
  expect([listeners.size, time.pending]).toEqual([2_000, 1_000]);
  for (const deadline of deadlines) deadline[Symbol.dispose]();
  expect([listeners.size, time.pending]).toEqual([0, 0]);
});

describe('an ending', () => {
  it('tells each listener that is still there, and each once', () => {
    const ending = new Ending();
    const told: number[] = [];
    const listeners = Array.from({ length: 5 }, (_, index) => () => void told.push(index));
    for (const listener of listeners) ending.addEventListener('abort', listener);
    for (const index of [4, 0, 2]) ending.removeEventListener('abort', listeners[index] ?? (() => undefined));
    ending.removeEventListener('abort', () => undefined); // one that was never there
    ending.end();
    ending.end();
    expect(told.toSorted()).toEqual([1, 3]);
  });

  it('bears a listener that removes others, or adds some', () => {
    const ending = new Ending();
    const told: string[] = [];
    const late = () => void told.push('late');
    const second = () => void told.push('second');
    ending.addEventListener('abort', () => {
      ending.removeEventListener('abort', second);
      ending.addEventListener('abort', late);
    });
    ending.addEventListener('abort', second);
    ending.end();
    ending.end();
    expect(told).toEqual(['second']); // it had ended for all at once
  });
});

describe('a client', () => {
  it('ends each of many calls under way with the same error when it closes', async () => {
    const { client, time } = scriptedClient([silent], { time: new FakeTime() });
    const tenants = new Tenants(client);
    const calls = Array.from({ length: 1_000 }, () => rejection(tenants.get('acme')));
    await settle();
    expect(time.pending).toBe(1_000);
    await client.close();
    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'client_closed' });
    expect(time.pending).toBe(0);
  });

  it('has nothing left of a thousand calls, answered or ended', async () => {
    const { client, time, replies } = scriptedClient([ok], { time: new FakeTime() });
    const tenants = new Tenants(client);
    const { signal, listeners } = watchedSignal();
    await Promise.all(Array.from({ length: 500 }, () => tenants.get('acme', { signal })));
    replies.splice(0, 1, silent);
    const ended = Array.from({ length: 500 }, () =>
      rejection(tenants.get('acme', { signal, timeoutMs: 10 })),
    );
    await settle();
    expect([time.pending, listeners.size]).toEqual([500, 500]);
    time.advance(10);
    for (const error of await Promise.all(ended)) expect(error).toMatchObject({ code: 'timeout' });
    expect([time.pending, listeners.size]).toEqual([0, 0]);
  });

  it('leaves a call that is over as it is when its signal is aborted, or the client closes', async () => {
    const { client, sent } = scriptedClient([ok]);
    const caller = new AbortController();
    const call = new Tenants(client).get('acme', { signal: caller.signal });
    const answered = await call;
    caller.abort();
    await client.close();
    expect(await call).toEqual(answered);
    expect(sent.map(({ signal }) => signal.aborted)).toEqual([false]);
  });
});
