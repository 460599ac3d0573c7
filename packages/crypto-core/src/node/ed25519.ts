import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { requireBytes, requireSecret } from '../argument-types.ts';
import { SecretDisposedError } from '../crypto-errors.ts';
import { isEd25519Candidate, requireSignedBytes } from '../ed25519-checks.ts';
import { ed25519Pkcs8, ed25519SpkiPrefix } from '../key-encodings.ts';
import { ed25519KeyByteLength, requireLength } from '../primitive-arguments.ts';
import type { Ed25519SigningKey } from '../primitives.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { isMissing, namedIfMissing } from './missing-algorithm.ts';
import { plainArray } from './plain-array.ts';

/** An Ed25519 key that signs (RFC 8032 §5.1). */
export class NodeEd25519SigningKey implements Ed25519SigningKey {
  readonly publicKey: Uint8Array;
  #key: KeyObject | undefined;

  /** @param seed 32 bytes; copied, stays the caller's */
  constructor(seed: SecretBytes) {
    requireSecret('An Ed25519 seed', seed);
    requireLength('An Ed25519 seed', seed, ed25519KeyByteLength);
    const encoded = ed25519Pkcs8(seed.reveal());
    try {
      this.#key = createPrivateKey({ key: Buffer.from(encoded.buffer), format: 'der', type: 'pkcs8' });
    } catch (error) {
      throw namedIfMissing('Ed25519', error);
    } finally {
      encoded.fill(0);
    }
    const spki = createPublicKey(this.#key).export({ format: 'der', type: 'spki' });
    this.publicKey = Uint8Array.from(spki.subarray(ed25519SpkiPrefix.length));
  }

  sign(data: Uint8Array): Uint8Array {
    requireBytes('What is signed', data);
    if (this.#key === undefined) throw new SecretDisposedError('This signing key has been disposed of.');
    return plainArray(sign(null, data, this.#key));
  }

  /** Drops the key; Node zeroises its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#key = undefined;
  }
}

/** Whether the signature is right (RFC 8032 §5.1.7); see {@link Primitives.ed25519Verify}. */
export function ed25519Verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  requireSignedBytes(publicKey, data, signature);
  requireLength('An Ed25519 public key', publicKey, ed25519KeyByteLength);
  if (!isEd25519Candidate(publicKey, signature)) return false;
  const key = publicKeyOf(publicKey);
  return key !== undefined && verify(null, data, key, signature);
}

/** The key, or undefined where the runtime refuses bytes that are no point of the curve (Deno); others find out later. */
function publicKeyOf(bytes: Uint8Array): KeyObject | undefined {
  const spki = Buffer.from(Uint8Array.of(...ed25519SpkiPrefix, ...bytes).buffer);
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch (error) {
    if (isMissing(error)) throw namedIfMissing('Ed25519', error);
    return undefined; // the DER around the 32 bytes is constant: it is they that were refused
  }
}
