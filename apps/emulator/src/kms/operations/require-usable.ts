import { KmsFault } from '../faults/kms-fault.ts';
import type { Key } from '../keys/key-ring.ts';
import { type EncryptionAlgorithm, type KeyUsage, keySpecs } from '../keys/key-specs.ts';
import { keyStates } from '../keys/key-states.ts';

/**
 * Refuses a key that an operation may not use now. AWS looks at the usage first, then at the state, then at the algorithm.
 *
 * @throws {KmsFault} InvalidKeyUsageException for another usage, DisabledException for a disabled key
 */
export function requireUsable({ arn, record }: Key, usage: KeyUsage, operation: string): void {
  if (record.keyUsage !== usage)
    throw new KmsFault(
      'InvalidKeyUsageException',
      `${arn} key usage is ${record.keyUsage} which is not valid for ${operation}.`,
    );
  const { refusal } = keyStates[record.keyState];
  if (refusal !== undefined) throw new KmsFault(refusal.fault, refusal.text(arn));
}

/** @throws {KmsFault} InvalidKeyUsageException where the key's spec does not have the algorithm */
export function requireAlgorithm({ record: { keySpec } }: Key, algorithm: EncryptionAlgorithm): void {
  if (!keySpecs[keySpec].encryptionAlgorithms.includes(algorithm))
    throw new KmsFault(
      'InvalidKeyUsageException',
      `Algorithm ${algorithm} is incompatible with key spec ${keySpec}.`,
    );
}
