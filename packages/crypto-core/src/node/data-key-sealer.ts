import type { KeyObject } from 'node:crypto';
import type { DataKeySealer } from '../backend.ts';
import { DataKeyExhaustedError, SecretDisposedError } from '../crypto-errors.ts';
import { type DataKeyHeader, encodeRecordHeader } from '../data-key-header.ts';
import { FieldContext, ValueContext } from '../encryption-context.ts';
import { formByte } from '../format.ts';
import type { Plaintext } from '../plaintext.ts';
import { encodePlaintext } from '../plaintext-codec.ts';
import type { RowId } from '../row-id.ts';
import type { NonceSource } from './nonce-source.ts';
import { sealContent } from './seal-content.ts';

const noHeader = new Uint8Array(0);

/** Seals with a key of this process, and counts how often. */
export class NodeDataKeySealer implements DataKeySealer {
  readonly header: DataKeyHeader;
  readonly #nonces: NonceSource;
  #encryptionKey: KeyObject | undefined;
  #sealsLeft: number;

  constructor(header: DataKeyHeader, encryptionKey: KeyObject, nonces: NonceSource, maxSeals: number) {
    this.header = header;
    this.#nonces = nonces;
    this.#encryptionKey = encryptionKey;
    this.#sealsLeft = maxSeals;
  }

  get sealsLeft(): number {
    return this.#sealsLeft;
  }

  recordHeader(): Uint8Array {
    return encodeRecordHeader(this.header);
  }

  sealValue(value: Plaintext, context: ValueContext): Uint8Array {
    return this.#seal(formByte.value, this.header.bytes, value, ValueContext.aadOf(context));
  }

  sealField(value: Plaintext, context: FieldContext, rowId: RowId): Uint8Array {
    return this.#seal(formByte.recordField, noHeader, value, FieldContext.aadOf(context, rowId));
  }

  #seal(form: number, header: Uint8Array, value: Plaintext, aad: Uint8Array): Uint8Array {
    const encoded = encodePlaintext(value);
    if (this.#encryptionKey === undefined)
      throw new SecretDisposedError('This data key has been disposed of.');
    if (this.#sealsLeft <= 0) throw new DataKeyExhaustedError('This data key has no seal left.');
    this.#sealsLeft--;
    return sealContent(form, header, this.#encryptionKey, this.#nonces.next(), aad, encoded);
  }

  /** Drops the key; Node zeroises its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#encryptionKey = undefined;
  }
}
