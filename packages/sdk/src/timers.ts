import { setTimeout as sleep } from 'node:timers/promises';

/** Waiting: a value that is passed in, so that a test moves time instead of passing it. */
export interface Timers {
  /** Resolves after `ms` milliseconds, and keeps the process alive until then; rejects once `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls back after `ms` milliseconds unless disposed of before; never keeps the process alive. */
  after(ms: number, callback: () => void): Disposable;
}

/** The longest delay of the runtime's timers in milliseconds; a longer one would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/** The runtime's own timers. */
export const systemTimers: Timers = {
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, maxDelayMs)).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
