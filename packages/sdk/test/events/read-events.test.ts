import { describe, expect, it } from 'vitest';
import { PermissionDeniedError } from '../../src/api-errors.ts';
import { defaultRetryPolicy } from '../../src/calls/retry-policy.ts';
import { type ReadEventsOptions, readEvents, type StreamItem } from '../../src/events/read-events.ts';
import { FakeTime } from '../support/fake-time.ts';
import { rejection, settle } from '../support/settle.ts';

/** A connection that a test feeds. */
class Feed implements AsyncIterable<Uint8Array> {
  released = false;
  readonly #pieces: (string | Error | undefined)[] = [];
  #wake: (() => void) | undefined;

  send(...pieces: readonly (string | Error | undefined)[]): void {
    this.#pieces.push(...pieces);
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        while (this.#pieces.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        const piece = this.#pieces.shift();
        if (piece instanceof Error) throw piece;
        if (piece === undefined) return { done: true, value: undefined };
        return { done: false, value: new TextEncoder().encode(piece) };
      },
      return: async () => {
        this.released = true;
        return { done: true, value: undefined };
      },
    };
  }
}

function reading(overrides: Partial<ReadEventsOptions> = {}, time = new FakeTime()) {
  const feeds: Feed[] = [];
  const connects: { readonly lastEventId: string; readonly signal: AbortSignal }[] = [];
  const controller = new AbortController();
  const items: StreamItem[] = [];
  const options: ReadEventsOptions = {
    connect: async (lastEventId, signal) => {
      const feed = new Feed();
      connects.push({ lastEventId, signal });
      feeds.push(feed);
      return feed;
    },
    signal: controller.signal,
    heartbeatTimeoutMs: 5_000,
    retryPolicy: defaultRetryPolicy,
    timers: time,
    random: () => 0.5,
    maxEventCharacters: 1_000,
    sequenceOf: ({ lastEventId }) => (/^\d+$/.test(lastEventId) ? Number(lastEventId) : undefined),
    ...overrides,
  };
  const done = (async () => {
    for await (const item of readEvents(options)) items.push(item);
  })();
  return { feeds, connects, controller, items, done, time };
}

const sent = (id: number) => `id: ${id}\nevent: lock\ndata: {}\n\n`;
const got = (id: number) => ({
  kind: 'event',
  event: { type: 'lock', data: '{}', lastEventId: String(id) },
});
const kinds = (items: readonly StreamItem[]) => items.map(({ kind }) => kind);

describe('a reader of events', () => {
  it('gives events in order, and ends without an error when it is no longer wanted', async () => {
    const { feeds, connects, controller, items, done, time } = reading();
    await settle();
    feeds[0]?.send(sent(1), sent(2).slice(0, 9), sent(2).slice(9), ': heartbeat\n\n');
    await settle();
    controller.abort();
    await done;
    expect(items).toEqual([{ kind: 'connected', lastEventId: '' }, got(1), got(2)]);
    expect(connects[0]?.signal.aborted).toBe(true);
    expect(feeds[0]?.released).toBe(true);
    expect(time.pending).toBe(0);
  });

  it('tells of a gap in the numbers, before the event that showed it', async () => {
    const { feeds, items, controller, done } = reading();
    await settle();
    feeds[0]?.send(sent(1), sent(2), sent(5), sent(6), sent(6), sent(1));
    await settle();
    controller.abort();
    await done;
    expect(items.slice(1)).toEqual([
      got(1),
      got(2),
      { kind: 'gap', after: 2, next: 5 },
      got(5),
      got(6),
      { kind: 'gap', after: 6, next: 6 },
      got(6),
      { kind: 'gap', after: 6, next: 1 },
      got(1),
    ]);
  });

  it('connects again where the last event left off, and finds gaps across connections', async () => {
    const { feeds, connects, items, controller, done, time } = reading();
    await settle();
    feeds[0]?.send(sent(1), undefined);
    await settle();
    expect(items.at(-1)).toEqual({ kind: 'disconnected', end: 'closed', cause: undefined });
    time.advance(100);
    await settle();
    feeds[1]?.send(sent(3));
    await settle();
    controller.abort();
    await done;
    expect(connects.map(({ lastEventId }) => lastEventId)).toEqual(['', '1']);
    expect(items.slice(-3)).toEqual([
      { kind: 'connected', lastEventId: '1' },
      { kind: 'gap', after: 1, next: 3 },
      got(3),
    ]);
  });

  it('counts a connection as lost after five seconds of silence, and comments as life', async () => {
    const { feeds, connects, items, controller, done, time } = reading();
    await settle();
    for (let beat = 0; beat < 5; beat++) {
      time.advance(4_000);
      feeds[0]?.send(': heartbeat\n\n');
      await settle();
    }
    expect(kinds(items)).toEqual(['connected']);
    time.advance(4_999);
    await settle();
    expect(kinds(items)).toEqual(['connected']);
    time.advance(1);
    await settle();
    expect(items.at(-1)).toEqual({ kind: 'disconnected', end: 'silent', cause: undefined });
    expect(connects[0]?.signal.aborted).toBe(true);
    expect(feeds[0]?.released).toBe(true);
    controller.abort();
    await done;
  });

  it('counts a server that never answers the connection as silent, too', async () => {
    const { items, controller, done, time } = reading({ connect: () => new Promise(() => {}) });
    await settle();
    time.advance(5_000);
    await settle();
    expect(items).toEqual([{ kind: 'disconnected', end: 'silent', cause: undefined }]);
    controller.abort();
    await done;
    expect(time.pending).toBe(0);
  });

  it('does not count the time that its own user takes as silence', async () => {
    const time = new FakeTime();
    const feed = new Feed();
    const controller = new AbortController();
    const events = readEvents({
      connect: async () => feed,
      signal: controller.signal,
      heartbeatTimeoutMs: 5_000,
      retryPolicy: defaultRetryPolicy,
      timers: time,
      random: () => 0.5,
      maxEventCharacters: 1_000,
      sequenceOf: () => undefined,
    });
    await events.next();
    feed.send(sent(1), sent(2));
    expect((await events.next()).value).toEqual(got(1));
    time.advance(60_000);
    expect((await events.next()).value).toEqual(got(2));
    await events.return();
    expect(feed.released).toBe(true);
    expect(time.pending).toBe(0);
  });

  it('backs off while connections fail, and begins anew once an event has come', async () => {
    const time = new FakeTime({ automatic: true });
    let attempts = 0;
    const controller = new AbortController();
    const { items, done } = reading(
      {
        signal: controller.signal,
        connect: async () => {
          attempts++;
          if (attempts === 6) controller.abort();
          const feed = new Feed();
          if (attempts === 4) feed.send(sent(1), undefined);
          else if (attempts === 2) feed.send(': only a comment\n\n', undefined);
          else throw new Error('refused');
          return feed;
        },
      },
      time,
    );
    await done;
    expect(time.sleeps).toEqual([100, 200, 400, 100, 200]);
    expect(items.filter(({ kind }) => kind === 'disconnected')).toMatchObject([
      { end: 'failed', cause: { message: 'refused' } },
      { end: 'closed' },
      { end: 'failed' },
      { end: 'closed' },
      { end: 'failed' },
    ]);
  });

  it('waits between connections as the stream asks, up to a minute', async () => {
    const time = new FakeTime({ automatic: true });
    const asked = ['retry: 8000\n', 'retry: 99999999\n'];
    const controller = new AbortController();
    const { done } = reading(
      {
        signal: controller.signal,
        connect: async () => {
          const feed = new Feed();
          const retry = asked.shift();
          if (retry === undefined) controller.abort();
          feed.send(`${retry}${sent(1)}`, undefined);
          return feed;
        },
      },
      time,
    );
    await done;
    expect(time.sleeps).toEqual([4_000, 30_000]);
  });

  it('waits no less than its own back-off, whatever the stream asks', async () => {
    const time = new FakeTime({ automatic: true });
    const controller = new AbortController();
    let connections = 0;
    const { done } = reading(
      {
        signal: controller.signal,
        connect: async () => {
          const feed = new Feed();
          if (++connections === 3) controller.abort();
          feed.send('retry: 0\n\n', undefined);
          return feed;
        },
      },
      time,
    );
    await done;
    expect(time.sleeps).toEqual([100, 200]);
  });

  it('resumes after an id that came without data, as a heartbeat’s may', async () => {
    const { feeds, connects, controller, done } = reading({}, new FakeTime({ automatic: true }));
    await settle();
    feeds[0]?.send(sent(1), 'id: 5\n\n', 'id: 6\n', undefined);
    await settle();
    controller.abort();
    await done;
    expect(connects[1]?.lastEventId).toBe('5');
  });

  it('gives what came whole before a connection broke or sent too much', async () => {
    for (const [piece, end] of [
      [new Error('reset'), 'failed'],
      [`${sent(2)}data: ${'a'.repeat(2_000)}`, 'invalid'],
    ] as const) {
      const { feeds, items, controller, done } = reading();
      await settle();
      feeds[0]?.send(sent(1), piece);
      await settle();
      controller.abort();
      await done;
      expect(items[1]).toEqual(got(1));
      expect(items.at(-1)).toMatchObject({ kind: 'disconnected', end });
      if (end === 'invalid') expect(items.at(-2)).toEqual(got(2));
    }
  });

  it('ends with a refusal that trying again does not change', async () => {
    const refused = new PermissionDeniedError({
      code: 'permission_denied',
      call: { operation: 'getTenant', attempts: 1, status: 403 },
    });
    const { done, items, time } = reading({ connect: () => Promise.reject(refused) });
    expect(await rejection(done)).toBe(refused);
    expect(items).toEqual([]);
    expect(time.pending).toBe(0);
  });

  it('that is not wanted from the start connects to nothing', async () => {
    const { done, connects, items } = reading({ signal: AbortSignal.abort() });
    await done;
    expect([connects, items]).toEqual([[], []]);
  });
});
