import { requireBackend } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import type { Ed25519SigningKey } from '../primitives.ts';
import type { SecretBytes } from '../secret-bytes.ts';

/** Length of a public key in bytes. */
export const publicKeyByteLength = 32;

/**
 * The key that a seed stands for.
 *
 * @param seed the private key of RFC 8032 §5.1.5, 32 random bytes (`SecretBytes.random(32)`); stays the caller's
 * @returns signs until it is disposed of; the caller owns it
 * @throws {@link InvalidArgumentError} for a seed of another length
 * @throws {@link SecretDisposedError} for a seed that was disposed of
 * @example
 * ```ts
 * using seed = SecretBytes.random(32);
 * using key = await openSigningKey(nodeBackend, seed);
 * const signature = await key.sign(new TextEncoder().encode('what is signed'));
 * signature.byteLength; // → 64
 * ```
 */
export async function openSigningKey(backend: CryptoBackend, seed: SecretBytes): Promise<Ed25519SigningKey> {
  requireBackend(backend);
  return await backend.primitives.ed25519SigningKey(seed);
}

/**
 * Whether an Ed25519 signature is right (RFC 8032 §5.1.7), decided alike on every runtime: false also for a signature that
 * is not 64 bytes, that is a second spelling of another (S ≥ L), and for keys and commitments of small order or in another
 * than their one encoding.
 *
 * @param publicKey 32 bytes
 * @param data any length
 * @param signature 64 bytes
 * @throws {@link InvalidArgumentError} for a public key of another length
 * @example
 * ```ts
 * using key = await openSigningKey(nodeBackend, SecretBytes.random(32));
 * const data = new TextEncoder().encode('what is signed');
 * await verifyEd25519(nodeBackend, key.publicKey, data, await key.sign(data)); // → true
 * await verifyEd25519(nodeBackend, key.publicKey, new Uint8Array(), await key.sign(data)); // → false
 * ```
 */
export async function verifyEd25519(
  backend: CryptoBackend,
  publicKey: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  requireBackend(backend);
  return await backend.primitives.ed25519Verify(publicKey, data, signature);
}
