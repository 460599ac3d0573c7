import { requireBytes, requireObject, requireSecret } from './argument-types.ts';
import type { HkdfOptions } from './backend.ts';
import { InvalidArgumentError } from './crypto-errors.ts';
import { keyByteLength, nonceByteLength } from './format.ts';
import type { HashName, Pbkdf2Options, ScryptOptions } from './primitives.ts';
import type { SecretBytes } from './secret-bytes.ts';
import { isNameIn } from './type-checks.ts';

/*
 * What the primitives of every backend refuse before they ask the runtime: runtimes accept and refuse different things,
 * and each in words of its own.
 */

/** Length of each hash in bytes (FIPS 180-4 §1). */
export const hashByteLengths: Readonly<Record<HashName, number>> = {
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
};

/** Length of an AES block and of a CBC IV in bytes. */
export const aesBlockByteLength = 16;
/** Half a block: the unit of AES key wrap in bytes (RFC 3394 §2). */
export const semiblockByteLength = 8;
/** Length of an Ed25519 seed or public key in bytes (RFC 8032 §5.1). */
export const ed25519KeyByteLength = 32;
/** Length of an Ed25519 signature in bytes. */
export const ed25519SignatureByteLength = 64;

const maxInfoBytes = 1024;
const maxDerivedBytes = 8160;
const maxWrappedKeyBytes = 8192;
const maxScryptMemoryBytes = 2 ** 30;

/** @throws {@link InvalidArgumentError} for a name that is none of the three */
export function requireHash(hash: HashName): void {
  if (!isNameIn(hashByteLengths, hash)) {
    throw new InvalidArgumentError(`A hash must be one of ${Object.keys(hashByteLengths).join(', ')}.`);
  }
}

/** @throws {@link InvalidArgumentError} for a length that HKDF cannot give (RFC 5869 §2.3), or a longer info */
export function requireHkdfOptions(hash: HashName, options: HkdfOptions): void {
  requireHash(hash);
  requireObject("HKDF's options", options);
  const { salt, info, byteLength } = options;
  if (salt !== undefined) requireBytes("HKDF's salt", salt);
  requireBytes("HKDF's info", info);
  const maxByteLength = 255 * hashByteLengths[hash];
  if (!isIntegerWithin(byteLength, 1, maxByteLength)) {
    throw new InvalidArgumentError(`HKDF-${hash.replace('-', '')} gives 1 to ${maxByteLength} bytes.`);
  }
  // Node refuses a longer one; the limit makes the runtimes agree.
  if (info.byteLength > maxInfoBytes) {
    throw new InvalidArgumentError(`HKDF's info has at most ${maxInfoBytes} bytes.`);
  }
}

/** @throws {@link InvalidArgumentError} for a number out of range */
export function requirePbkdf2Options(hash: HashName, options: Pbkdf2Options): void {
  requireHash(hash);
  requireObject("PBKDF2's options", options);
  const { salt, iterations, byteLength } = options;
  requireBytes("PBKDF2's salt", salt);
  requireInteger("PBKDF2's iterations", iterations, 1, 2 ** 31 - 1);
  requireInteger("PBKDF2's byteLength", byteLength, 1, maxDerivedBytes);
}

/** @throws {@link InvalidArgumentError} for a number out of range, or more than 1 GiB of memory */
export function requireScryptOptions(options: ScryptOptions): void {
  requireObject("scrypt's options", options);
  requireBytes("scrypt's salt", options.salt);
  const { cost, blockSize, parallelization, byteLength } = options;
  requireInteger("scrypt's cost", cost, 2, 2 ** 24);
  if (!Number.isInteger(Math.log2(cost))) throw new InvalidArgumentError("scrypt's cost is a power of two.");
  requireInteger("scrypt's blockSize", blockSize, 1, 255);
  requireInteger("scrypt's parallelization", parallelization, 1, 255);
  requireInteger("scrypt's byteLength", byteLength, 1, maxDerivedBytes);
  if (128 * cost * blockSize > maxScryptMemoryBytes) {
    throw new InvalidArgumentError(`scrypt would need more than ${maxScryptMemoryBytes} bytes of memory.`);
  }
}

/** @throws {@link InvalidArgumentError} unless the key has 32 bytes */
export function requireKey(key: SecretBytes): void {
  requireSecret('A key', key);
  requireLength('A key', key, keyByteLength);
}

/** @throws {@link InvalidArgumentError} unless the key has 16 or 32 bytes; runtimes differ about 24 */
export function requireAesKey(key: SecretBytes): void {
  requireSecret('An AES key', key);
  if (key.byteLength !== 16 && key.byteLength !== 32) {
    throw new InvalidArgumentError(`An AES key has 16 or 32 bytes, this one ${key.byteLength}.`);
  }
}

/** @throws {@link InvalidArgumentError} unless the nonce has 12 bytes */
export function requireNonce(nonce: Uint8Array): void {
  requireBytes('A nonce', nonce);
  requireLength('A nonce', nonce, nonceByteLength);
}

/** @throws {@link InvalidArgumentError} unless the IV has 16 bytes */
export function requireIv(iv: Uint8Array): void {
  requireBytes('An IV', iv);
  requireLength('An IV', iv, aesBlockByteLength);
}

/** @throws {@link InvalidArgumentError} unless `bytes` has `byteLength` bytes */
export function requireLength(what: string, bytes: Uint8Array | SecretBytes, byteLength: number): void {
  if (bytes.byteLength !== byteLength) {
    throw new InvalidArgumentError(`${what} has ${byteLength} bytes, this one ${bytes.byteLength}.`);
  }
}

/** Whether CBC can have given so many bytes. */
export function isCbcLength(byteLength: number): boolean {
  return byteLength > 0 && byteLength % aesBlockByteLength === 0;
}

/** @throws {@link InvalidArgumentError} for a key that RFC 3394 §2 cannot wrap: it needs two semiblocks at least */
export function requireWrappableKey(key: SecretBytes): void {
  requireSecret('A key to wrap', key);
  const { byteLength } = key;
  if (!isIntegerWithin(byteLength, 16, maxWrappedKeyBytes) || byteLength % semiblockByteLength !== 0) {
    throw new InvalidArgumentError(
      `A key to wrap has 16 to ${maxWrappedKeyBytes} bytes, a multiple of 8; this one ${byteLength}.`,
    );
  }
}

/** @throws {@link InvalidArgumentError} for a key that is empty, which RFC 5649 §3 does not wrap, or very long */
export function requirePaddableKey(key: SecretBytes): void {
  requireSecret('A key to wrap', key);
  requireInteger('The length of a key to wrap', key.byteLength, 1, maxWrappedKeyBytes);
}

/**
 * Whether so many bytes can be a wrapped key of at least `minSemiblocks`: OpenSSL "unwraps" nothing to an empty key.
 *
 * @param minSemiblocks 3 for RFC 3394 (§2.2.2: n + 1 with n ≥ 2), 2 for RFC 5649 (§4.2)
 */
export function isWrappedLength(byteLength: number, minSemiblocks: number): boolean {
  return (
    byteLength % semiblockByteLength === 0 &&
    byteLength >= minSemiblocks * semiblockByteLength &&
    byteLength <= maxWrappedKeyBytes + semiblockByteLength
  );
}

function requireInteger(what: string, value: number, min: number, max: number): void {
  if (!isIntegerWithin(value, min, max)) {
    throw new InvalidArgumentError(`${what} must be an integer from ${min} to ${max}.`);
  }
}

function isIntegerWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
