import { requireBackend, requireBytes, requireObject } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { InvalidArgumentError, KdfParametersRefusedError } from '../crypto-errors.ts';

/** How a key is derived from a password by PBKDF2-HMAC-SHA256 (RFC 8018 §5.2). */
export interface Pbkdf2Parameters {
  readonly algorithm: 'pbkdf2-sha256';
  /** 100,000 to 10,000,000; 600,000 or more for new data. */
  readonly iterations: number;
  /** 16 to 64 bytes; random, one for each password. */
  readonly salt: Uint8Array;
}

/** How a key is derived from a password by scrypt (RFC 7914). It needs 128 · cost · blockSize bytes of memory. */
export interface ScryptParameters {
  readonly algorithm: 'scrypt';
  /** N, a power of two from 2¹³ to 2²⁰. */
  readonly cost: number;
  /** r, 1 to 32. */
  readonly blockSize: number;
  /** p, 1 to 32. */
  readonly parallelization: number;
  /** 16 to 64 bytes; random, one for each password. */
  readonly salt: Uint8Array;
}

/** What is stored beside data whose key comes from a password. None of it is secret. */
export type KdfParameters = Pbkdf2Parameters | ScryptParameters;

/** How hard a new derivation is, without its salt. */
export type KdfCost = Omit<Pbkdf2Parameters, 'salt'> | Omit<ScryptParameters, 'salt'>;

/** Length of a new salt in bytes (128 bits, NIST SP 800-132 §5.1). */
export const newSaltByteLength = 16;

/** The numbers of {@link kdfBounds}. */
export interface KdfBounds {
  readonly minSaltBytes: number;
  readonly maxSaltBytes: number;
  /** Fewest iterations that are read: older data has 100,000. */
  readonly minPbkdf2Iterations: number;
  /** Some seconds of work. */
  readonly maxPbkdf2Iterations: number;
  readonly minScryptCost: number;
  readonly maxScryptCost: number;
  readonly maxScryptBlockSize: number;
  readonly maxScryptParallelization: number;
  /** The least memory among OWASP's recommendations. */
  readonly minScryptMemoryBytes: number;
  readonly maxScryptMemoryBytes: number;
  /** Memory times parallelization: the time that is spent. */
  readonly maxScryptWorkBytes: number;
}

/** Bounds of what is read. The upper ones keep a forged or mistaken record from occupying the machine. */
export const kdfBounds: KdfBounds = {
  minSaltBytes: 16,
  maxSaltBytes: 64,
  minPbkdf2Iterations: 100_000,
  maxPbkdf2Iterations: 10_000_000,
  minScryptCost: 2 ** 13,
  maxScryptCost: 2 ** 20,
  maxScryptBlockSize: 32,
  maxScryptParallelization: 32,
  minScryptMemoryBytes: 8 * 2 ** 20,
  maxScryptMemoryBytes: 256 * 2 ** 20,
  maxScryptWorkBytes: 2 ** 30,
};

/** What new data gets (OWASP Password Storage Cheat Sheet): PBKDF2-HMAC-SHA256 with 600,000, scrypt with 128 MiB. */
export const defaultKdfCosts: {
  readonly 'pbkdf2-sha256': Omit<Pbkdf2Parameters, 'salt'>;
  readonly scrypt: Omit<ScryptParameters, 'salt'>;
} = {
  'pbkdf2-sha256': { algorithm: 'pbkdf2-sha256', iterations: 600_000 },
  scrypt: { algorithm: 'scrypt', cost: 2 ** 17, blockSize: 8, parallelization: 1 },
};

/** OWASP's equivalent settings of scrypt, all with r = 8: less memory is bought with more passes. */
const owaspScrypt: readonly { readonly cost: number; readonly parallelization: number }[] = [
  { cost: 2 ** 17, parallelization: 1 },
  { cost: 2 ** 16, parallelization: 2 },
  { cost: 2 ** 15, parallelization: 3 },
  { cost: 2 ** 14, parallelization: 5 },
  { cost: 2 ** 13, parallelization: 10 },
];

/**
 * Parameters for a new password: a cost and a random salt of 16 bytes. Store them beside the data with
 * {@link encodeKdfParameters}.
 *
 * @param cost at least OWASP's figures; scrypt with 128 MiB if left out. Where scrypt does not exist (Web Crypto), or
 *   only approved algorithms may be used (NIST SP 800-132), pass `defaultKdfCosts['pbkdf2-sha256']`
 * @throws {@link InvalidArgumentError} for a cost below OWASP's figures or out of bounds
 * @example
 * ```ts
 * const parameters = newKdfParameters(nodeBackend, defaultKdfCosts['pbkdf2-sha256']);
 * parameters.salt.byteLength; // → 16
 * ```
 */
export function newKdfParameters(
  backend: CryptoBackend,
  cost: KdfCost = defaultKdfCosts.scrypt,
): KdfParameters {
  requireBackend(backend);
  requireNewCost(cost);
  return { ...cost, salt: backend.randomBytes(newSaltByteLength) };
}

/** @throws {@link InvalidArgumentError} for a cost below OWASP's figures or out of bounds */
export function requireNewCost(cost: KdfCost): void {
  const fault = faultOfCost(cost);
  if (fault !== undefined) throw new InvalidArgumentError(fault);
  const enough =
    cost.algorithm === 'scrypt'
      ? cost.blockSize >= 8 &&
        owaspScrypt.some((row) => cost.cost >= row.cost && cost.parallelization >= row.parallelization)
      : cost.iterations >= defaultKdfCosts['pbkdf2-sha256'].iterations;
  if (!enough) {
    throw new InvalidArgumentError(
      'The cost is below the figures that OWASP recommends: it may be read, but not used for anything new.',
    );
  }
}

/**
 * @throws {@link KdfParametersRefusedError} for anything outside of {@link kdfBounds}
 * @throws {@link InvalidArgumentError} for what is no object, or a salt that is no bytes
 */
export function requireReadableParameters(parameters: KdfParameters): void {
  requireObject('KDF parameters', parameters);
  requireBytes('A salt', parameters.salt);
  const { byteLength } = parameters.salt;
  const fault =
    byteLength < kdfBounds.minSaltBytes || byteLength > kdfBounds.maxSaltBytes
      ? `A salt has ${kdfBounds.minSaltBytes} to ${kdfBounds.maxSaltBytes} bytes, this one ${byteLength}.`
      : faultOfCost(parameters);
  if (fault !== undefined) throw new KdfParametersRefusedError(fault);
}

function faultOfCost(cost: KdfCost): string | undefined {
  requireObject('A cost', cost);
  switch (cost.algorithm) {
    case 'pbkdf2-sha256':
      return isWithin(cost.iterations, kdfBounds.minPbkdf2Iterations, kdfBounds.maxPbkdf2Iterations)
        ? undefined
        : `PBKDF2 takes ${kdfBounds.minPbkdf2Iterations} to ${kdfBounds.maxPbkdf2Iterations} iterations.`;
    case 'scrypt':
      return faultOfScrypt(cost);
    default:
      return 'The derivation is neither pbkdf2-sha256 nor scrypt.';
  }
}

function faultOfScrypt(scrypt: Omit<ScryptParameters, 'salt'>): string | undefined {
  const { cost, blockSize, parallelization } = scrypt;
  if (!isWithin(cost, kdfBounds.minScryptCost, kdfBounds.maxScryptCost) || (cost & (cost - 1)) !== 0) {
    return "scrypt's cost is a power of two from 2¹³ to 2²⁰.";
  }
  if (!isWithin(blockSize, 1, kdfBounds.maxScryptBlockSize)) return "scrypt's block size is 1 to 32.";
  if (!isWithin(parallelization, 1, kdfBounds.maxScryptParallelization)) {
    return "scrypt's parallelization is 1 to 32.";
  }
  const memoryBytes = scryptMemoryBytes(scrypt);
  if (!isWithin(memoryBytes, kdfBounds.minScryptMemoryBytes, kdfBounds.maxScryptMemoryBytes)) {
    return 'scrypt takes 8 to 256 MiB of memory here.';
  }
  if (memoryBytes * parallelization > kdfBounds.maxScryptWorkBytes) {
    return "scrypt's memory times its parallelization is at most 1 GiB.";
  }
  return undefined;
}

/** Whether `parameters` are easier to attack than `wanted`, or of another algorithm. */
export function isWeaker(parameters: KdfCost, wanted: KdfCost): boolean {
  requireObject('A cost', wanted);
  if (parameters.algorithm === 'pbkdf2-sha256') {
    return wanted.algorithm !== 'pbkdf2-sha256' || parameters.iterations < wanted.iterations;
  }
  if (wanted.algorithm !== 'scrypt') return true;
  const memoryBytes = scryptMemoryBytes(parameters);
  const wantedMemoryBytes = scryptMemoryBytes(wanted);
  return (
    memoryBytes < wantedMemoryBytes ||
    memoryBytes * parameters.parallelization < wantedMemoryBytes * wanted.parallelization
  );
}

function scryptMemoryBytes({ cost, blockSize }: Omit<ScryptParameters, 'salt'>): number {
  return 128 * cost * blockSize; // RFC 7914 §6, step 2
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
