import { IntegrityCheckFailedError, UnsupportedFormatError } from './crypto-errors.ts';
import type { DataKeyHeader } from './data-key-header.ts';

/**
 * Refuses a value that carries another header than its opener's. A value's header is not part of its AAD, so that it may be
 * rewrapped: it is compared instead, all 101 bytes of it. It is public, so the comparison need not take constant time.
 *
 * @param value at least 102 bytes
 * @throws {@link UnsupportedFormatError} for an unknown suite
 * @throws {@link IntegrityCheckFailedError} for any other difference
 */
export function requireSameHeader({ bytes, suite }: DataKeyHeader, value: Uint8Array): void {
  if (value[1] !== suite)
    throw new UnsupportedFormatError(`The suite ${value[1]} is not known to this version.`);
  // `length` is read once, and is not `byteLength`: V8 calls the getter in each turn, which cost half an opening.
  const { length } = bytes;
  for (let i = 1; i < length; i++) {
    if (value[1 + i] !== bytes[i]) {
      throw new IntegrityCheckFailedError(
        'The value was not sealed under this data key: its header is another.',
      );
    }
  }
}
