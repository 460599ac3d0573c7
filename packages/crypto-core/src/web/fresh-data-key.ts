import type { DataKeySealer, FreshDataKey } from '../backend.ts';
import { InvalidArgumentError, SecretDisposedError } from '../crypto-errors.ts';
import { type DataKeyWrapping, dataKeyHeader } from '../data-key-header.ts';
import { maxSealsPerDataKey } from '../format.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { WebDataKeySealer } from './data-key-sealer.ts';
import { encryptionKeyOf, expandDataKey, importDataKey } from './derivation.ts';
import type { WebNonceSource } from './nonce-source.ts';
import type { WebKey } from './runtime.ts';

/** A data key of this process before it is wrapped. */
export class WebFreshDataKey implements FreshDataKey {
  readonly secret: SecretBytes;
  readonly commitment: Uint8Array;
  /** A copy that nobody else holds: what the sealer's header says decides whether anybody opens its ciphertexts. */
  readonly #commitment: Uint8Array;
  readonly #nonces: WebNonceSource;
  readonly #maxSeals: number;
  #keys: { readonly dataKey: WebKey; readonly encryptionKey: WebKey } | undefined;
  #moved = false;

  private constructor(
    secret: SecretBytes,
    commitment: Uint8Array,
    dataKey: WebKey,
    encryptionKey: WebKey,
    nonces: WebNonceSource,
    maxSeals: number,
  ) {
    this.secret = secret;
    this.#commitment = commitment;
    this.commitment = new Uint8Array(commitment);
    this.#keys = { dataKey, encryptionKey };
    this.#nonces = nonces;
    this.#maxSeals = maxSeals;
  }

  /**
   * @param secret 32 random bytes, made in this process; owned by the new object
   * @param maxSeals bound of the sealer made from it
   */
  static async of(
    secret: SecretBytes,
    nonces: WebNonceSource,
    maxSeals: number = maxSealsPerDataKey,
  ): Promise<WebFreshDataKey> {
    try {
      const dataKey = await importDataKey(secret);
      const commitment = await expandDataKey(dataKey, 'dataKeyCommitment');
      const encryptionKey = await encryptionKeyOf(dataKey);
      return new WebFreshDataKey(secret, commitment, dataKey, encryptionKey, nonces, maxSeals);
    } catch (error) {
      secret.dispose();
      throw error;
    }
  }

  async wrappedAs(wrapping: DataKeyWrapping): Promise<DataKeySealer> {
    if (this.#moved) throw new InvalidArgumentError('A fresh data key becomes a sealer once.');
    const header = dataKeyHeader(wrapping, this.#commitment);
    // Once more: a getter of `wrapping` is the caller's code, and may have come here first.
    if (this.#moved) throw new InvalidArgumentError('A fresh data key becomes a sealer once.');
    const keys = this.#keys;
    if (keys === undefined) throw new SecretDisposedError('This data key has been disposed of.');
    this.#moved = true;
    return new WebDataKeySealer(header, keys.encryptionKey, keys.dataKey, this.#nonces, this.#maxSeals);
  }

  [Symbol.dispose](): void {
    this.secret.dispose();
    this.#keys = undefined;
  }
}
