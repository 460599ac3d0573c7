import { requireBytes, requireFunction, requireObject, requireSecret } from '../argument-types.ts';
import type { Awaitable } from '../awaitable.ts';
import type { CryptoBackend } from '../backend.ts';
import { LegacyKeyUnknownError } from '../crypto-errors.ts';
import { keyByteLength } from '../format.ts';
import type { HashName } from '../primitives.ts';
import type { SecretBytes } from '../secret-bytes.ts';

/**
 * How another system derived the key that it used from the key that it stored, by HKDF. The parts are as that system
 * chose them; `info` is often the UTF-8 of a fixed label and the user's id.
 */
export interface LegacyDerivation {
  /** `SHA-256` if left out. */
  readonly hash?: HashName;
  /** Any length; none if left out. */
  readonly salt?: Uint8Array;
  /** 0 to 1,024 bytes. */
  readonly info: Uint8Array;
  /** 16 or 32 bytes; 32 if left out. */
  readonly byteLength?: number;
}

/** Which of several keys a value was written under, as it says: a number or a short text. */
export type LegacyKeyVersion = number | string;

/** The key of a version, or undefined where there is none. The keys stay the resolver's. */
export type LegacyKeyRing = (version: LegacyKeyVersion) => Awaitable<SecretBytes | undefined>;

/**
 * Does something with the key of `version`, after the derivation if there is one; disposes of what was derived.
 *
 * @throws {@link LegacyKeyUnknownError} when the ring has no such key
 */
export async function withLegacyKey<Result>(
  backend: CryptoBackend,
  keys: LegacyKeyRing,
  version: LegacyKeyVersion,
  derivation: LegacyDerivation | undefined,
  use: (key: SecretBytes) => Promise<Result>,
): Promise<Result> {
  requireFunction('A ring of keys', keys);
  if (derivation !== undefined) requireObject('A derivation', derivation);
  const own = derivation === undefined ? undefined : ownDerivation(derivation); // before anything is awaited
  const key = await keys(version);
  // The version is not quoted: nobody has authenticated it.
  if (key === undefined) throw new LegacyKeyUnknownError('There is no key of the version that is named.');
  requireSecret('A key of the ring', key);
  if (own === undefined) return use(key);
  const { hash = 'SHA-256', byteLength = keyByteLength, ...options } = own;
  const derived = await backend.primitives.hkdf(hash, key, { ...options, byteLength });
  try {
    return await use(derived);
  } finally {
    derived.dispose();
  }
}

/** Its own bytes: a buffer that the caller uses for the next user's salt must not change this one's key. */
function ownDerivation({ salt, info, ...rest }: LegacyDerivation): LegacyDerivation {
  if (salt !== undefined) requireBytes("HKDF's salt", salt);
  requireBytes("HKDF's info", info);
  return { ...rest, ...(salt !== undefined && { salt: new Uint8Array(salt) }), info: new Uint8Array(info) };
}
