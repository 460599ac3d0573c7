import type { KeyObject } from 'node:crypto';
import type { DataKeyOpener } from '../backend.ts';
import { IntegrityCheckFailedError, SecretDisposedError } from '../crypto-errors.ts';
import type { DataKeyHeader } from '../data-key-header.ts';
import { FieldContext, ValueContext } from '../encryption-context.ts';
import { fieldOverheadBytes, formByte, recordHeaderByteLength, valueOverheadBytes } from '../format.ts';
import type { Plaintext } from '../plaintext.ts';
import { decodePlaintext, typeByte } from '../plaintext-codec.ts';
import { requireForm } from '../require-form.ts';
import { requireSameHeader } from '../require-same-header.ts';
import type { RowId } from '../row-id.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { openAt } from './aead.ts';
import type { NodeDataKey } from './node-data-key.ts';

/** Opens with a key whose commitment has been verified. */
export class NodeDataKeyOpener implements DataKeyOpener {
  readonly header: DataKeyHeader;
  #encryptionKey: KeyObject | undefined;
  /** The data key itself: the key of streams is derived from it when a stream needs it. */
  #dataKey: NodeDataKey | undefined;

  constructor(header: DataKeyHeader, dataKey: NodeDataKey) {
    this.header = header;
    this.#dataKey = dataKey;
    this.#encryptionKey = dataKey.encryptionKey();
  }

  openValue(value: Uint8Array, context: ValueContext): Plaintext {
    requireForm(value, formByte.value, valueOverheadBytes);
    requireSameHeader(this.header, value);
    return this.#open(value, recordHeaderByteLength, ValueContext.aadOf(context));
  }

  openField(field: Uint8Array, context: FieldContext, rowId: RowId): Plaintext {
    requireForm(field, formByte.recordField, fieldOverheadBytes);
    return this.#open(field, 1, FieldContext.aadOf(context, rowId));
  }

  openingStreamKey(): SecretBytes {
    if (this.#dataKey === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    return this.#dataKey.streamKey();
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

  /** Drops the key; Node zeroises its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#encryptionKey = undefined;
    this.#dataKey = undefined;
  }
}
