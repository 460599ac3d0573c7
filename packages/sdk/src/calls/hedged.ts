import type { Timers } from './timers.ts';

/** What a hedged attempt is made of. */
export interface Hedge<T> {
  /** How long the first attempt is waited for before a second one joins it, in milliseconds. */
  readonly afterMs: number;
  readonly timers: Timers;
  /** Asked when the time has come: a second attempt costs what a retry costs. */
  readonly admit: () => boolean;
  /** Begins an attempt that ends, and leaves nothing behind, when its signal is aborted. */
  readonly start: (signal: AbortSignal) => Promise<T>;
  /** Whether a failure is an answer, so that the other attempt cannot do better. */
  readonly isFinal: (error: unknown) => boolean;
}

/**
 * The first success of at most two attempts, the second begun when the first is slow; the other one is aborted. If both
 * fail, the first failure.
 */
export function hedged<T>({ afterMs, timers, admit, start, isFinal }: Hedge<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const controllers: AbortController[] = [];
    let inFlight = 0;
    let failure: { readonly error: unknown } | undefined;
    let settled = false;
    const settle = (): void => {
      settled = true;
      timer[Symbol.dispose]();
      for (const controller of controllers) controller.abort();
    };
    const launch = (): void => {
      const controller = new AbortController();
      controllers.push(controller);
      inFlight++;
      start(controller.signal).then(
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
    launch();
  });
}
