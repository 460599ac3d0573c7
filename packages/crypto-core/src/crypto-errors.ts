import { type ErrorLayer, KeyfoldError } from './keyfold-error.ts';

/** The codes of the errors that this package throws. */
export type CryptoErrorCode =
  | 'invalid_argument'
  | 'invalid_encryption_context'
  | 'not_keyfold_ciphertext'
  | 'unsupported_format'
  | 'truncated_ciphertext'
  | 'stream_too_long'
  | 'non_canonical_encoding'
  | 'unsupported_value'
  | 'low_entropy_index'
  | 'integrity_check_failed'
  | 'commitment_mismatch'
  | 'key_unwrap_failed'
  | 'data_key_exhausted'
  | 'key_exhausted'
  | 'secret_disposed'
  | 'unsupported_by_runtime'
  | 'legacy_format_mismatch'
  | 'legacy_algorithm_unknown'
  | 'legacy_key_unknown'
  | 'legacy_token_outside_time'
  | 'kdf_parameters_refused'
  | 'credential_hash_invalid'
  | 'credential_verifier_missing';

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
  stream_too_long: {
    layer: 'format',
    hint: 'One stream holds less than 64 TiB: seal the object as several, numbered in their contexts.',
  },
  non_canonical_encoding: {
    layer: 'format',
    hint: 'Pass the bytes or the text exactly as they were produced, without padding, white space or re-encoding.',
  },
  unsupported_value: {
    layer: 'format',
    hint: 'Encrypt bytes, text, a number, bigint, boolean, valid date, or plain JSON; keep null and undefined in the clear.',
  },
  low_entropy_index: {
    layer: 'config',
    hint: 'Leave the column unindexed, or accept with acceptLowEntropy: true what docs/formats/blind-index.md says of it.',
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
  key_exhausted: {
    layer: 'key',
    hint: 'Rotate: wrap or encrypt under a new key; this one still unwraps and decrypts.',
  },
  secret_disposed: {
    layer: 'key',
    hint: 'The key was zeroised when its owner disposed of it: obtain it again instead of keeping a reference.',
  },
  unsupported_by_runtime: {
    layer: 'config',
    hint: 'Use a backend or a runtime that has the algorithm which the message names, or another algorithm.',
  },
  legacy_format_mismatch: {
    layer: 'format',
    hint: 'The stored value is not what the named codec reads: check which system wrote it and name that format and its encoding.',
  },
  legacy_algorithm_unknown: {
    layer: 'format',
    hint: "Name the record's algorithm among those of the codec, once you know what wrote it; nothing was unwrapped.",
  },
  legacy_key_unknown: {
    layer: 'key',
    hint: 'Give the codec the key of this version, from a backup of the system that wrote the value if need be.',
  },
  legacy_token_outside_time: {
    layer: 'integrity',
    hint: 'The token is authentic, but too old or from the future: check the clocks, or leave out the time to live for stored data.',
  },
  kdf_parameters_refused: {
    layer: 'format',
    hint: 'The stored parameters are too weak to be safe or too costly to be honest; docs/formats/derivation.md states the bounds.',
  },
  credential_hash_invalid: {
    layer: 'format',
    hint: 'Restore the stored hash from a copy, or have the credential set anew: nothing can match it.',
  },
  credential_verifier_missing: {
    layer: 'config',
    hint: 'Pass `verifyBcrypt`, a function that checks bcrypt hashes: no runtime has bcrypt of its own.',
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

/** More chunks than one stream may have. */
export class StreamTooLongError extends KeyfoldError {
  readonly code = 'stream_too_long';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.stream_too_long, ...options });
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

/** A blind index over values that are few enough to be tried out, declared without saying so. */
export class LowEntropyIndexError extends KeyfoldError {
  readonly code = 'low_entropy_index';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.low_entropy_index, ...options });
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

/** A key has been used as often as random nonces allow (NIST SP 800-38D §8.3), or as its owner does. */
export class KeyExhaustedError extends KeyfoldError {
  readonly code = 'key_exhausted';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.key_exhausted, ...options });
  }
}

/** A key was used after it had been zeroised. */
export class SecretDisposedError extends KeyfoldError {
  readonly code = 'secret_disposed';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.secret_disposed, ...options });
  }
}

/** The runtime's cryptography does not have an algorithm; nothing is emulated in its place. */
export class UnsupportedByRuntimeError extends KeyfoldError {
  readonly code = 'unsupported_by_runtime';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.unsupported_by_runtime, ...options });
  }
}

/** What is stored does not have the form that the named codec reads. */
export class LegacyFormatMismatchError extends KeyfoldError {
  readonly code = 'legacy_format_mismatch';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.legacy_format_mismatch, ...options });
  }
}

/** A record names an algorithm that the codec was not given. */
export class LegacyAlgorithmUnknownError extends KeyfoldError {
  readonly code = 'legacy_algorithm_unknown';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.legacy_algorithm_unknown, ...options });
  }
}

/** The key version that a stored value names is not at hand. */
export class LegacyKeyUnknownError extends KeyfoldError {
  readonly code = 'legacy_key_unknown';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.legacy_key_unknown, ...options });
  }
}

/** An authentic token is older than its time to live, or its time lies in the future. */
export class LegacyTokenOutsideTimeError extends KeyfoldError {
  readonly code = 'legacy_token_outside_time';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.legacy_token_outside_time, ...options });
  }
}

/** Stored parameters of a password-based derivation cannot be read or lie outside of the bounds. */
export class KdfParametersRefusedError extends KeyfoldError {
  readonly code = 'kdf_parameters_refused';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.kdf_parameters_refused, ...options });
  }
}

/** A stored hash of a credential is damaged or of an unknown kind. */
export class CredentialHashInvalidError extends KeyfoldError {
  readonly code = 'credential_hash_invalid';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.credential_hash_invalid, ...options });
  }
}

/** A stored password hash is one of bcrypt, and the caller passed no function that verifies those. */
export class CredentialVerifierMissingError extends KeyfoldError {
  readonly code = 'credential_verifier_missing';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...cryptoErrors.credential_verifier_missing, ...options });
  }
}
