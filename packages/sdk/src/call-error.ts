import { type ErrorDetails, KeyfoldError } from '@keyfold/crypto-core';
import type { OperationId } from '@keyfold/protocol';

/** What is known about a call to the service when it fails. */
export interface CallDetails {
  /** The operation of the encryption API. */
  readonly operation: OperationId;
  /** How often it was tried, at least 1. */
  readonly attempts: number;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  /** The service's name for the request, if there was an answer that carried one. */
  readonly requestId?: string;
}

/** The base of all errors of a call to the service: no usable answer came, or the answer was a refusal. */
export abstract class CallError extends KeyfoldError {
  readonly operation: OperationId;
  readonly attempts: number;
  readonly status: number | undefined;
  readonly requestId: string | undefined;

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
    };
  }
}
