import type { FaultName } from './kms-faults.ts';

/**
 * An answer of AWS's that is an error: thrown by an operation, caught by {@link Kms.handle}, never seen by a caller as an
 * exception. That is why it is not one of Keyfold's errors.
 */
export class KmsFault extends Error {
  override readonly name = 'KmsFault';
  readonly fault: FaultName;

  /** @param text - left out where AWS sends no text: none is invented then. */
  constructor(fault: FaultName, text?: string) {
    super(text);
    this.fault = fault;
  }
}
