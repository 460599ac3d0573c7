import type { Clock, Instant } from '@keyfold/crypto-core';
import type { Timers } from '../../src/calls/timers.ts';

interface Alarm {
  readonly atMs: number;
  readonly ring: () => void;
}

/** Time that passes only when a test says so. */
export class FakeTime implements Clock, Timers {
  /** How long each sleep was asked to last, in milliseconds. */
  readonly sleeps: number[] = [];
  #wallMs = 1_700_000_000_000;
  #monotonicMs = 5_000;
  readonly #alarms = new Set<Alarm>();
  readonly #automatic: boolean;

  /** @param options.automatic every sleep passes at once, and its time with it */
  constructor(options: { readonly automatic?: boolean } = {}) {
    this.#automatic = options.automatic ?? false;
  }

  now(): Instant {
    return { wallMs: this.#wallMs, monotonicMs: this.#monotonicMs };
  }

  /** How many alarms are set. */
  get pending(): number {
    return this.#alarms.size;
  }

  advance(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
    for (const alarm of [...this.#alarms]) {
      if (alarm.atMs > this.#monotonicMs) continue;
      this.#alarms.delete(alarm);
      alarm.ring();
    }
  }

  /** Sets the wall clock alone, as an administrator does. */
  setWall(ms: number): void {
    this.#wallMs = ms;
  }

  /** Lets the wall clock alone go on, as on a machine that sleeps. */
  suspend(ms: number): void {
    this.#wallMs += ms;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (this.#automatic) {
      this.advance(ms);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const alarm = this.#set(ms, resolve);
      signal.addEventListener('abort', () => {
        this.#alarms.delete(alarm);
        reject(signal.reason);
      });
    });
  }

  after(ms: number, callback: () => void): Disposable {
    const alarm = this.#set(ms, callback);
    return { [Symbol.dispose]: () => void this.#alarms.delete(alarm) };
  }

  #set(ms: number, ring: () => void): Alarm {
    const alarm = { atMs: this.#monotonicMs + ms, ring };
    this.#alarms.add(alarm);
    return alarm;
  }
}
