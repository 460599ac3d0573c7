import type { KeyObject } from 'node:crypto';
import type { DataKeyOpener } from '../backend.ts';
import { IntegrityCheckFailedError, SecretDisposedError, UnsupportedFormatError } from '../crypto-errors.ts';
import type { DataKeyHeader } from '../data-key-header.ts';
import { FieldContext, ValueContext } from '../encryption-context.ts';
import { fieldOverheadBytes, formByte, recordHeaderByteLength, valueOverheadBytes } from '../format.ts';
import type { Plaintext } from '../plaintext.ts';
import { decodePlaintext, typeByte } from '../plaintext-codec.ts';
import { requireForm } from '../require-form.ts';
import type { RowId } from '../row-id.ts';
import { openAt } from './aead.ts';

/** Opens with a key whose commitment has been verified. */
export class NodeDataKeyOpener implements DataKeyOpener {
  readonly header: DataKeyHeader;
  #encryptionKey: KeyObject | undefined;

  constructor(header: DataKeyHeader, encryptionKey: KeyObject) {
    this.header = header;
    this.#encryptionKey = encryptionKey;
  }

  openValue(value: Uint8Array, context: ValueContext): Plaintext {
    requireForm(value, formByte.value, valueOverheadBytes);
    this.#requireSameHeader(value);
    return this.#open(value, recordHeaderByteLength, ValueContext.aadOf(context));
  }

  openField(field: Uint8Array, context: FieldContext, rowId: RowId): Plaintext {
    requireForm(field, formByte.recordField, fieldOverheadBytes);
    return this.#open(field, 1, FieldContext.aadOf(context, rowId));
  }

  #open(sealed: Uint8Array, at: number, aad: Uint8Array): Plaintext {
    if (this.#encryptionKey === undefined)
      throw new SecretDisposedError('This data key has been disposed of.');
    const plaintext = openAt(sealed, at, this.#encryptionKey, aad);
    if (plaintext === undefined) {
      throw new IntegrityCheckFailedError(
        'The authentication tag does not match these bytes and this context.',
      );
    }
    try {
      return decodePlaintext(plaintext);
    } finally {
      // Bytes are handed out as they lie; everything else has become a value of its own.
      if (plaintext[0] !== typeByte.bytes) plaintext.fill(0);
    }
  }

  /**
   * A value's header is not part of its AAD, so that it may be rewrapped: it is compared instead, all 101
   * bytes of it. It is public, so the comparison need not take constant time.
   */
  #requireSameHeader(value: Uint8Array): void {
    const { bytes, suite } = this.header;
    if (value[1] !== suite)
      throw new UnsupportedFormatError(`The suite ${value[1]} is not known to this version.`);
    for (let i = 1; i < bytes.byteLength; i++) {
      if (value[1 + i] !== bytes[i]) {
        throw new IntegrityCheckFailedError(
          'The value was not sealed under this data key: its header is another.',
        );
      }
    }
  }

  /** Drops the key; Node zeroises its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#encryptionKey = undefined;
  }
}
