import type { DataKeySealer } from '../backend.ts';
import { DataKeyExhaustedError, SecretDisposedError } from '../crypto-errors.ts';
import { type DataKeyHeader, encodeRecordHeader } from '../data-key-header.ts';
import { FieldContext, ValueContext } from '../encryption-context.ts';
import { formByte, nonceByteLength } from '../format.ts';
import type { Plaintext } from '../plaintext.ts';
import { type EncodedPlaintext, encodePlaintext } from '../plaintext-codec.ts';
import type { RowId } from '../row-id.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { sealGcm } from './aes-gcm.ts';
import { streamKeyOf } from './derivation.ts';
import type { WebNonceSource } from './nonce-source.ts';
import { copyOf, type WebKey } from './runtime.ts';

const noHeader = new Uint8Array(0);

/** Seals with a key of this process, and counts how often. */
export class WebDataKeySealer implements DataKeySealer {
  readonly header: DataKeyHeader;
  /** A copy that nobody else holds: a header changed by mistake must not make ciphertexts that nobody can open. */
  readonly #headerBytes: Uint8Array;
  readonly #nonces: WebNonceSource;
  #encryptionKey: WebKey | undefined;
  /** The data key itself: the key of streams is derived from it when the first stream needs it. */
  #dataKey: WebKey | undefined;
  #sealsLeft: number;

  /** @param dataKey of {@link importDataKey} */
  constructor(
    header: DataKeyHeader,
    encryptionKey: WebKey,
    dataKey: WebKey,
    nonces: WebNonceSource,
    maxSeals: number,
  ) {
    this.header = header;
    this.#headerBytes = copyOf(header.bytes);
    this.#nonces = nonces;
    this.#encryptionKey = encryptionKey;
    this.#dataKey = dataKey;
    this.#sealsLeft = maxSeals;
  }

  get sealsLeft(): number {
    return this.#sealsLeft;
  }

  recordHeader(): Uint8Array {
    return encodeRecordHeader({ bytes: this.#headerBytes });
  }

  async sealValue(value: Plaintext, context: ValueContext): Promise<Uint8Array> {
    const encoded = encodePlaintext(value);
    return this.#seal(formByte.value, this.#headerBytes, encoded, ValueContext.aadOf(context));
  }

  async sealField(value: Plaintext, context: FieldContext, rowId: RowId): Promise<Uint8Array> {
    // The value first: its getters are the caller's code, and may seal another row's field with this context.
    const encoded = encodePlaintext(value);
    return this.#seal(formByte.recordField, noHeader, encoded, FieldContext.aadOf(context, rowId));
  }

  async sealingStreamKey(): Promise<SecretBytes> {
    if (this.#dataKey === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    this.#countSeal();
    return streamKeyOf(this.#dataKey);
  }

  async #seal(
    form: number,
    header: Uint8Array,
    encoded: EncodedPlaintext,
    aad: Uint8Array,
  ): Promise<Uint8Array> {
    const key = this.#encryptionKey;
    if (key === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    this.#countSeal();
    const nonce = this.#nonces.next();
    const plaintext = typeAndContent(encoded);
    try {
      const sealed = await sealGcm(key, nonce, plaintext, copyOf(aad)); // a context's AAD is valid until the next call
      const nonceAt = 1 + header.byteLength;
      const out = new Uint8Array(nonceAt + nonceByteLength + sealed.byteLength);
      out[0] = form;
      out.set(header, 1);
      out.set(nonce, nonceAt);
      out.set(sealed, nonceAt + nonceByteLength);
      return out;
    } finally {
      plaintext.fill(0);
    }
  }

  /** Called before anything is awaited, so that seals under way at the same time cannot pass the bound together. */
  #countSeal(): void {
    if (this.#sealsLeft <= 0) throw new DataKeyExhaustedError('This data key has no seal left.');
    this.#sealsLeft--;
  }

  /** Drops the key; the runtime frees its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#encryptionKey = undefined;
    this.#dataKey = undefined;
  }
}

/** Type 1 ‖ content n, for the caller to zeroise. */
function typeAndContent({ type, content }: EncodedPlaintext): Uint8Array<ArrayBuffer> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const plaintext = new Uint8Array(new ArrayBuffer(1 + bytes.byteLength));
  plaintext[0] = type;
  plaintext.set(bytes, 1);
  if (bytes !== content) bytes.fill(0);
  return plaintext;
}
