import { requireBytes } from './argument-types.ts';
import { InvalidArgumentError, SecretDisposedError } from './crypto-errors.ts';

/** The largest request `getRandomValues` answers, in bytes (Web Cryptography §10.1.1). */
const maxRandomBytes = 65_536;

/** Node's documented hook for `util.inspect`; a registered symbol, so nothing has to be imported. */
const inspectHook = Symbol.for('nodejs.util.inspect.custom');

/**
 * Key material in memory of its own: explicit to reveal, redacted when printed, zeroised on disposal.
 *
 * The memory is an `ArrayBuffer` made for this object alone. A plain `new Uint8Array(32)` would not do:
 * engines keep small typed arrays on the garbage-collected heap, where moving them leaves copies that nobody
 * can wipe.
 *
 * Secret bytes never become a string, because strings cannot be wiped.
 *
 * @example
 * ```ts
 * const key = SecretBytes.random(32);
 * try {
 *   key.reveal().byteLength; // → 32
 * } finally {
 *   key.dispose();
 * }
 * `${key}`; // → '[SecretBytes: 32 bytes]'
 * ```
 */
export class SecretBytes implements Disposable {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #disposed = false;

  static {
    Object.defineProperty(SecretBytes.prototype, inspectHook, { value: SecretBytes.prototype.toString });
  }

  private constructor(byteLength: number) {
    this.#bytes = new Uint8Array(new ArrayBuffer(byteLength));
  }

  /**
   * Moves `source` (any length) into a new object: copies it and zeroises the source, so that one copy is
   * left.
   *
   * @throws {@link InvalidArgumentError} for anything but a Uint8Array
   * @example
   * ```ts
   * const key = SecretBytes.take(attachment); // attachment is all zeros now
   * ```
   */
  static take(source: Uint8Array): SecretBytes {
    requireBytes('What secret bytes are taken from', source);
    const secret = new SecretBytes(source.byteLength);
    secret.#bytes.set(source);
    source.fill(0);
    return secret;
  }

  /**
   * Random bytes from the runtime's cryptographic generator.
   *
   * @param byteLength 0 to 65,536 bytes
   * @throws {@link InvalidArgumentError} when `byteLength` is not such an integer
   * @example
   * ```ts
   * const dataKey = SecretBytes.random(32);
   * ```
   */
  static random(byteLength: number): SecretBytes {
    if (!Number.isInteger(byteLength) || byteLength < 0 || byteLength > maxRandomBytes) {
      throw new InvalidArgumentError(
        `A secret's length must be an integer from 0 to ${maxRandomBytes} bytes.`,
      );
    }
    const secret = new SecretBytes(byteLength);
    globalThis.crypto.getRandomValues(secret.#bytes);
    return secret;
  }

  /** Length in bytes; stays known after disposal. */
  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** Whether the bytes have been zeroised. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * The bytes themselves, as a live view: it reads as zeros once this object is disposed of. Do not keep it,
   * do not turn it into a string.
   *
   * @throws {@link SecretDisposedError} after disposal, so that a key of zeros is never used by mistake
   */
  reveal(): Uint8Array<ArrayBuffer> {
    this.#refuseIfDisposed();
    return this.#bytes;
  }

  /**
   * A second, independent object with the same bytes, for another owner.
   *
   * @throws {@link SecretDisposedError} after disposal
   */
  clone(): SecretBytes {
    this.#refuseIfDisposed();
    const copy = new SecretBytes(this.byteLength);
    copy.#bytes.set(this.#bytes);
    return copy;
  }

  /** Zeroises the bytes. May be called again. */
  dispose(): void {
    this.#disposed = true;
    this.#bytes.fill(0);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `[SecretBytes: ${this.byteLength} bytes]`;
  }

  toJSON(): string {
    return this.toString();
  }

  #refuseIfDisposed(): void {
    if (this.#disposed) throw new SecretDisposedError('These secret bytes have been disposed of.');
  }
}
