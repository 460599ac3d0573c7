import { KeyfoldError } from '@keyfold/crypto-core';

/** A row of the emulated Secrets Manager is not what the emulator writes. A request that needs it gets InternalServiceError. */
export class SecretsStateUnreadableError extends KeyfoldError {
  readonly code = 'secrets_state_unreadable';

  constructor(message: string, cause?: unknown) {
    super(message, {
      layer: 'store',
      hint: 'The state was damaged or written by a newer emulator: update the emulator, or restore the state from a copy.',
      cause,
    });
  }
}
