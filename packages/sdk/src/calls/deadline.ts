import type { Clock } from '@keyfold/crypto-core';
import type { Timers } from './timers.ts';

/** Why a call was ended before its answer. */
export type EndReason = 'timeout' | 'aborted' | 'closed';

/** What a deadline is made of. */
export interface DeadlineOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Aborted when the client closes. */
  readonly closing: AbortSignal;
  /** The caller's own signal. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One deadline for a whole call: connecting, sending, waiting between attempts and reading the body all end with it,
 * as they do when the caller aborts or the client closes.
 */
export class Deadline implements Disposable {
  /** The whole time, in milliseconds. */
  readonly timeoutMs: number;
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  readonly #disposables: Disposable[] = [];
  readonly #signal: AbortSignal | undefined;
  #endReason: EndReason | undefined;

  constructor(options: DeadlineOptions) {
    this.timeoutMs = options.timeoutMs;
    this.#clock = options.clock;
    this.#signal = options.signal;
    this.#endsAtMs = options.clock.now().monotonicMs + options.timeoutMs;
    this.#endWith('closed', options.closing);
    if (options.signal !== undefined) this.#endWith('aborted', options.signal);
    this.#disposables.push(options.timers.after(options.timeoutMs, () => this.#end('timeout')));
  }

  /** Aborted when the call has to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
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

  [Symbol.dispose](): void {
    for (const disposable of this.#disposables) disposable[Symbol.dispose]();
  }

  #endWith(reason: EndReason, signal: AbortSignal): void {
    const listener = () => this.#end(reason);
    if (signal.aborted) listener();
    signal.addEventListener('abort', listener, { once: true });
    this.#disposables.push({ [Symbol.dispose]: () => signal.removeEventListener('abort', listener) });
  }

  #end(reason: EndReason): void {
    this.#endReason ??= reason;
    this.#controller.abort();
  }
}
