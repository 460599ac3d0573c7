import { createHmac, type KeyObject } from 'node:crypto';
import { suiteAes256GcmHkdfSha256 } from '../format.ts';
import { derivationLabels } from '../labels.ts';
import { SecretBytes } from '../secret-bytes.ts';

const expandInput = Uint8Array.of(...derivationLabels.dataKeyStream, suiteAes256GcmHkdfSha256, 0x01);

/**
 * The input key of streams, 32 bytes: HKDF-Expand-SHA256(data key, label ‖ suite, 32), one block (RFC 5869 §2.3).
 *
 * @param dataKey 32 bytes
 */
export function streamKeyOf(dataKey: KeyObject): SecretBytes {
  return SecretBytes.take(createHmac('sha256', dataKey).update(expandInput).digest());
}
