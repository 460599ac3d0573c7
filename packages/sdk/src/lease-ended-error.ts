import { KeyfoldError } from '@keyfold/crypto-core';

/** The right to use a key ended before it could be used, and asking anew did not bring one that lasts. */
export class LeaseEndedError extends KeyfoldError {
  readonly code = 'lease_ended';

  constructor() {
    super('The lease of the data key had ended when its answer arrived.', {
      layer: 'key',
      retryable: true,
      hint: "Answers take longer than the leases they carry: look at the latency to the service and at this machine's clock.",
    });
  }
}
