import type {
  CommitmentMismatchError,
  DataKeyExhaustedError,
  IntegrityCheckFailedError,
  InvalidArgumentError,
  InvalidEncryptionContextError,
  KeyfoldError,
  KeySetInvalidError,
  NonCanonicalEncodingError,
  NotKeyfoldCiphertextError,
  SecretDisposedError,
  TokenExpiredError,
  TokenInvalidError,
  TruncatedCiphertextError,
  UnsupportedFormatError,
  UnsupportedValueError,
} from '@keyfold/crypto-core';
import { isKeyfoldError as isBranded } from '@keyfold/crypto-core';
import type * as apiErrors from '../api-errors.ts';
import type { ApiKeyNotShownAgainError } from '../api-key-not-shown-again-error.ts';
import type { CircuitOpenError } from '../calls/circuit-open-error.ts';
import type { MiddlewareInvalidError } from '../calls/middleware-invalid-error.ts';
import type * as configurationErrors from '../configuration-errors.ts';
import type { KeySetUnavailableError } from '../key-sets/key-set-unavailable-error.ts';
import type { LeaseEndedError } from '../lease-ended-error.ts';
import type * as schemaErrors from '../schema-errors.ts';
import type * as tlsErrors from '../transport/tls-errors.ts';
import type * as transportErrors from '../transport/transport-errors.ts';
import type { UnrecognisedAnswerError } from '../unrecognised-answer-error.ts';
import type * as valueErrors from '../value-errors.ts';

/** The errors that a module has classes for; abstract ones are bases and are thrown by nobody. */
type ErrorsOf<Module> = {
  [Name in keyof Module]: Module[Name] extends new (
    ...parameters: never
  ) => infer Thrown
    ? Extract<Thrown, KeyfoldError>
    : never;
}[keyof Module];

/** Every error that the SDK throws, so that a `switch` over `code` narrows to the class and can be exhaustive. */
export type AnyKeyfoldError =
  | ErrorsOf<typeof apiErrors>
  | ErrorsOf<typeof configurationErrors>
  | ErrorsOf<typeof schemaErrors>
  | ErrorsOf<typeof tlsErrors>
  | ErrorsOf<typeof transportErrors>
  | ErrorsOf<typeof valueErrors>
  | ApiKeyNotShownAgainError
  | CircuitOpenError
  | KeySetInvalidError
  | KeySetUnavailableError
  | LeaseEndedError
  | MiddlewareInvalidError
  | UnrecognisedAnswerError
  | CommitmentMismatchError
  | DataKeyExhaustedError
  | IntegrityCheckFailedError
  | InvalidArgumentError
  | InvalidEncryptionContextError
  | NonCanonicalEncodingError
  | NotKeyfoldCiphertextError
  | SecretDisposedError
  | TokenExpiredError
  | TokenInvalidError
  | TruncatedCiphertextError
  | UnsupportedFormatError
  | UnsupportedValueError;

/** The `code` of every error that the SDK throws. */
export type KeyfoldErrorCode = AnyKeyfoldError['code'];

/**
 * Whether `error` is one of Keyfold's, also when another copy of the package threw it. Where copies of different versions
 * meet, an error may have a code that this version does not know: keep a `default` that does not lose it.
 *
 * @example
 * ```ts
 * if (isKeyfoldError(error) && error.code === 'pin_mismatch') alarm(error.presented);
 * ```
 */
export function isKeyfoldError(error: unknown): error is AnyKeyfoldError {
  return isBranded(error);
}
