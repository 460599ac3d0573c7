import type { OperationId } from '@keyfold/protocol';
import type { CallError } from '../calls/call-error.ts';
import type { CircuitChange } from '../calls/circuit-breaker.ts';
import type { TransportResponse } from '../transport/transport.ts';

/** An attempt that is about to be sent. Its headers and body are not all for showing: each observer has a list. */
export interface BegunAttempt {
  /** 1 for the first of a call. */
  readonly number: number;
  readonly method: string;
  /** Path and query, absolute. */
  readonly path: string;
  /** The path with names in the place of values, such as `/v1/tenants/{tenant}`. */
  readonly template: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where nothing is sent. */
  readonly body: { readonly type: string; readonly byteLength: number } | undefined;
}

/** What is told of one attempt. */
export interface AttemptObservation {
  /** Headers to send with it, such as a trace's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Runs it, so that what happens in it knows where it belongs. */
  run<T>(attempt: () => Promise<T>): Promise<T>;
  /** An answer came, whatever its status. */
  answered(response: Pick<TransportResponse, 'status' | 'header'>, byteLength: number): void;
  /** It is over; with an error if it did not succeed. */
  end(error?: unknown): void;
}

/** What is told of one call. */
export interface CallObservation {
  attempt(attempt: BegunAttempt): AttemptObservation;
  /** It will be tried again after a wait. */
  retry(error: CallError, waitMs: number): void;
  /** It is over; with an error if it did not succeed. */
  end(attempts: number, error?: unknown): void;
}

/** Watches calls. It is told and not asked: nothing that it does changes a call, and it throws nothing. */
export interface CallObserver {
  begin(operation: OperationId): CallObservation;
  circuitChanged(change: CircuitChange): void;
}

/** Several observers as one; undefined if there is none, so that nothing is paid where nobody watches. */
export function joinObservers(observers: readonly CallObserver[]): CallObserver | undefined {
  return observers.length > 1 ? joined(observers) : observers[0];
}

function joined(observers: readonly CallObserver[]): CallObserver {
  return {
    begin: (operation) => joinedCall(observers.map((observer) => observer.begin(operation))),
    circuitChanged: (change) => {
      for (const observer of observers) observer.circuitChanged(change);
    },
  };
}

function joinedCall(calls: readonly CallObservation[]): CallObservation {
  return {
    attempt: (attempt) => joinedAttempt(calls.map((call) => call.attempt(attempt))),
    retry: (error, waitMs) => {
      for (const call of calls) call.retry(error, waitMs);
    },
    end: (attempts, error) => {
      for (const call of calls) call.end(attempts, error);
    },
  };
}

function joinedAttempt(attempts: readonly AttemptObservation[]): AttemptObservation {
  return {
    headers: Object.assign({}, ...attempts.map(({ headers }) => headers)),
    run: (attempt) => attempts.reduceRight((inner, outer) => () => outer.run(inner), attempt)(),
    answered: (response, byteLength) => {
      for (const attempt of attempts) attempt.answered(response, byteLength);
    },
    end: (error) => {
      for (const attempt of attempts) attempt.end(error);
    },
  };
}
