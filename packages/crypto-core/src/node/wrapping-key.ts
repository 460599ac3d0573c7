import { createSecretKey, type KeyObject } from 'node:crypto';
import { requireBytes, requireSecret } from '../argument-types.ts';
import type { WrappingKey } from '../backend.ts';
import { InvalidArgumentError, KeyUnwrapFailedError, SecretDisposedError } from '../crypto-errors.ts';
import { nonceByteLength, tagByteLength } from '../format.ts';
import { encodeKeyPlace, type KeyPlace } from '../key-place.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { UseCount } from '../use-count.ts';
import { openAt, sealAt } from './aead.ts';
import type { NonceSource } from './nonce-source.ts';

const overheadBytes = nonceByteLength + tagByteLength;
const minKeyBytes = 16;
const maxKeyBytes = 64;

/** AES-256-GCM over a key, with the key's place as AAD. */
export class NodeWrappingKey implements WrappingKey {
  readonly #nonces: NonceSource;
  readonly #uses: UseCount;
  #key: KeyObject | undefined;

  /**
   * @param key 32 bytes; copied, stays the caller's
   * @param maxWraps 1 to 2³²; 2³² if left out
   */
  constructor(key: SecretBytes, nonces: NonceSource, maxWraps?: number) {
    this.#uses = new UseCount('A wrapping key', maxWraps);
    this.#key = createSecretKey(key.reveal());
    this.#nonces = nonces;
  }

  wrap(key: SecretBytes, place: KeyPlace): Uint8Array {
    requireSecret('A key to wrap', key);
    if (!isKeyLength(key.byteLength)) {
      throw new InvalidArgumentError(
        `A key to wrap has ${minKeyBytes} to ${maxKeyBytes} bytes, this one ${key.byteLength}.`,
      );
    }
    const aad = encodeKeyPlace(place);
    const wrappingKey = this.#requireKey();
    const bytes = key.reveal();
    this.#uses.take();
    const wrapped = new Uint8Array(overheadBytes + bytes.byteLength);
    sealAt(wrapped, 0, wrappingKey, this.#nonces.next(), aad, bytes);
    return wrapped;
  }

  unwrap(wrapped: Uint8Array, place: KeyPlace): SecretBytes {
    requireBytes('A wrapped key', wrapped);
    const aad = encodeKeyPlace(place);
    const key = this.#requireKey();
    // The length first: an empty or one-byte "key" must not come out of a valid tag either.
    if (!isKeyLength(wrapped.byteLength - overheadBytes)) {
      throw new KeyUnwrapFailedError(`A wrapped key of ${wrapped.byteLength} bytes cannot be right.`);
    }
    const bytes = openAt(wrapped, 0, key, aad);
    if (bytes === undefined) throw new KeyUnwrapFailedError('The wrapped key does not open at this place.');
    return SecretBytes.take(bytes);
  }

  #requireKey(): KeyObject {
    if (this.#key === undefined) throw new SecretDisposedError('This wrapping key has been disposed of.');
    return this.#key;
  }

  /** Drops the key; Node zeroises its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#key = undefined;
  }
}

function isKeyLength(byteLength: number): boolean {
  return byteLength >= minKeyBytes && byteLength <= maxKeyBytes;
}
