import { requireBackend, requireSecret } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { InvalidArgumentError, UnsupportedByRuntimeError } from '../crypto-errors.ts';
import { keyByteLength } from '../format.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { type KdfParameters, requireReadableParameters } from './kdf-parameters.ts';

/** Longest password in bytes: more is a mistake or an attempt to make the machine hash. */
export const maxPasswordBytes = 4096;

/**
 * A key from a password or pass phrase, by the parameters that are stored beside the data. Slow by intention: a third of
 * a second and 128 MiB by default.
 *
 * @param password 1 to 4,096 bytes; stays the caller's
 * @param parameters of {@link newKdfParameters} for new data, of {@link parseKdfParameters} for stored data
 * @param byteLength 16 to 64 bytes; 32 if left out
 * @returns the derived key; the caller's to dispose of
 * @throws {@link KdfParametersRefusedError} for parameters out of bounds
 * @throws {@link InvalidArgumentError} for a password or a result of another length
 * @throws {@link UnsupportedByRuntimeError} for scrypt on Web Crypto: derive with PBKDF2 there
 * @throws {@link SecretDisposedError} when the password was disposed of
 * @example
 * ```ts
 * using password = SecretBytes.take(new TextEncoder().encode('correct horse battery staple'));
 * const parameters = newKdfParameters(nodeBackend);
 * using key = await deriveFromPassword(nodeBackend, password, parameters);
 * key.byteLength; // → 32
 * ```
 */
export async function deriveFromPassword(
  backend: CryptoBackend,
  password: SecretBytes,
  parameters: KdfParameters,
  byteLength: number = keyByteLength,
): Promise<SecretBytes> {
  requireBackend(backend);
  requireSecret('A password', password);
  requireReadableParameters(parameters);
  if (!Number.isInteger(byteLength) || byteLength < 16 || byteLength > 64) {
    throw new InvalidArgumentError('A password gives 16 to 64 bytes.');
  }
  if (password.byteLength < 1 || password.byteLength > maxPasswordBytes) {
    throw new InvalidArgumentError(`A password has 1 to ${maxPasswordBytes} bytes.`);
  }
  if (parameters.algorithm === 'scrypt') {
    const { salt, cost, blockSize, parallelization } = parameters;
    try {
      return await backend.primitives.scrypt(password, {
        salt,
        cost,
        blockSize,
        parallelization,
        byteLength,
      });
    } catch (cause) {
      if (!(cause instanceof UnsupportedByRuntimeError)) throw cause;
      throw new UnsupportedByRuntimeError(
        "This runtime has no scrypt: use defaultKdfCosts['pbkdf2-sha256'] for what is new, and read what scrypt made on Node.",
        { cause },
      );
    }
  }
  const { salt, iterations } = parameters;
  return backend.primitives.pbkdf2('SHA-256', password, { salt, iterations, byteLength });
}
