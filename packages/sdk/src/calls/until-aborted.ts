import type { Awaitable } from '@keyfold/crypto-core';
import { requireKnownOptions, requireObject } from '../arguments.ts';
import { OptionInvalidError } from '../configuration-errors.ts';
import { CallAbortedError } from '../transport/transport-errors.ts';
import type { CallName } from './call-error.ts';
import { checkSignal, type WaitOptions } from './call-options.ts';

/** The caller's signal, and what he asked for by the operation that it waits for. */
export interface Waiting {
  readonly signal: AbortSignal | undefined;
  readonly operation: CallName;
}

/**
 * The signal of a call that may wait, looked at before anything is done.
 *
 * @param known the names of the call's options
 * @throws CallAbortedError when it is aborted already; OptionInvalidError when it is none, or for an option that there is not
 */
export function waitingFor<Options extends WaitOptions>(
  operation: CallName,
  options: Options | undefined,
  known: Readonly<Record<keyof Options, true>>,
): Waiting {
  if (options !== undefined) {
    requireObject('The options of a call', options, OptionInvalidError);
    requireKnownOptions('', options, known);
  }
  const waiting = { signal: options?.signal, operation };
  checkSignal(waiting.signal);
  throwIfAborted(waiting);
  return waiting;
}

/** @throws CallAbortedError */
export function throwIfAborted(waiting: Waiting): void {
  if (waiting.signal?.aborted === true) throw abortedError(waiting);
}

/**
 * What is waited for, or the end of the waiting. The work itself goes on: calls share the requests for keys, and what one
 * of them no longer wants the others do.
 */
export function untilAborted<T>(work: Awaitable<T>, waiting: Waiting): Awaitable<T> {
  const { signal } = waiting;
  if (signal === undefined || !(work instanceof Promise)) return work;
  if (signal.aborted) {
    // It was aborted between two waits of one call, and tells nobody twice.
    work.catch(() => undefined);
    return Promise.reject(abortedError(waiting));
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortedError(waiting));
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function abortedError({ signal, operation }: Waiting): CallAbortedError {
  return new CallAbortedError({ operation, attempts: 0 }, { cause: signal?.reason });
}
