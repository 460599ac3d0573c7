import { KeyfoldError } from '@keyfold/crypto-core';

/** A row of the emulated KMS is not what the emulator writes. A request that needs it gets KMSInternalException. */
export class KmsStateUnreadableError extends KeyfoldError {
  readonly code = 'kms_state_unreadable';

  constructor(message: string, cause?: unknown) {
    super(message, {
      layer: 'store',
      hint: 'The state was damaged or written by a newer emulator: update the emulator, or restore the state from a copy.',
      cause,
    });
  }
}
