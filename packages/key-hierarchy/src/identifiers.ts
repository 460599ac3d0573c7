import { InvalidArgumentError } from '@keyfold/crypto-core';

/** 1 to 63 characters. Linear in the length of the input: no alternatives that overlap. */
const identifier = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/**
 * Refuses what cannot be the id of a tenant or a service.
 *
 * @throws {@link InvalidArgumentError}
 */
export function checkIdentifier(what: 'tenant' | 'service', id: string): void {
  if (typeof id !== 'string' || !identifier.test(id)) {
    throw new InvalidArgumentError(
      `The id of a ${what} has 1 to 63 characters of a-z, 0-9, "-" and "_", the first a letter or a digit.`,
    );
  }
}
