import type { EndSignal } from './end-signal.ts';

/** Waiting: a value that is passed in, so that a test moves time instead of passing it. */
export interface Timers {
  /** Resolves after `ms` milliseconds, and keeps the process alive until then; rejects once `signal` aborts. */
  sleep(ms: number, signal: EndSignal): Promise<void>;
  /** Calls back after `ms` milliseconds unless disposed of before; never keeps the process alive. */
  after(ms: number, callback: () => void): Disposable;
}

/** The longest delay of the runtime's timers in milliseconds; a longer one would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/** The runtime's own timers. */
export const systemTimers: Timers = {
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(
        () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(ms, maxDelayMs),
      );
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    }),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, maxDelayMs));
    if (typeof timer === 'object') timer.unref(); // a number in browsers, whose timers keep nothing alive
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
