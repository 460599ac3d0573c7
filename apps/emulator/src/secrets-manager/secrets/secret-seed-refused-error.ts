import { KeyfoldError } from '@keyfold/crypto-core';
import { KmsFault } from '../../kms/faults/kms-fault.ts';
import { SecretsFault } from '../faults/secrets-fault.ts';

/** The emulated Secrets Manager, or the KMS behind it, refuses a secret of a seed. */
export class SecretSeedRefusedError extends KeyfoldError {
  readonly code = 'secret_seed_refused';

  constructor({ fault, message }: SecretsFault | KmsFault) {
    super(`AWS Secrets Manager refuses it with ${fault}: ${message}`, {
      layer: 'config',
      hint: 'Change the seed, or what its KMS key is and allows.',
    });
  }
}

/**
 * The result of work on a seed's secret.
 *
 * @throws {SecretSeedRefusedError} in place of an answer that is an error
 */
export async function asSeeding<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SecretsFault || error instanceof KmsFault) throw new SecretSeedRefusedError(error);
    throw error;
  }
}
