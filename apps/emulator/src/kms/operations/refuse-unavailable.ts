import { KmsFault } from '../faults/kms-fault.ts';

/** Members of cryptographic operations that ask for what this emulator does not have. */
interface UnavailableMembers {
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: object;
}

/**
 * Refuses what would otherwise be ignored in silence.
 *
 * @throws {KmsFault} InvalidGrantTokenException for any grant token: no grant exists that it could stand for;
 *   UnsupportedOperationException for a recipient
 */
export function refuseUnavailable({ GrantTokens, Recipient }: UnavailableMembers): void {
  if (GrantTokens !== undefined && GrantTokens.length > 0) throw new KmsFault('InvalidGrantTokenException');
  if (Recipient !== undefined)
    throw new KmsFault(
      'UnsupportedOperationException',
      'The Keyfold emulator does not check attestation documents: Recipient is not available.',
    );
}
