import { requireBackend, requireObject } from '../argument-types.ts';
import type { Awaitable } from '../awaitable.ts';
import type { CryptoBackend } from '../backend.ts';
import {
  CredentialHashInvalidError,
  CredentialVerifierMissingError,
  InvalidArgumentError,
  KdfParametersRefusedError,
} from '../crypto-errors.ts';
import {
  defaultKdfCosts,
  isWeaker,
  type KdfCost,
  type KdfParameters,
  newKdfParameters,
  requireNewCost,
} from '../derivation/kdf-parameters.ts';
import { encodeKdfText, type KdfText, parseKdfText } from '../derivation/kdf-text.ts';
import { deriveFromPassword, maxPasswordBytes } from '../derivation/password-key.ts';
import { SecretBytes } from '../secret-bytes.ts';

/** Length of a password's hash in bytes. */
const hashByteLength = 32;
/** A bcrypt hash: version, cost of two digits, salt of 22 and hash of 31 characters. */
const bcryptForm = /^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$/;
const minBcryptCost = 4;
/** Some seconds of work: more is a mistake, or someone who wants to occupy the machine. */
const maxBcryptCost = 16;

const utf8 = /* @__PURE__ */ new TextEncoder();

export interface HashPasswordOptions {
  /** Scrypt with 128 MiB if left out. On Web Crypto pass `defaultKdfCosts['pbkdf2-sha256']`. */
  readonly cost?: KdfCost;
}

/**
 * Checks a bcrypt hash: a function of the application, because no runtime has bcrypt.
 *
 * @param password as it was given, not normalised
 * @param stored `$2a$…`, `$2b$…` or `$2y$…`, 60 characters, with a cost of 4 to 16
 */
export type VerifyBcrypt = (password: string, stored: string) => Awaitable<boolean>;

export interface VerifyPasswordOptions extends HashPasswordOptions {
  readonly verifyBcrypt?: VerifyBcrypt;
}

/** Whether the password is right, and whether its stored hash should be replaced. */
export interface PasswordVerdict {
  readonly matches: boolean;
  /** Store it instead: the old hash is weaker than what is asked for, or one of bcrypt. Only where the password matches. */
  readonly upgradedHash?: string;
}

/**
 * A password as it is stored: `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`, with a random salt of 16 bytes. Slow by intention.
 *
 * The password is brought into Unicode's form NFC first (RFC 8265 §4.2.2), so that it does not matter on which keyboard an
 * accent was typed.
 *
 * @param password 1 to 4,096 bytes of UTF-8
 * @throws {@link InvalidArgumentError} for a password of another length or with lone surrogates, or a cost below OWASP's
 *   figures
 * @throws {@link UnsupportedByRuntimeError} for scrypt on Web Crypto: pass `cost: defaultKdfCosts['pbkdf2-sha256']`
 * @example
 * ```ts
 * user.passwordHash = await hashPassword(nodeBackend, 'correct horse battery staple');
 * ```
 */
export async function hashPassword(
  backend: CryptoBackend,
  password: string,
  options: HashPasswordOptions = {},
): Promise<string> {
  requireBackend(backend);
  requireObject('The options of a password hash', options);
  const secret = secretOf(password);
  try {
    const parameters = newKdfParameters(backend, options.cost);
    return encodeKdfText(parameters, await hashOf(backend, secret, parameters));
  } finally {
    secret.dispose();
  }
}

/**
 * Whether the password is the one that was hashed, compared in constant time. For a user who does not exist pass
 * undefined or null: the answer is a mismatch after the work of `cost`, the same as for a hash of that kind and cost. A
 * stored hash of another kind or a lower cost takes its own time, so which users exist can show until they are rehashed.
 *
 * A bcrypt hash is checked by the application's function; if it matches, the verdict carries a new hash, so that users
 * move over as they sign in. Until a user has, bcrypt's own time and its limits (72 bytes, none after a NUL) apply.
 *
 * @param stored what {@link hashPassword} gave, or a bcrypt hash; undefined or null for an unknown user
 * @throws {@link CredentialHashInvalidError} when what is stored is neither
 * @throws {@link CredentialVerifierMissingError} for a bcrypt hash without a function that checks it
 * @throws {@link KdfParametersRefusedError} for a stored cost that is out of bounds
 * @throws {@link InvalidArgumentError} for a password or a cost that {@link hashPassword} would refuse
 * @throws {@link UnsupportedByRuntimeError} for scrypt on Web Crypto: verify such hashes on another runtime, or pass
 *   `cost: defaultKdfCosts['pbkdf2-sha256']` where there are none
 * @example
 * ```ts
 * const password = 'correct horse battery staple';
 * const { matches, upgradedHash } = await verifyPassword(nodeBackend, password, user.passwordHash, {
 *   verifyBcrypt: (given, stored) => bcrypt.compare(given, stored),
 * });
 * if (matches && upgradedHash !== undefined) user.passwordHash = upgradedHash;
 * ```
 */
export async function verifyPassword(
  backend: CryptoBackend,
  password: string,
  stored: string | null | undefined,
  options: VerifyPasswordOptions = {},
): Promise<PasswordVerdict> {
  requireBackend(backend);
  requireObject('The options of a password hash', options);
  const wanted = options.cost ?? defaultKdfCosts.scrypt;
  requireNewCost(wanted);
  const secret = secretOf(password);
  try {
    if (stored === undefined || stored === null) {
      await hashOf(backend, secret, newKdfParameters(backend, wanted));
      return { matches: false };
    }
    const bcryptCost = typeof stored === 'string' ? bcryptForm.exec(stored)?.[1] : undefined;
    const known = bcryptCost === undefined ? parseHash(stored) : undefined;
    const matches =
      known === undefined
        ? await checkBcrypt(password, stored, Number(bcryptCost), options.verifyBcrypt)
        : backend.constantTimeEqual(await hashOf(backend, secret, known.parameters), known.hash);
    if (!matches) return { matches: false };
    if (known !== undefined && !isWeaker(known.parameters, wanted)) return { matches: true };
    const parameters = newKdfParameters(backend, wanted);
    return {
      matches: true,
      upgradedHash: encodeKdfText(parameters, await hashOf(backend, secret, parameters)),
    };
  } finally {
    secret.dispose();
  }
}

/**
 * Whether a stored hash is one of bcrypt or weaker than `cost`, without the password: for a count of those left.
 *
 * @param cost scrypt with 128 MiB if left out
 * @throws {@link CredentialHashInvalidError} when what is stored is no password hash
 * @throws {@link KdfParametersRefusedError} for a stored cost that is out of bounds
 * @example
 * ```ts
 * const stored = '$pbkdf2-sha256$i=100000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
 * passwordNeedsRehash(stored); // → true
 * ```
 */
export function passwordNeedsRehash(stored: string, cost: KdfCost = defaultKdfCosts.scrypt): boolean {
  return (
    (typeof stored === 'string' && bcryptForm.test(stored)) || isWeaker(parseHash(stored).parameters, cost)
  );
}

function secretOf(password: string): SecretBytes {
  // The length first, so that an absurd one is not normalised: no unit of a string has less than one byte.
  if (typeof password !== 'string' || password.length > maxPasswordBytes || !password.isWellFormed()) {
    throw new InvalidArgumentError(`A password is well-formed text of 1 to ${maxPasswordBytes} bytes.`);
  }
  const secret = SecretBytes.take(utf8.encode(password.normalize('NFC')));
  if (secret.byteLength > 0 && secret.byteLength <= maxPasswordBytes) return secret;
  secret.dispose();
  throw new InvalidArgumentError(`A password has 1 to ${maxPasswordBytes} bytes.`);
}

/** The hash, which is stored and so is no secret of the kind that must be wiped. */
async function hashOf(
  backend: CryptoBackend,
  password: SecretBytes,
  parameters: KdfParameters,
): Promise<Uint8Array> {
  const derived = await deriveFromPassword(backend, password, parameters, hashByteLength);
  try {
    return derived.reveal().slice();
  } finally {
    derived.dispose();
  }
}

function parseHash(stored: string): Required<{ [Part in keyof KdfText]: NonNullable<KdfText[Part]> }> {
  if (typeof stored !== 'string' || !/^\$(?:scrypt|pbkdf2-sha256)\$/.test(stored)) {
    throw new CredentialHashInvalidError('The stored text is no password hash of scrypt, PBKDF2 or bcrypt.');
  }
  const { parameters, hash } = parseKdfText(stored);
  if (hash?.byteLength !== hashByteLength) {
    throw new CredentialHashInvalidError(`A stored password hash has ${hashByteLength} bytes.`);
  }
  return { parameters, hash };
}

async function checkBcrypt(
  password: string,
  stored: string,
  cost: number,
  verifyBcrypt: VerifyBcrypt | undefined,
): Promise<boolean> {
  if (verifyBcrypt === undefined) {
    throw new CredentialVerifierMissingError('A stored password hash is one of bcrypt.');
  }
  if (cost < minBcryptCost || cost > maxBcryptCost) {
    throw new KdfParametersRefusedError(`A bcrypt cost is ${minBcryptCost} to ${maxBcryptCost} here.`);
  }
  // Exactly true: a promise forgotten in the function, or a message, must not let anyone in.
  return (await verifyBcrypt(password, stored)) === true;
}
