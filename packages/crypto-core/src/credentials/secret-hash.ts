import { requireBackend } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { CredentialHashInvalidError, InvalidArgumentError } from '../crypto-errors.ts';
import { bytesOfHex, hexOf } from './hex-text.ts';

/** What is stored of a secret that nobody can guess: an API key, a backup code, a session identifier. */
export interface SecretHash {
  /** 32 lower-case hex characters: 16 random bytes. */
  readonly salt: string;
  /** 64 lower-case hex characters: SHA-256 of the UTF-8 of secret ‖ salt text. */
  readonly hash: string;
}

const saltByteLength = 16;
const hashByteLength = 32;
/** Longest secret in characters: it comes from requests. */
const maxSecretLength = 4096;
/** NIST SP 800-63B revision 3, §5.1.2.2: from 112 bits on, a secret may be stored under a plain approved hash. */
const minEntropyBits = 112;
const minDistinctCharacters = 8;

const utf8 = /* @__PURE__ */ new TextEncoder();

/** How many characters each class has that a text may draw from. */
const characterClasses: readonly { readonly pattern: RegExp; readonly size: number }[] = [
  { pattern: /[0-9]/, size: 10 },
  { pattern: /[a-z]/, size: 26 },
  { pattern: /[A-Z]/, size: 26 },
  { pattern: /[^0-9a-zA-Z]/, size: 33 },
];

/**
 * The salted hash under which a high-entropy secret is stored. One SHA-256 is enough for it, and right for what is
 * checked on every request: a secret with 112 random bits cannot be found by trying. **Never for passwords**: for what a
 * person chose there is {@link hashPassword}.
 *
 * Refuses a text that could not hold 112 bits even if each of its characters were random. That finds passwords, PINs and
 * short codes; it cannot tell a long sentence from a random text.
 *
 * @param secret 1 to 4,096 characters
 * @throws {@link InvalidArgumentError} for a text that is too short or too uniform to be random, or has lone surrogates
 * @example
 * ```ts
 * const apiKey = encodeBase64url(nodeBackend.randomBytes(32));
 * const { salt, hash } = await hashSecret(nodeBackend, apiKey);
 * [salt.length, hash.length]; // → [32, 64]
 * ```
 */
export async function hashSecret(backend: CryptoBackend, secret: string): Promise<SecretHash> {
  requireBackend(backend);
  requireSecret(secret);
  requireEntropy(secret);
  const salt = hexOf(backend.randomBytes(saltByteLength));
  return { salt, hash: hexOf(await digest(backend, secret, salt)) };
}

/**
 * Whether `secret` is the one that was hashed, compared in constant time. Where there is nothing to compare with (an
 * unknown prefix, a revoked key), pass undefined: the answer is false after the same work.
 *
 * @throws {@link CredentialHashInvalidError} when what is stored is no such hash
 * @throws {@link InvalidArgumentError} for a secret of more than 4,096 characters or with lone surrogates
 * @example
 * ```ts
 * const apiKey = encodeBase64url(nodeBackend.randomBytes(32));
 * const stored = await hashSecret(nodeBackend, apiKey);
 * await verifySecret(nodeBackend, apiKey, stored); // → true
 * await verifySecret(nodeBackend, apiKey, undefined); // → false
 * ```
 */
export async function verifySecret(
  backend: CryptoBackend,
  secret: string,
  stored: SecretHash | undefined,
): Promise<boolean> {
  requireBackend(backend);
  requireSecret(secret);
  const { salt, hash } = stored ?? nobody;
  const expected = isHex(hash, hashByteLength) ? bytesOfHex(hash) : undefined;
  if (!isHex(salt, saltByteLength) || expected === undefined) {
    throw new CredentialHashInvalidError('A secret is stored as 32 and 64 lower-case hex characters.');
  }
  const equal = backend.constantTimeEqual(await digest(backend, secret, salt), expected);
  return equal && stored != null;
}

/** Stands for a record that does not exist. */
const nobody: SecretHash = {
  salt: /* @__PURE__ */ '00'.repeat(saltByteLength),
  hash: /* @__PURE__ */ '00'.repeat(hashByteLength),
};

async function digest(backend: CryptoBackend, secret: string, salt: string): Promise<Uint8Array> {
  const bytes = utf8.encode(secret + salt);
  try {
    return await backend.primitives.digest('SHA-256', bytes);
  } finally {
    bytes.fill(0);
  }
}

function isHex(text: string, byteLength: number): boolean {
  return typeof text === 'string' && text.length === 2 * byteLength && /^[0-9a-f]*$/.test(text);
}

function requireSecret(secret: string): void {
  if (typeof secret !== 'string' || secret.length > maxSecretLength || !secret.isWellFormed()) {
    throw new InvalidArgumentError(`A secret is well-formed text of at most ${maxSecretLength} characters.`);
  }
}

function requireEntropy(secret: string): void {
  const alphabetSize = characterClasses.reduce(
    (sum, { pattern, size }) => sum + (pattern.test(secret) ? size : 0),
    0,
  );
  const mostBits = secret.length * Math.log2(Math.max(1, alphabetSize));
  if (mostBits < minEntropyBits || new Set(secret).size < minDistinctCharacters) {
    throw new InvalidArgumentError(
      `The secret cannot hold ${minEntropyBits} random bits. Make secrets of 32 random bytes; passwords go to hashPassword.`,
    );
  }
}
