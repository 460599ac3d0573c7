import { type ErrorDetails, KeyfoldError } from '@keyfold/crypto-core';
import type { OperationId } from '@keyfold/protocol';

/** What was called: an operation of the encryption API, or the address of a key set. */
export type CallName = OperationId | 'fetchKeySet';

/** What is known about a call to the service when it fails. */
export interface CallDetails {
  readonly operation: CallName;
  /** How often it was sent; 0 where it ended before, or waited for a request that other calls share. */
  readonly attempts: number;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  /** The service's name for the request, if there was an answer that carried one. */
  readonly requestId?: string;
}

/**
 * Why a call that could have been tried again was not: all its attempts were used, the client's retry budget was empty,
 * the wait would have outlasted the deadline, or the circuit is open.
 */
export type NotRetried = 'attempts_used' | 'budget_empty' | 'deadline_near' | 'circuit_open';

/** The base of all errors of a call to the service: no usable answer came, or the answer was a refusal. */
export abstract class CallError extends KeyfoldError {
  readonly operation: CallName;
  readonly attempts: number;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Why it was not tried again, where trying again might have helped. */
  readonly notRetried: NotRetried | undefined;

  constructor(message: string, call: CallDetails, details: ErrorDetails) {
    super(message, details);
    this.operation = call.operation;
    this.attempts = call.attempts;
    this.status = call.status;
    this.requestId = call.requestId;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      ...super.toJSON(),
      operation: this.operation,
      attempts: this.attempts,
      status: this.status,
      requestId: this.requestId,
      ...(this.notRetried && { notRetried: this.notRetried }),
    };
  }
}

/** Says in the error itself why it is the last one, and how often the call was sent in all. */
export function lastOf(error: CallError, attempts: number, notRetried: NotRetried): CallError {
  return Object.assign(error, { attempts, notRetried });
}
