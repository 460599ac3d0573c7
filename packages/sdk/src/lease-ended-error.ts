import { KeyfoldError } from '@keyfold/crypto-core';
import { callErrors } from './calls/call-error-table.ts';

/** The right to use a key ended before it could be used, and asking anew did not bring one that lasts. */
export class LeaseEndedError extends KeyfoldError {
  readonly code = 'lease_ended';

  constructor() {
    super('The lease of the data key had ended when its answer arrived.', callErrors.lease_ended);
  }
}
