import { createSecretKey, type KeyObject } from 'node:crypto';
import type { FreshDataKey } from '../backend.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { type DataKeyWrapping, dataKeyHeader } from '../data-key-header.ts';
import { maxSealsPerDataKey } from '../format.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { NodeDataKeySealer } from './data-key-sealer.ts';
import { expandDataKey } from './derivation.ts';
import type { NonceSource } from './nonce-source.ts';

/** A data key of this process before it is wrapped. */
export class NodeFreshDataKey implements FreshDataKey {
  readonly secret: SecretBytes;
  readonly commitment: Uint8Array;
  readonly #nonces: NonceSource;
  readonly #maxSeals: number;
  #moved = false;

  /**
   * @param secret 32 random bytes, made in this process; owned by this object
   * @param maxSeals bound of the sealer made from it
   */
  constructor(secret: SecretBytes, nonces: NonceSource, maxSeals: number = maxSealsPerDataKey) {
    this.secret = secret;
    this.commitment = expandDataKey(secret, 'dataKeyCommitment');
    this.#nonces = nonces;
    this.#maxSeals = maxSeals;
  }

  wrappedAs(wrapping: DataKeyWrapping): NodeDataKeySealer {
    if (this.#moved) throw new InvalidArgumentError('A fresh data key becomes a sealer once.');
    const header = dataKeyHeader(wrapping, this.commitment);
    const sealer = new NodeDataKeySealer(
      header,
      encryptionKeyOf(this.secret),
      createSecretKey(this.secret.reveal()),
      this.#nonces,
      this.#maxSeals,
    );
    this.#moved = true;
    return sealer;
  }

  [Symbol.dispose](): void {
    this.secret.dispose();
  }
}

/**
 * The AES-256-GCM key of a data key, as a KeyObject: handing bytes to each call costs several times as much.
 *
 * @param dataKey 32 bytes
 */
export function encryptionKeyOf(dataKey: SecretBytes): KeyObject {
  const bytes = expandDataKey(dataKey, 'dataKeyEncryption');
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}
