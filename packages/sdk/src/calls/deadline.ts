import type { Clock } from '@keyfold/crypto-core';
import { Ending, type EndSignal } from './end-signal.ts';
import type { Timers } from './timers.ts';

/** Why a call was ended before its answer. */
export type EndReason = 'timeout' | 'aborted' | 'closed';

/** What a deadline is made of. */
export interface DeadlineOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Aborted when the client closes. */
  readonly closing: EndSignal;
  /** The caller's own signal. */
  readonly signal?: EndSignal | undefined;
}

/**
 * One deadline for a whole call: connecting, sending, waiting between attempts and reading the body all end with it,
 * as they do when the caller aborts or the client closes.
 */
export class Deadline implements Disposable {
  /** The whole time, in milliseconds. */
  readonly timeoutMs: number;
  readonly #ending = new Ending();
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  readonly #closing: EndSignal;
  readonly #signal: EndSignal | undefined;
  readonly #timer: Disposable;
  readonly #onClosing = (): void => this.#end('closed');
  #onAbort: (() => void) | undefined;
  #endReason: EndReason | undefined;

  constructor({ timeoutMs, clock, timers, closing, signal }: DeadlineOptions) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#endsAtMs = clock.now().monotonicMs + timeoutMs;
    this.#closing = closing;
    this.#signal = signal;
    if (closing.aborted) this.#end('closed');
    // The caller's signal may be code of his own: what it throws leaves nothing behind here, where it comes first.
    if (signal !== undefined) {
      this.#onAbort = () => this.#end('aborted');
      if (signal.aborted) this.#onAbort();
      signal.addEventListener('abort', this.#onAbort, once);
    }
    closing.addEventListener('abort', this.#onClosing, once);
    this.#timer = timers.after(timeoutMs, () => this.#end('timeout'));
  }

  /** Aborted when the call has to end. */
  get signal(): EndSignal {
    return this.#ending;
  }

  /** Why it ended; undefined while it has not. */
  get endReason(): EndReason | undefined {
    return this.#endReason;
  }

  /** What the caller aborted it with; undefined while he has not. */
  get abortReason(): unknown {
    return this.#signal?.reason;
  }

  /** Milliseconds left for the call. */
  remainingMs(): number {
    return this.#endsAtMs - this.#clock.now().monotonicMs;
  }

  /** The call is over: nothing ends it any more. */
  [Symbol.dispose](): void {
    this.#closing.removeEventListener('abort', this.#onClosing);
    this.#timer[Symbol.dispose]();
    // Last, as it was first: it may throw.
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #end(reason: EndReason): void {
    this.#endReason ??= reason;
    this.#ending.end();
  }
}

const once = { once: true } as const;
