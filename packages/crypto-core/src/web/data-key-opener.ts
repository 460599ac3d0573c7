import type { DataKeyOpener } from '../backend.ts';
import { IntegrityCheckFailedError, SecretDisposedError } from '../crypto-errors.ts';
import type { DataKeyHeader } from '../data-key-header.ts';
import { FieldContext, ValueContext } from '../encryption-context.ts';
import {
  fieldOverheadBytes,
  formByte,
  maxPlaintextBytes,
  nonceByteLength,
  recordHeaderByteLength,
  tagByteLength,
  valueOverheadBytes,
} from '../format.ts';
import type { Plaintext } from '../plaintext.ts';
import { decodePlaintext, typeByte } from '../plaintext-codec.ts';
import { requireForm } from '../require-form.ts';
import { requireSameHeader } from '../require-same-header.ts';
import type { RowId } from '../row-id.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { openGcm } from './aes-gcm.ts';
import { streamKeyOf } from './derivation.ts';
import { copyOf, type WebKey } from './runtime.ts';

/** Opens with a key whose commitment has been verified. */
export class WebDataKeyOpener implements DataKeyOpener {
  readonly header: DataKeyHeader;
  #encryptionKey: WebKey | undefined;
  /** The data key itself: the key of streams is derived from it when a stream needs it. */
  #dataKey: WebKey | undefined;

  /** @param dataKey of {@link importDataKey} */
  constructor(header: DataKeyHeader, encryptionKey: WebKey, dataKey: WebKey) {
    this.header = header;
    this.#encryptionKey = encryptionKey;
    this.#dataKey = dataKey;
  }

  async openValue(value: Uint8Array, context: ValueContext): Promise<Plaintext> {
    requireForm(value, formByte.value, valueOverheadBytes);
    requireSameHeader(this.header, value);
    return this.#open(value, recordHeaderByteLength, ValueContext.aadOf(context));
  }

  async openField(field: Uint8Array, context: FieldContext, rowId: RowId): Promise<Plaintext> {
    requireForm(field, formByte.recordField, fieldOverheadBytes);
    return this.#open(field, 1, FieldContext.aadOf(context, rowId));
  }

  async openingStreamKey(): Promise<SecretBytes> {
    if (this.#dataKey === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    return streamKeyOf(this.#dataKey);
  }

  async #open(sealed: Uint8Array, nonceAt: number, aad: Uint8Array): Promise<Plaintext> {
    const key = this.#encryptionKey;
    if (key === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    const textAt = nonceAt + nonceByteLength;
    if (sealed.length - textAt - tagByteLength > maxPlaintextBytes) throw doesNotMatch();
    // Copied before anything is awaited: the caller may change its bytes, and a context's AAD is valid only until then.
    const nonce = copyOf(sealed.subarray(nonceAt, textAt));
    const plaintext = await openGcm(key, nonce, copyOf(sealed.subarray(textAt)), copyOf(aad));
    if (plaintext === undefined) throw doesNotMatch();
    try {
      return decodePlaintext(plaintext);
    } finally {
      // Bytes are handed out as they lie; everything else has become a value of its own.
      if (plaintext[0] !== typeByte.bytes) plaintext.fill(0);
    }
  }

  /** Drops the key; the runtime frees its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#encryptionKey = undefined;
    this.#dataKey = undefined;
  }
}

function doesNotMatch(): IntegrityCheckFailedError {
  return new IntegrityCheckFailedError('The authentication tag does not match these bytes and this context.');
}
