import type { CryptoBackend } from '../backend.ts';
import { derivationLabels } from '../labels.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { checkByteLength, type ShareSetShape, shareVersion } from './share.ts';

/**
 * The check value of a shared secret, 16 bytes: the first half of HMAC-SHA256 with the secret as key, over label ‖ version
 * ‖ threshold ‖ count ‖ length. The length is part of it because HMAC fills short keys up with zeros (RFC 2104 §2).
 *
 * @param secret stays the caller's
 */
export async function secretCheck(
  backend: CryptoBackend,
  secret: SecretBytes,
  { threshold, count, secretByteLength }: ShareSetShape,
): Promise<Uint8Array> {
  const parameters = Uint8Array.of(shareVersion, threshold, count, secretByteLength);
  const data = Uint8Array.of(...derivationLabels.shareCheck, ...parameters);
  return Uint8Array.from((await backend.hmacSha256(secret, data)).subarray(0, checkByteLength));
}
