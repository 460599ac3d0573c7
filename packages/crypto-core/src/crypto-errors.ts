import { type ErrorLayer, KeyfoldError } from './keyfold-error.ts';

/** The codes of the errors that this package throws. */
export type CryptoErrorCode =
  | 'invalid_argument'
  | 'invalid_encryption_context'
  | 'not_keyfold_ciphertext'
  | 'unsupported_format'
  | 'truncated_ciphertext'
  | 'non_canonical_encoding'
  | 'unsupported_value'
  | 'integrity_check_failed'
  | 'commitment_mismatch'
  | 'key_unwrap_failed'
  | 'data_key_exhausted'
  | 'secret_disposed';

/**
 * For each code, where its cause lies and the way out. None of them is retryable: the same bytes fail again.
 */
export const cryptoErrors: Readonly<
  Record<CryptoErrorCode, { readonly layer: ErrorLayer; readonly hint: string }>
> = {
  invalid_argument: {
    layer: 'config',
    hint: 'Correct the argument that the message names; its documentation states the accepted range.',
  },
  invalid_encryption_context: {
    layer: 'context',
    hint: 'Pass a plain object of strings (at most 64 entries, 8 KiB) and non-empty names; see docs/formats/aad.md.',
  },
  not_keyfold_ciphertext: {
    layer: 'format',
    hint: 'Pass what Keyfold sealed, in the form this call expects. Plain text and other formats are imported, never opened.',
  },
  unsupported_format: {
    layer: 'format',
    hint: 'The bytes were written by a newer version or are damaged: update Keyfold, or restore them from a copy.',
  },
  truncated_ciphertext: {
    layer: 'format',
    hint: 'Bytes are missing at the end: check that the column or message is long enough to hold all of them.',
  },
  non_canonical_encoding: {
    layer: 'format',
    hint: 'Pass the bytes or the text exactly as they were produced, without padding, white space or re-encoding.',
  },
  unsupported_value: {
    layer: 'format',
    hint: 'Encrypt bytes, text, a number, bigint, boolean, valid date, or plain JSON; keep null and undefined in the clear.',
  },
  integrity_check_failed: {
    layer: 'integrity',
    hint: 'Open it with the tenant, scope, context and row it was sealed for; if they are right, the bytes were changed.',
  },
  commitment_mismatch: {
    layer: 'integrity',
    hint: 'The data key does not belong to this header: the header was changed or the wrong key was unwrapped.',
  },
  key_unwrap_failed: {
    layer: 'key',
    hint: 'The wrapped key was changed, or it belongs to another tenant, scope, reference or key version.',
  },
  data_key_exhausted: {
    layer: 'key',
    hint: 'Make a fresh data key and go on sealing with it; this one still decrypts.',
  },
  secret_disposed: {
    layer: 'key',
    hint: 'The key was zeroised when its owner disposed of it: obtain it again instead of keeping a reference.',
  },
};

/** An argument that no call could accept, such as a key of the wrong length. */
export class InvalidArgumentError extends KeyfoldError {
  readonly code = 'invalid_argument';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.invalid_argument, ...options });
  }
}

/** A tenant, scope, name, row id or context that cannot be bound to a ciphertext. */
export class InvalidEncryptionContextError extends KeyfoldError {
  readonly code = 'invalid_encryption_context';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.invalid_encryption_context, ...options });
  }
}

/** The bytes or the text are something else than was expected; the message names what they look like. */
export class NotKeyfoldCiphertextError extends KeyfoldError {
  readonly code = 'not_keyfold_ciphertext';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.not_keyfold_ciphertext, ...options });
  }
}

/** A form, suite or value type that this version does not know. */
export class UnsupportedFormatError extends KeyfoldError {
  readonly code = 'unsupported_format';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.unsupported_format, ...options });
  }
}

/** Fewer bytes than the form's smallest length. */
export class TruncatedCiphertextError extends KeyfoldError {
  readonly code = 'truncated_ciphertext';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.truncated_ciphertext, ...options });
  }
}

/** A second spelling of what has exactly one, such as padded base64 or a header with bytes after its end. */
export class NonCanonicalEncodingError extends KeyfoldError {
  readonly code = 'non_canonical_encoding';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.non_canonical_encoding, ...options });
  }
}

/** A plaintext that would not come back as it went in. */
export class UnsupportedValueError extends KeyfoldError {
  readonly code = 'unsupported_value';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.unsupported_value, ...options });
  }
}

/**
 * The authentication tag does not match: changed bytes, another context, or another key. Says deliberately
 * not which.
 */
export class IntegrityCheckFailedError extends KeyfoldError {
  readonly code = 'integrity_check_failed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.integrity_check_failed, ...options });
  }
}

/** The data key is not the one to which the header commits. */
export class CommitmentMismatchError extends KeyfoldError {
  readonly code = 'commitment_mismatch';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.commitment_mismatch, ...options });
  }
}

/** A wrapped key does not open under this wrapping key at this place. */
export class KeyUnwrapFailedError extends KeyfoldError {
  readonly code = 'key_unwrap_failed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.key_unwrap_failed, ...options });
  }
}

/** A data key has sealed as often as it may. */
export class DataKeyExhaustedError extends KeyfoldError {
  readonly code = 'data_key_exhausted';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.data_key_exhausted, ...options });
  }
}

/** A key was used after it had been zeroised. */
export class SecretDisposedError extends KeyfoldError {
  readonly code = 'secret_disposed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.secret_disposed, ...options });
  }
}
