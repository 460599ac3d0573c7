import { type CallDetails, CallError } from './call-error.ts';
import { callErrors } from './call-error-table.ts';
import type { OpenCircuit } from './circuit-breaker.ts';

/** Nothing was sent: the last attempts all found the server down. `cause` is what the last of them met. */
export class CircuitOpenError extends CallError {
  readonly code = 'circuit_open';
  /** Since when nothing is sent. */
  readonly since: Date;
  /** From when on one attempt is made to find out whether the server is back. */
  readonly retryAt: Date;

  constructor(open: OpenCircuit, call: CallDetails) {
    const since = new Date(open.sinceMs);
    const retryAt = new Date(open.retryAtMs);
    super(
      `Nothing is sent until ${retryAt.toISOString()}: the server has been down since ${since.toISOString()}.`,
      call,
      { ...callErrors.circuit_open, cause: open.cause },
    );
    this.since = since;
    this.retryAt = retryAt;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), since: this.since, retryAt: this.retryAt };
  }
}
