import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';

/** RSA-OAEP with one hash for label and MGF1, and an empty label. */
export type OaepHash = 'sha1' | 'sha256';

const hashByteLengths: Readonly<Record<OaepHash, number>> = { sha1: 20, sha256: 32 };

/** The longest plaintext in bytes (RFC 8017 §7.1.1). */
export function maxOaepByteLength({ asymmetricKeyDetails }: KeyObject, hash: OaepHash): number {
  return (asymmetricKeyDetails?.modulusLength ?? 0) / 8 - 2 * hashByteLengths[hash] - 2;
}

/** Encrypts a plaintext of at most {@link maxOaepByteLength}. */
export function encryptOaep(key: KeyObject, oaepHash: OaepHash, plaintext: Uint8Array): Buffer {
  return publicEncrypt({ key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING }, plaintext);
}

/** The plaintext, or undefined where it does not decrypt; never why. */
export function decryptOaep(key: KeyObject, oaepHash: OaepHash, ciphertext: Uint8Array): Buffer | undefined {
  try {
    return privateDecrypt({ key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING }, ciphertext);
  } catch {
    return undefined;
  }
}
