import { Ending, type EndSignal } from './end-signal.ts';
import type { Timers } from './timers.ts';

/** What a hedged attempt is made of. */
export interface Hedge<T> {
  /** How long the first attempt is waited for before a second one joins it, in milliseconds. */
  readonly afterMs: number;
  readonly timers: Timers;
  /** Ends both. */
  readonly signal: EndSignal;
  /** Asked when the time has come: a second attempt costs what a retry costs. */
  readonly admit: () => boolean;
  /** Begins an attempt that ends, and leaves nothing behind, when its signal is aborted. */
  readonly start: (signal: EndSignal) => Promise<T>;
  /** Whether a failure is an answer, so that the other attempt cannot do better. */
  readonly isFinal: (error: unknown) => boolean;
}

/**
 * The first success of at most two attempts, the second begun when the first is slow; the other one is aborted. If both
 * fail, the first failure.
 */
export function hedged<T>({ afterMs, timers, signal, admit, start, isFinal }: Hedge<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const endings: Ending[] = [];
    let inFlight = 0;
    let failure: { readonly error: unknown } | undefined;
    let settled = false;
    const endAll = (): void => {
      for (const ending of endings) ending.end();
    };
    const settle = (): void => {
      settled = true;
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', endAll);
      endAll();
    };
    const launch = (): void => {
      const ending = new Ending();
      if (signal.aborted) ending.end();
      endings.push(ending);
      inFlight++;
      start(ending).then(
        (value) => {
          if (settled) return;
          settle();
          resolve(value);
        },
        (error: unknown) => {
          inFlight--;
          if (settled) return; // the loser, aborted
          failure = failure === undefined || isFinal(error) ? { error } : failure;
          if (inFlight > 0 && !isFinal(error)) return;
          settle();
          reject(failure.error);
        },
      );
    };
    const timer = timers.after(afterMs, () => {
      if (!settled && admit()) launch();
    });
    signal.addEventListener('abort', endAll);
    launch();
  });
}
