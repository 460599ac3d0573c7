import { requireBytes, requireSecret } from '../argument-types.ts';
import type { WrappingKey } from '../backend.ts';
import { InvalidArgumentError, KeyUnwrapFailedError, SecretDisposedError } from '../crypto-errors.ts';
import { nonceByteLength, tagByteLength } from '../format.ts';
import { encodeKeyPlace, type KeyPlace } from '../key-place.ts';
import { SecretBytes } from '../secret-bytes.ts';
import type { UseCount } from '../use-count.ts';
import { openGcm, sealGcm } from './aes-gcm.ts';
import type { WebNonceSource } from './nonce-source.ts';
import { copyOf, type WebKey } from './runtime.ts';

const overheadBytes = nonceByteLength + tagByteLength;
const minKeyBytes = 16;
const maxKeyBytes = 64;

/** AES-256-GCM over a key, with the key's place as AAD. */
export class WebWrappingKey implements WrappingKey {
  readonly #nonces: WebNonceSource;
  readonly #uses: UseCount;
  #key: WebKey | undefined;

  /**
   * @param key an AES-256-GCM key
   * @param uses what is left of them; not shared
   */
  constructor(key: WebKey, nonces: WebNonceSource, uses: UseCount) {
    this.#key = key;
    this.#nonces = nonces;
    this.#uses = uses;
  }

  async wrap(key: SecretBytes, place: KeyPlace): Promise<Uint8Array> {
    requireSecret('A key to wrap', key);
    if (!isKeyLength(key.byteLength)) {
      throw new InvalidArgumentError(
        `A key to wrap has ${minKeyBytes} to ${maxKeyBytes} bytes, this one ${key.byteLength}.`,
      );
    }
    const aad = copyOf(encodeKeyPlace(place));
    const wrappingKey = this.#requireKey();
    const copy = key.clone();
    try {
      this.#uses.take();
      const nonce = this.#nonces.next();
      const sealed = await sealGcm(wrappingKey, nonce, copy.reveal(), aad);
      const wrapped = new Uint8Array(nonceByteLength + sealed.byteLength);
      wrapped.set(nonce);
      wrapped.set(sealed, nonceByteLength);
      return wrapped;
    } finally {
      copy.dispose();
    }
  }

  async unwrap(wrapped: Uint8Array, place: KeyPlace): Promise<SecretBytes> {
    requireBytes('A wrapped key', wrapped);
    const aad = copyOf(encodeKeyPlace(place));
    const key = this.#requireKey();
    // The length first: an empty or one-byte "key" must not come out of a valid tag either.
    if (!isKeyLength(wrapped.byteLength - overheadBytes)) {
      throw new KeyUnwrapFailedError(`A wrapped key of ${wrapped.byteLength} bytes cannot be right.`);
    }
    const copy = copyOf(wrapped);
    const nonce = Uint8Array.from(copy.subarray(0, nonceByteLength));
    const bytes = await openGcm(key, nonce, copy.subarray(nonceByteLength), aad);
    if (bytes === undefined) throw new KeyUnwrapFailedError('The wrapped key does not open at this place.');
    return SecretBytes.take(bytes);
  }

  #requireKey(): WebKey {
    if (this.#key === undefined) throw new SecretDisposedError('This wrapping key has been disposed of.');
    return this.#key;
  }

  /** Drops the key; the runtime frees its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#key = undefined;
  }
}

function isKeyLength(byteLength: number): boolean {
  return byteLength >= minKeyBytes && byteLength <= maxKeyBytes;
}
