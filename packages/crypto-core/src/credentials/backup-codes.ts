import { requireArray, requireBackend } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { InvalidArgumentError, UnsupportedByRuntimeError } from '../crypto-errors.ts';
import { hashSecret, type SecretHash, verifySecret } from './secret-hash.ts';

/** A code for the user, shown once, and what is stored of it. */
export interface BackupCode {
  /** 24 characters in six groups of four, `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`; 120 random bits. */
  readonly code: string;
  /** What is stored: the hash of the code without its hyphens. */
  readonly stored: SecretHash;
}

/** Crockford's base 32: no I, L, O and U, which are mistaken for 1, 1, 0 and V. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const randomBytesPerCode = 15; // 120 bits: from 112 on, one hash is enough (NIST SP 800-63B revision 3, §5.1.2.2)
const charactersPerCode = 24;
const maxCodes = 100;
/** Draws for one code, at most: no random source fails so often. */
const maxDraws = 8;

/**
 * Codes with which a user who lost the second factor gets in, each once.
 *
 * @param count 1 to 100; 10 if left out
 * @throws {@link InvalidArgumentError} for another count
 * @throws {@link UnsupportedByRuntimeError} where the random source gives nothing random, such as the same byte each time
 * @example
 * ```ts
 * const codes = await createBackupCodes(nodeBackend);
 * user.backupCodes = codes.map(({ stored }) => stored);
 * show(codes.map(({ code }) => code)); // once
 * codes.length; // → 10
 * ```
 */
export async function createBackupCodes(backend: CryptoBackend, count = 10): Promise<readonly BackupCode[]> {
  requireBackend(backend);
  if (!Number.isInteger(count) || count < 1 || count > maxCodes) {
    throw new InvalidArgumentError(`Backup codes are made 1 to ${maxCodes} at a time.`);
  }
  return Promise.all(Array.from({ length: count }, () => createBackupCode(backend)));
}

async function createBackupCode(backend: CryptoBackend): Promise<BackupCode> {
  // A code of fewer than eight different characters, or of one class only, comes up once in some millions: draw again.
  for (let draw = 0; draw < maxDraws; draw++) {
    const characters = randomCharacters(backend);
    try {
      const stored = await hashSecret(backend, characters);
      return { code: characters.replace(/(.{4})(?=.)/g, '$1-'), stored };
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
    }
  }
  throw new UnsupportedByRuntimeError("The runtime's random source gives bytes that are not random.");
}

/**
 * Which of the stored codes was entered: its index, or undefined. All of them are compared, so that the time says nothing
 * about which. A code counts once: delete it in the same transaction that lets the user in.
 *
 * Read as people write: case, hyphens and spaces do not matter, `O` is 0, `I` and `L` are 1.
 *
 * @param stored 0 to 100 hashes
 * @throws {@link CredentialHashInvalidError} when one of `stored` is no such hash
 * @throws {@link InvalidArgumentError} for more than 100 hashes
 * @example
 * ```ts
 * const codes = await createBackupCodes(nodeBackend);
 * const stored = codes.map((each) => each.stored);
 * const entered = codes[3]?.code.toLowerCase() ?? '';
 * await verifyBackupCode(nodeBackend, entered, stored); // → 3
 * ```
 */
export async function verifyBackupCode(
  backend: CryptoBackend,
  entered: string,
  stored: readonly SecretHash[],
): Promise<number | undefined> {
  requireBackend(backend);
  requireArray('Stored backup codes', stored);
  if (stored.length > maxCodes) throw new InvalidArgumentError(`There are at most ${maxCodes} backup codes.`);
  const characters = normalise(entered);
  let found: number | undefined;
  // Copied: the index is that of the codes as they were given, also if one is deleted meanwhile.
  for (const [index, hash] of [...stored].entries()) {
    if (await verifySecret(backend, characters ?? '', hash)) found ??= index;
  }
  return characters === undefined ? undefined : found;
}

function normalise(entered: string): string | undefined {
  if (typeof entered !== 'string' || entered.length > 4 * charactersPerCode) return undefined;
  // ASCII letters only: in Unicode's upper case, `ſ` is S too, and the ligature of s and t is two letters.
  if (!/^[0-9A-Za-z\s-]*$/.test(entered)) return undefined;
  const characters = entered.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{24}$/.test(characters) ? characters : undefined;
}

function randomCharacters(backend: CryptoBackend): string {
  const bytes = backend.randomBytes(randomBytesPerCode);
  let characters = '';
  let bits = 0;
  let bitCount = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte; // what is shifted out at the top was used
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      characters += alphabet.charAt((bits >>> bitCount) & 31); // 32 characters: no remainder, no bias
    }
  }
  bytes.fill(0);
  return characters;
}
