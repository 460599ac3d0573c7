import { requireBackend, requireBytes, requireObject, requireSecret } from '../argument-types.ts';
import type { Awaitable } from '../awaitable.ts';
import type { CryptoBackend } from '../backend.ts';
import { CanonicalBytes } from '../canonical-bytes.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { keyByteLength } from '../format.ts';
import { derivationLabels } from '../labels.ts';
import type { SecretBytes } from '../secret-bytes.ts';

/** Length of a user's salt in bytes (256 bits). */
export const userSaltByteLength = 32;

/** Whose key is derived, and from what. */
export interface UserKeyOptions {
  /** 32 random bytes; stays the caller's. */
  readonly parent: SecretBytes;
  /** The user's salt, 32 random bytes. Without it the key cannot be derived again: deleting it erases the user. */
  readonly salt: Uint8Array;
  /** 1 to 255 bytes of UTF-8, not normalised. */
  readonly userId: string;
}

/**
 * A user's key, 32 bytes: HKDF-SHA256(input = parent key, salt = the user's salt, info = label of the table ‖
 * lp16(user id)). It is derived when needed and never stored.
 *
 * The length before the user id makes the encoding injective: no two pairs of label and id give the same info.
 *
 * @returns 32 bytes; the caller's to dispose of
 * @throws {@link InvalidArgumentError} for a parent key or salt of another length
 * @throws {@link InvalidEncryptionContextError} for a user id that is empty, too long or has lone surrogates
 * @throws {@link SecretDisposedError} when the parent key was disposed of
 * @example
 * ```ts
 * using parent = SecretBytes.random(32);
 * using key = await deriveUserKey(nodeBackend, { parent, salt: nodeBackend.randomBytes(32), userId: 'u-42' });
 * ```
 */
export function deriveUserKey(backend: CryptoBackend, options: UserKeyOptions): Awaitable<SecretBytes> {
  requireBackend(backend);
  requireObject('The options of a user key', options);
  const { parent, salt, userId } = options;
  requireSecret('A parent key', parent);
  requireBytes("A user's salt", salt);
  if (parent.byteLength !== keyByteLength) {
    throw new InvalidArgumentError(`A parent key has ${keyByteLength} bytes, this one ${parent.byteLength}.`);
  }
  if (salt.byteLength !== userSaltByteLength) {
    throw new InvalidArgumentError(
      `A user's salt has ${userSaltByteLength} bytes, this one ${salt.byteLength}.`,
    );
  }
  const info = new CanonicalBytes();
  info.fixed(derivationLabels.userKey);
  info.name('A user id', userId);
  return backend.primitives.hkdf('SHA-256', parent, { salt, info: info.finish(), byteLength: keyByteLength });
}
