import { requireBackend, requireObject, requireSecret } from '../argument-types.ts';
import type { Awaitable } from '../awaitable.ts';
import type { CryptoBackend } from '../backend.ts';
import { CanonicalBytes } from '../canonical-bytes.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { keyByteLength } from '../format.ts';
import { derivationLabels } from '../labels.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { hkdfExpand } from '../streams/hkdf-expand.ts';

/** Shortest secret in bytes: each alone must be beyond guessing, because the other one may be known. */
const minSecretBytes = 32;
/** Longest secret in bytes: HMAC hashes a longer key first (RFC 2104 §2), which would be a second spelling of it. */
const maxSecretBytes = 64;

/** The two halves of a split root key, and what it is for. */
export interface SplitKeyOptions {
  /** The secret that is HKDF's input keying material, 32 to 64 random bytes; stays the caller's. */
  readonly keyingSecret: SecretBytes;
  /** The secret that is HKDF's salt, 32 to 64 random bytes, made and kept elsewhere; stays the caller's. */
  readonly saltSecret: SecretBytes;
  /** Names the root that is derived, 1 to 255 bytes of UTF-8: say the environment, so that no two share a root. */
  readonly label: string;
}

/**
 * A root key of two independent secrets, 32 bytes: HKDF-SHA256(input = keying secret, salt = salt secret,
 * info = label of the table ‖ lp16(label)). Whoever has one of them knows nothing about the root: with the salt known it
 * is HKDF of a secret input (RFC 5869 §3.1); with the input known it is HMAC under a secret key.
 *
 * Keep them in two places that do not share an administrator. Swapped secrets give another root.
 *
 * @returns 32 bytes; the caller's to dispose of
 * @throws {@link InvalidArgumentError} for a secret of another length, one of equal bytes, or two equal secrets
 * @throws {@link InvalidEncryptionContextError} for a label that is empty, too long or has lone surrogates
 * @throws {@link SecretDisposedError} when a secret was disposed of
 * @example
 * ```ts
 * using keyingSecret = SecretBytes.random(32); // from one place
 * using saltSecret = SecretBytes.random(32); // from another
 * using root = await splitKeyRoot(nodeBackend, { keyingSecret, saltSecret, label: 'production' });
 * ```
 */
export function splitKeyRoot(backend: CryptoBackend, options: SplitKeyOptions): Awaitable<SecretBytes> {
  requireBackend(backend);
  requireObject('The options of a split key', options);
  const { keyingSecret, saltSecret, label } = options;
  requireHalf('keyingSecret', keyingSecret);
  requireHalf('saltSecret', saltSecret);
  refuseEqual(backend, keyingSecret, saltSecret);
  const info = new CanonicalBytes();
  info.fixed(derivationLabels.splitKeyRoot);
  info.name('The label of a split key', label);
  return extractAndExpand(backend, keyingSecret, saltSecret, info.finish());
}

/**
 * HKDF-SHA256 by its two HMACs (RFC 5869 §2.2, §2.3). Runtimes take a salt for public, and keep copies of it that nobody can
 * wipe; this one is a secret, and reaches them as a key.
 */
async function extractAndExpand(
  { primitives }: CryptoBackend,
  input: SecretBytes,
  salt: SecretBytes,
  info: Uint8Array,
): Promise<SecretBytes> {
  const pseudorandomKey = SecretBytes.take(await primitives.hmac('SHA-256', salt, input.reveal()));
  try {
    return await hkdfExpand(primitives, 'SHA-256', pseudorandomKey, info, keyByteLength);
  } finally {
    pseudorandomKey.dispose();
  }
}

function requireHalf(what: string, secret: SecretBytes): void {
  requireSecret(what, secret);
  if (secret.byteLength < minSecretBytes || secret.byteLength > maxSecretBytes) {
    throw new InvalidArgumentError(
      `${what} has ${minSecretBytes} to ${maxSecretBytes} bytes, this one ${secret.byteLength}.`,
    );
  }
  // Memory that nobody filled; 32 random bytes are all equal with probability 2⁻²⁴⁸.
  const bytes = secret.reveal();
  const first = bytes[0] ?? 0;
  if (bytes.reduce((differences, byte) => differences | (byte ^ first), 0) === 0) {
    throw new InvalidArgumentError(`${what} consists of equal bytes: it was never filled with random ones.`);
  }
}

/** One secret in both places would be the root for whoever finds it in either. */
function refuseEqual(backend: CryptoBackend, a: SecretBytes, b: SecretBytes): void {
  // Filled up with zeros, because that is what HMAC does with the salt (RFC 2104 §2).
  const paddedA = padded(a);
  const paddedB = padded(b);
  try {
    if (backend.constantTimeEqual(paddedA, paddedB)) {
      throw new InvalidArgumentError(
        'The two secrets of a split key are the same: they must be independent.',
      );
    }
  } finally {
    paddedA.fill(0);
    paddedB.fill(0);
  }
}

function padded(secret: SecretBytes): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(maxSecretBytes));
  bytes.set(secret.reveal());
  return bytes;
}
