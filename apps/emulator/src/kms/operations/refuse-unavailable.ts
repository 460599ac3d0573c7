import { KmsFault } from '../faults/kms-fault.ts';

/** Members of cryptographic operations that ask for what this emulator does not have. */
interface UnavailableMembers {
  /** Looked at before the operation runs. */
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: object;
}

/**
 * Refuses what would otherwise be ignored in silence.
 *
 * @throws {KmsFault} UnsupportedOperationException for a recipient
 */
export function refuseUnavailable({ Recipient }: UnavailableMembers): void {
  if (Recipient !== undefined)
    throw new KmsFault(
      'UnsupportedOperationException',
      'The Keyfold emulator does not check attestation documents: Recipient is not available.',
    );
}
