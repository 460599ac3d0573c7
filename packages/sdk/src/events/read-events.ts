import { isKeyfoldError } from '@keyfold/crypto-core';
import { type RetryPolicy, retryDelayMs } from '../calls/retry-policy.ts';
import type { Timers } from '../calls/timers.ts';
import { EventStreamParser, EventTooLongError, type ServerEvent } from './event-stream-parser.ts';

/** Why a connection ended. */
export type StreamEnd = 'closed' | 'silent' | 'failed' | 'invalid';

/**
 * What a reader tells, in order. Whoever keeps something alive by events must drop it at `gap` and `disconnected`: what
 * happened meanwhile is not known.
 */
export type StreamItem =
  | { readonly kind: 'connected'; readonly lastEventId: string }
  | { readonly kind: 'event'; readonly event: ServerEvent }
  /** The numbers do not follow each other, so events are missing; the one that showed it comes next. */
  | { readonly kind: 'gap'; readonly after: number; readonly next: number }
  | { readonly kind: 'disconnected'; readonly end: StreamEnd; readonly cause: unknown };

/** What a reader is made of. */
export interface ReadEventsOptions {
  /**
   * Opens the stream after an event, from the beginning if the id is empty. What it throws with `retryable` false ends the
   * reading. The signal ends the connection.
   */
  readonly connect: (lastEventId: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  /** Ends the reading; nothing is thrown then. */
  readonly signal: AbortSignal;
  /** Longest silence, comments included, before a connection counts as lost, in milliseconds. */
  readonly heartbeatTimeoutMs: number;
  readonly retryPolicy: RetryPolicy;
  readonly timers: Timers;
  readonly random: () => number;
  /** Longest event, in characters. */
  readonly maxEventCharacters: number;
  /** An event's number; each is one more than that before. Undefined for an event that has none. */
  readonly sequenceOf: (event: ServerEvent) => number | undefined;
  /** Where to begin; empty for the beginning. */
  readonly lastEventId?: string;
}

/** Longest wait that a stream's `retry` field may ask for, in milliseconds. */
const maxRetryMs = 60_000;

/**
 * Reads an event stream for as long as it is wanted: connects again after every loss, with back-off, where the last
 * event left off, and tells of every loss and gap.
 *
 * @throws what `connect` throws when trying again cannot help
 */
export async function* readEvents(options: ReadEventsOptions): AsyncGenerator<StreamItem, void, undefined> {
  const { connect, signal, retryPolicy, timers, random, maxEventCharacters } = options;
  const position: Position = { lastEventId: options.lastEventId ?? '', sequence: undefined };
  let baseDelayMs = retryPolicy.baseDelayMs;
  let failures = 0;
  while (!signal.aborted) {
    const connection = new Connection(options);
    const queue: StreamItem[] = [];
    let end: StreamEnd = 'closed';
    let cause: unknown;
    try {
      const stream = await connection.guard(connect(position.lastEventId, connection.signal));
      yield { kind: 'connected', lastEventId: position.lastEventId };
      const parser = new EventStreamParser(
        {
          onEvent: (event) => queue.push(...itemsOf(event, position, options)),
          onLastEventId: (id) => {
            position.lastEventId = id;
          },
          // Never less than our own: `retry: 0` would make every client of a broken server a hot loop.
          onRetry: (ms) => {
            baseDelayMs = Math.max(retryPolicy.baseDelayMs, Math.min(ms, maxRetryMs));
          },
        },
        maxEventCharacters,
        position.lastEventId,
      );
      for await (const bytes of connection.pieces(stream)) {
        parser.push(bytes);
        for (const item of queue.splice(0)) {
          failures = 0; // a server that only accepts connections is not yet back
          yield item;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!connection.silent && isKeyfoldError(error) && !error.retryable) throw error;
      end = endOf(error, connection);
      cause = end === 'silent' ? undefined : error;
      yield* queue.splice(0); // what came whole before the piece that was wrong
    } finally {
      connection.close();
    }
    if (signal.aborted) return;
    yield { kind: 'disconnected', end, cause };
    failures++;
    const policy = { ...retryPolicy, baseDelayMs, maxDelayMs: Math.max(retryPolicy.maxDelayMs, baseDelayMs) };
    const waitMs = retryDelayMs(policy, failures, random());
    await timers.sleep(waitMs, signal).catch(() => undefined); // the loop looks at the signal
  }
}

/** How far the stream was read. */
interface Position {
  lastEventId: string;
  sequence: number | undefined;
}

function itemsOf(event: ServerEvent, position: Position, options: ReadEventsOptions): readonly StreamItem[] {
  const after = position.sequence;
  const next = options.sequenceOf(event);
  if (next === undefined) return [{ kind: 'event', event }];
  position.sequence = next;
  // A number that was there before is a gap, too: a server that counts anew has lost what came between.
  return after === undefined || next === after + 1
    ? [{ kind: 'event', event }]
    : [
        { kind: 'gap', after, next },
        { kind: 'event', event },
      ];
}

function endOf(error: unknown, connection: Connection): StreamEnd {
  if (connection.silent) return 'silent';
  return error instanceof EventTooLongError ? 'invalid' : 'failed';
}

/** One connection: ended by silence, and by the reader's own signal. */
class Connection {
  readonly #controller = new AbortController();
  readonly #timers: Timers;
  readonly #timeoutMs: number;
  readonly #outer: AbortSignal;
  readonly #onAbort = (): void => this.#controller.abort(this.#outer.reason);
  /** Whether silence ended it. */
  silent = false;

  constructor({ signal, timers, heartbeatTimeoutMs }: ReadEventsOptions) {
    this.#timers = timers;
    this.#timeoutMs = heartbeatTimeoutMs;
    this.#outer = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Waits for what the server does: no longer than the connection lasts, and no longer than silence may. Only this waiting
   * counts as silence, not the time that the reader's own side takes.
   */
  guard<T>(work: Promise<T>): Promise<T> {
    const alarm = this.#timers.after(this.#timeoutMs, () => {
      this.silent = true;
      this.#controller.abort();
    });
    return new Promise<T>((resolve, reject) => {
      const done = (): void => {
        alarm[Symbol.dispose]();
        this.signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        done();
        reject(this.signal.reason);
      };
      if (this.signal.aborted) onAbort();
      else this.signal.addEventListener('abort', onAbort, { once: true });
      work.then(resolve, reject).finally(done);
    });
  }

  /** The pieces of a stream, until it ends or the connection does; the stream is let go of in any case. */
  async *pieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const iterator = stream[Symbol.asyncIterator]();
    let done = false;
    try {
      for (;;) {
        const result = await this.guard(iterator.next());
        if (result.done === true) {
          done = true;
          return;
        }
        yield result.value;
      }
    } finally {
      // Not waited for: a generator that hangs in its own read would answer only once that ends.
      if (!done) void Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  }

  close(): void {
    this.#outer.removeEventListener('abort', this.#onAbort);
    this.#controller.abort();
  }
}
