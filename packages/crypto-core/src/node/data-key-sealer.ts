import type { KeyObject } from 'node:crypto';
import type { DataKeySealer } from '../backend.ts';
import { DataKeyExhaustedError, SecretDisposedError } from '../crypto-errors.ts';
import { type DataKeyHeader, encodeRecordHeader } from '../data-key-header.ts';
import { FieldContext, ValueContext } from '../encryption-context.ts';
import { formByte } from '../format.ts';
import type { Plaintext } from '../plaintext.ts';
import { type EncodedPlaintext, encodePlaintext } from '../plaintext-codec.ts';
import type { RowId } from '../row-id.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { NodeDataKey } from './node-data-key.ts';
import type { NonceSource } from './nonce-source.ts';
import { sealContent } from './seal-content.ts';

const noHeader = new Uint8Array(0);

/** Seals with a key of this process, and counts how often. */
export class NodeDataKeySealer implements DataKeySealer {
  readonly header: DataKeyHeader;
  /**
   * A copy that nobody else holds: a header changed by mistake must not make ciphertexts that nobody can
   * open.
   */
  readonly #headerBytes: Uint8Array;
  readonly #nonces: NonceSource;
  #encryptionKey: KeyObject | undefined;
  /** The data key itself: the key of streams is derived from it when the first stream needs it. */
  #dataKey: NodeDataKey | undefined;
  #sealsLeft: number;

  constructor(header: DataKeyHeader, dataKey: NodeDataKey, nonces: NonceSource, maxSeals: number) {
    this.header = header;
    this.#dataKey = dataKey;
    this.#headerBytes = Uint8Array.from(header.bytes);
    this.#nonces = nonces;
    this.#encryptionKey = dataKey.encryptionKey();
    this.#sealsLeft = maxSeals;
  }

  get sealsLeft(): number {
    return this.#sealsLeft;
  }

  recordHeader(): Uint8Array {
    return encodeRecordHeader({ bytes: this.#headerBytes });
  }

  sealValue(value: Plaintext, context: ValueContext): Uint8Array {
    const encoded = encodePlaintext(value);
    return this.#seal(formByte.value, this.#headerBytes, encoded, ValueContext.aadOf(context));
  }

  sealField(value: Plaintext, context: FieldContext, rowId: RowId): Uint8Array {
    // The value first: its getters are the caller's code, and may seal another row's field with this context.
    const encoded = encodePlaintext(value);
    return this.#seal(formByte.recordField, noHeader, encoded, FieldContext.aadOf(context, rowId));
  }

  sealingStreamKey(): SecretBytes {
    if (this.#dataKey === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    if (this.#sealsLeft <= 0) throw new DataKeyExhaustedError('This data key has no seal left.');
    this.#sealsLeft--;
    return this.#dataKey.streamKey();
  }

  #seal(form: number, header: Uint8Array, encoded: EncodedPlaintext, aad: Uint8Array): Uint8Array {
    if (this.#encryptionKey === undefined)
      throw new SecretDisposedError('This data key has been disposed of.');
    if (this.#sealsLeft <= 0) throw new DataKeyExhaustedError('This data key has no seal left.');
    this.#sealsLeft--;
    return sealContent(form, header, this.#encryptionKey, this.#nonces.next(), aad, encoded);
  }

  /** Drops the key; Node zeroises its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#encryptionKey = undefined;
    this.#dataKey = undefined;
  }
}
