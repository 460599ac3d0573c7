import { identifierPatterns, type OperationId, operationOf } from '@keyfold/protocol';
import { isObject, requireInteger, requireKnownOptions, requireObject } from '../arguments.ts';
import { OptionInvalidError } from '../configuration-errors.ts';

/** What every call that may wait takes. */
export interface WaitOptions {
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
}

/** What every call to the service takes. */
export interface CallOptions extends WaitOptions {
  /** For this call in place of the client's, in milliseconds, all attempts and waits included: 1 to 3,600,000. */
  readonly timeoutMs?: number | undefined;
  /** For this call in place of the client's: 1 to 10. */
  readonly maxAttempts?: number | undefined;
}

/** What a call takes that would have a second effect if it were sent twice. */
export interface KeyedCallOptions extends CallOptions {
  /**
   * Under which the service recognises the call, whenever it is sent again: 1 to 128 letters, digits, `.`, `_`, `:`, `-`.
   * Default: a random one, the same for all attempts of the call. Pass one of your own, kept beside your data, to repeat
   * the call after a restart.
   */
  readonly idempotencyKey?: string | undefined;
}

/** What a list takes. */
export interface ListOptions extends CallOptions {
  /** `for await` ends after so many items. Default: all. */
  readonly maxItems?: number | undefined;
}

/** The names of the options that a call takes; whatever else is passed is refused. */
export const waitOptionNames: Readonly<Record<keyof WaitOptions, true>> = { signal: true };
const callOptionNames: Readonly<Record<keyof KeyedCallOptions, true>> = {
  signal: true,
  timeoutMs: true,
  maxAttempts: true,
  idempotencyKey: true,
};

/** The largest values of options that have one. */
export const optionBounds = { timeoutMs: 3_600_000, maxAttempts: 10 } as const;

/**
 * The options of a call and nothing else that an object may hold.
 *
 * @throws OptionInvalidError
 */
export function checkedCallOptions(operation: OperationId, options: KeyedCallOptions): KeyedCallOptions {
  requireObject('The options of a call', options, OptionInvalidError);
  requireKnownOptions('', options, callOptionNames);
  const { signal, timeoutMs, maxAttempts, idempotencyKey } = options;
  checkSignal(signal);
  if (timeoutMs !== undefined) requireInteger('timeoutMs', timeoutMs, optionBounds.timeoutMs);
  if (maxAttempts !== undefined) requireInteger('maxAttempts', maxAttempts, optionBounds.maxAttempts);
  if (idempotencyKey !== undefined) checkIdempotencyKey(operation, idempotencyKey);
  return { signal, timeoutMs, maxAttempts, idempotencyKey };
}

/** @throws OptionInvalidError for what is no signal: a call that cannot be ended must not look like one that can */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (
    !isObject(signal) ||
    typeof signal.aborted !== 'boolean' ||
    typeof signal.addEventListener !== 'function' ||
    typeof signal.removeEventListener !== 'function'
  ) {
    throw new OptionInvalidError('signal must be an AbortSignal.');
  }
}

function checkIdempotencyKey(operation: OperationId, key: string): void {
  if (!operationOf(operation).idempotencyKey) {
    throw new OptionInvalidError('The call takes no idempotencyKey: it can be repeated as it is.');
  }
  if (typeof key !== 'string' || !identifierPatterns.idempotencyKey.test(key)) {
    throw new OptionInvalidError('idempotencyKey must have 1 to 128 letters, digits, ".", "_", ":" or "-".');
  }
}
