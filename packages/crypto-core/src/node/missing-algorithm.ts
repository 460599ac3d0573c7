import { UnsupportedByRuntimeError } from '../crypto-errors.ts';

/**
 * By what codes node:crypto says that an algorithm is not there: builds without it, OpenSSL in FIPS mode, other libraries in
 * Bun and Electron.
 */
const missingCodes: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  'ERR_CRYPTO_INVALID_DIGEST',
  'ERR_CRYPTO_SCRYPT_NOT_SUPPORTED',
  'ERR_CRYPTO_UNKNOWN_CIPHER',
  'ERR_CRYPTO_UNSUPPORTED_OPERATION',
  'ERR_OSSL_EVP_UNSUPPORTED',
  'ERR_OSSL_UNSUPPORTED',
]);

/** What `crypto.hash` says, which has no code for it. */
const digestMissing = /^Digest method .*not supported$/;

/** Whether an error of node:crypto says that the algorithm is missing. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && missingCodes.has(error.code)) || digestMissing.test(error.message))
  );
}

/**
 * What to throw for an error of node:crypto: one of ours where it says that the algorithm is missing, otherwise itself.
 *
 * @param what the algorithm, for the message
 */
export function namedIfMissing(what: string, error: unknown): unknown {
  if (!isMissing(error)) return error;
  return new UnsupportedByRuntimeError(`This runtime's node:crypto does not offer ${what}.`, {
    cause: error,
  });
}
