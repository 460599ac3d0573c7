import { type ErrorLayer, KeyfoldError } from '@keyfold/crypto-core';
import type { PlaintextKind } from './plaintext-kind.ts';

/** The codes of single values that do not fit what was asked. */
export type ValueErrorCode = 'encryption_context_required' | 'plaintext_kind_mismatch';

/** For each code, where its cause lies and the way out. None is retryable. */
export const valueErrors: Readonly<
  Record<ValueErrorCode, { readonly layer: ErrorLayer; readonly hint: string }>
> = {
  encryption_context_required: {
    layer: 'context',
    hint: 'Pass what identifies the place of the value, such as { context: { table: "cards", id: "42" } }; without it, ciphertexts could be swapped.',
  },
  plaintext_kind_mismatch: {
    layer: 'format',
    hint: 'Ask for the kind that was encrypted: `as` for a value, the builder for a column.',
  },
};

/** A single value was to be encrypted or decrypted with no context, or with an empty one. */
export class EncryptionContextRequiredError extends KeyfoldError {
  readonly code = 'encryption_context_required';

  constructor() {
    super(
      'A value is bound to what it belongs to, but no context was given.',
      valueErrors.encryption_context_required,
    );
  }
}

/** A value was decrypted, is authentic, and is of another kind than was asked for. */
export class PlaintextKindError extends KeyfoldError {
  readonly code = 'plaintext_kind_mismatch';
  /** What was asked for. */
  readonly expected: PlaintextKind;
  /** What was encrypted. */
  readonly actual: PlaintextKind | undefined;

  constructor(where: string, expected: PlaintextKind, actual: PlaintextKind | undefined) {
    super(
      `${where} was expected to hold ${expected}, but holds ${actual}.`,
      valueErrors.plaintext_kind_mismatch,
    );
    this.expected = expected;
    this.actual = actual;
  }
}

/** One item of a batch failed; `cause` is why, and gives layer, hint and retryability. */
export class BatchItemError extends KeyfoldError {
  readonly code = 'batch_item_failed';
  /** The item's position in the batch, from 0. */
  readonly index: number;
  declare readonly cause: KeyfoldError;

  constructor(index: number, cause: KeyfoldError) {
    const { layer, hint, retryable } = cause;
    super(`Item ${index} of the batch failed (${cause.code}): ${cause.message}`, {
      layer,
      hint,
      retryable,
      cause,
    });
    this.index = index;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), index: this.index, cause: this.cause.toJSON() };
  }
}
