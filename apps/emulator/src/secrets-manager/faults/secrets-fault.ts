import type { SecretsFaultName } from './secrets-faults.ts';

/**
 * An answer of AWS Secrets Manager's that is an error: thrown by an operation, caught by {@link SecretsManager.handle}, never seen by
 * a caller as an exception. That is why it is not one of Keyfold's errors.
 */
export class SecretsFault extends Error {
  override readonly name = 'SecretsFault';
  readonly fault: SecretsFaultName;

  constructor(fault: SecretsFaultName, text: string) {
    super(text);
    this.fault = fault;
  }
}
