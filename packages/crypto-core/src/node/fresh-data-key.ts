import type { FreshDataKey } from '../backend.ts';
import { InvalidArgumentError, SecretDisposedError } from '../crypto-errors.ts';
import { type DataKeyWrapping, dataKeyHeader } from '../data-key-header.ts';
import { maxSealsPerDataKey } from '../format.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { NodeDataKeySealer } from './data-key-sealer.ts';
import { NodeDataKey } from './node-data-key.ts';
import type { NonceSource } from './nonce-source.ts';

/** A data key of this process before it is wrapped. */
export class NodeFreshDataKey implements FreshDataKey {
  readonly secret: SecretBytes;
  readonly commitment: Uint8Array;
  /** A copy that nobody else holds: what the sealer's header says decides whether anybody opens its ciphertexts. */
  readonly #commitment: Uint8Array;
  #key: NodeDataKey | undefined;
  readonly #nonces: NonceSource;
  readonly #maxSeals: number;
  #moved = false;

  /**
   * @param secret 32 random bytes, made in this process; owned by this object
   * @param maxSeals bound of the sealer made from it
   */
  constructor(secret: SecretBytes, nonces: NonceSource, maxSeals: number = maxSealsPerDataKey) {
    this.secret = secret;
    const key = new NodeDataKey(secret);
    this.#key = key;
    this.#commitment = key.commitment();
    this.commitment = new Uint8Array(this.#commitment);
    this.#nonces = nonces;
    this.#maxSeals = maxSeals;
  }

  wrappedAs(wrapping: DataKeyWrapping): NodeDataKeySealer {
    if (this.#moved) throw new InvalidArgumentError('A fresh data key becomes a sealer once.');
    const header = dataKeyHeader(wrapping, this.#commitment);
    // Once more: a getter of `wrapping` is the caller's code, and may have come here first.
    if (this.#moved) throw new InvalidArgumentError('A fresh data key becomes a sealer once.');
    if (this.#key === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    const sealer = new NodeDataKeySealer(header, this.#key, this.#nonces, this.#maxSeals);
    this.#moved = true;
    return sealer;
  }

  [Symbol.dispose](): void {
    this.secret.dispose();
    this.#key = undefined;
  }
}
