import { requireBytes, requireObject, requireSecret } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import type { Clock } from '../clock.ts';
import {
  IntegrityCheckFailedError,
  InvalidArgumentError,
  LegacyFormatMismatchError,
  LegacyTokenOutsideTimeError,
} from '../crypto-errors.ts';
import { SecretBytes } from '../secret-bytes.ts';
import type { ImportedPlaintext } from './legacy-codec.ts';

/*
 * https://github.com/fernet/spec/blob/master/Spec.md: version 80 ‖ time 8 ‖ IV 16 ‖ ciphertext 16·n ‖ HMAC 32, where the
 * HMAC-SHA256 is over everything before it.
 */

/** Length of a Fernet key in bytes: signing key 16 ‖ encryption key 16. */
export const fernetKeyByteLength = 32;
const halfKeyByteLength = 16;
const version = 0x80;
const timeAt = 1;
const ivAt = 9;
const ciphertextAt = 25;
const blockByteLength = 16;
const macByteLength = 32;
const minTokenByteLength = ciphertextAt + blockByteLength + macByteLength;
/** How far a token's time may lie in the future, in seconds: what the widespread implementation allows. */
const maxClockSkewSeconds = 60;

/** A token's parts. */
export interface FernetToken {
  /** When it was written, in seconds since 1970-01-01T00:00:00Z. */
  readonly timeSeconds: number;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  /** A positive multiple of 16 bytes. */
  readonly ciphertext: Uint8Array;
  /** 32 bytes. */
  readonly mac: Uint8Array;
  /** What the MAC is over: everything before it. */
  readonly authenticated: Uint8Array;
}

/** What a call on a Fernet format may add. */
export interface FernetTimeOptions {
  /**
   * Refuses a token older than this, or more than 60 seconds from the future. For tokens that travel; stored data is read
   * whatever its age, so leave it out there.
   */
  readonly ttlSeconds?: number;
}

/** What came out of a Fernet token, and when it went in. */
export interface ImportedFernetPlaintext extends ImportedPlaintext {
  /** When it was written, in seconds since 1970-01-01T00:00:00Z, as the token says; authentic. */
  readonly timeSeconds: number;
}

/** @throws {@link LegacyFormatMismatchError} when the bytes are no token */
export function parseFernetToken(bytes: Uint8Array): FernetToken {
  if (bytes[0] !== version) throw new LegacyFormatMismatchError('A Fernet token begins with the byte 80.');
  const { byteLength } = bytes;
  if (
    byteLength < minTokenByteLength ||
    (byteLength - ciphertextAt - macByteLength) % blockByteLength !== 0
  ) {
    throw new LegacyFormatMismatchError(
      `A Fernet token has ${minTokenByteLength} bytes or a multiple of 16 more, this one ${byteLength}.`,
    );
  }
  const macAt = byteLength - macByteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, byteLength);
  return {
    timeSeconds: Number(view.getBigUint64(timeAt)), // beyond 2⁵³ it is inexact, and far in the future all the same
    iv: bytes.subarray(ivAt, ciphertextAt),
    ciphertext: bytes.subarray(ciphertextAt, macAt),
    mac: bytes.subarray(macAt),
    authenticated: bytes.subarray(0, macAt),
  };
}

/**
 * Verifies, then decrypts. Wrong padding under a right MAC is reported as the wrong MAC is: whoever can tell them apart
 * can decrypt by asking.
 *
 * @param key 32 bytes; stays the caller's
 * @throws {@link IntegrityCheckFailedError} for changed bytes or another key
 * @throws {@link LegacyTokenOutsideTimeError} for an authentic token outside of `ttlSeconds`
 * @throws {@link InvalidArgumentError} for a key of another length or a time to live that is none
 */
export async function openFernetToken(
  backend: CryptoBackend,
  clock: Clock,
  token: FernetToken,
  key: SecretBytes,
  options: FernetTimeOptions,
): Promise<ImportedFernetPlaintext> {
  requireObject('The options of a call', options);
  const { ttlSeconds } = options;
  requireTimeToLive(ttlSeconds);
  const [signingKey, encryptionKey] = splitKey(key);
  try {
    const mac = await backend.primitives.hmac('SHA-256', signingKey, token.authenticated);
    if (!backend.constantTimeEqual(mac, token.mac)) throw doesNotOpen();
    if (ttlSeconds !== undefined) requireTime(clock, token.timeSeconds, ttlSeconds);
    const bytes = await backend.primitives.aesCbcDecrypt(encryptionKey, token.iv, token.ciphertext);
    if (bytes === undefined) throw doesNotOpen();
    return { bytes, boundContext: false, timeSeconds: token.timeSeconds };
  } finally {
    signingKey.dispose();
    encryptionKey.dispose();
  }
}

/**
 * @param key 32 bytes; stays the caller's
 * @throws {@link InvalidArgumentError} for a key of another length
 */
export async function makeFernetToken(
  backend: CryptoBackend,
  clock: Clock,
  plaintext: Uint8Array,
  key: SecretBytes,
): Promise<Uint8Array> {
  requireBytes('What is encrypted', plaintext);
  const [signingKey, encryptionKey] = splitKey(key);
  try {
    const iv = backend.randomBytes(ciphertextAt - ivAt);
    const ciphertext = await backend.primitives.aesCbcEncrypt(encryptionKey, iv, plaintext);
    const macAt = ciphertextAt + ciphertext.byteLength;
    const token = new Uint8Array(macAt + macByteLength);
    token[0] = version;
    new DataView(token.buffer).setBigUint64(timeAt, BigInt(Math.floor(clock.now().wallMs / 1000)));
    token.set(iv, ivAt);
    token.set(ciphertext, ciphertextAt);
    token.set(await backend.primitives.hmac('SHA-256', signingKey, token.subarray(0, macAt)), macAt);
    return token;
  } finally {
    signingKey.dispose();
    encryptionKey.dispose();
  }
}

function splitKey(key: SecretBytes): readonly [signingKey: SecretBytes, encryptionKey: SecretBytes] {
  requireSecret('A Fernet key', key);
  if (key.byteLength !== fernetKeyByteLength) {
    throw new InvalidArgumentError(
      `A Fernet key has ${fernetKeyByteLength} bytes, this one ${key.byteLength}: decode its text first.`,
    );
  }
  const bytes = key.reveal();
  return [
    SecretBytes.take(bytes.slice(0, halfKeyByteLength)),
    SecretBytes.take(bytes.slice(halfKeyByteLength)),
  ];
}

function requireTimeToLive(ttlSeconds: number | undefined): void {
  if (ttlSeconds !== undefined && !(Number.isFinite(ttlSeconds) && ttlSeconds >= 0)) {
    throw new InvalidArgumentError('ttlSeconds is a number of seconds, not negative.');
  }
}

function requireTime(clock: Clock, timeSeconds: number, ttlSeconds: number): void {
  const nowSeconds = clock.now().wallMs / 1000;
  if (timeSeconds + ttlSeconds < nowSeconds) {
    throw new LegacyTokenOutsideTimeError('The Fernet token is older than its time to live.');
  }
  if (timeSeconds > nowSeconds + maxClockSkewSeconds) {
    throw new LegacyTokenOutsideTimeError('The Fernet token was written in the future.');
  }
}

function doesNotOpen(): IntegrityCheckFailedError {
  return new IntegrityCheckFailedError('The Fernet token does not open.');
}
