import { KeyfoldError } from '@keyfold/crypto-core';

/** An identity that the emulator was given cannot be: its ARN, a policy or an access key of it. */
export class InvalidIdentityError extends KeyfoldError {
  readonly code = 'invalid_identity';
  constructor(arn: string, problem: string, options?: ErrorOptions) {
    super(`The identity ${arn.slice(0, 256)} cannot be: ${problem}.`, {
      layer: 'config',
      hint: 'Identities are users, roles and root users by ARN, with policy documents as IAM takes them.',
      ...options,
    });
  }
}
