import type { Key } from '../keys/key-ring.ts';
import { keySpecs } from '../keys/key-specs.ts';
import type { Output } from '../wire/answers.ts';

/** AWS KMS API reference, "KeyMetadata": the members that AWS sends for such a key, and no others. */
export function keyMetadata({ address, arn, record }: Key): Output {
  return {
    AWSAccountId: address.accountId,
    Arn: arn,
    // Seconds with milliseconds as decimals: AWS JSON's timestamps.
    CreationDate: record.createdAtMs / 1000,
    CurrentKeyMaterialId: record.currentMaterialId,
    CustomerMasterKeySpec: record.keySpec,
    Description: record.description,
    Enabled: record.keyState === 'Enabled',
    EncryptionAlgorithms: keySpecs[record.keySpec].encryptionAlgorithms,
    KeyId: address.keyId,
    KeyManager: 'CUSTOMER',
    KeySpec: record.keySpec,
    KeyState: record.keyState,
    KeyUsage: record.keyUsage,
    MultiRegion: record.multiRegion,
    Origin: record.origin,
  };
}
