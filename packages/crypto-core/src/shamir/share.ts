import { InvalidArgumentError } from '../crypto-errors.ts';
import { formByte } from '../format.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { isObject, isUint8Array } from '../type-checks.ts';
import { ShareInvalidError, type SharePlace } from './share-errors.ts';

/*
 * The layout of a share (docs/formats/shamir.md):
 * form 1 ‖ version 1 ‖ threshold 1 ‖ count 1 ‖ index 1 ‖ secret's length 1 ‖ set id 16 ‖ blinding 32 ‖ y L + 16 ‖ path 16 · d
 */

/** First byte of a share; never occurs in UTF-8, and begins no ciphertext. */
export const shareForm: number = formByte.share;
/** The version that this package writes and reads. */
export const shareVersion = 1;
/** Length of what comes before the set id, in bytes. */
export const shareHeaderByteLength = 6;
/** Length of a commitment, and of the set id, which is the commitment to all shares, in bytes. */
export const nodeByteLength = 16;
/** Length of the random bytes that hide y behind its commitment. */
export const blindingByteLength = 32;
/** Length of the secret's check value, which is shared with the secret, in bytes. */
export const checkByteLength = 16;

const setIdAt = shareHeaderByteLength;
const blindingAt = setIdAt + nodeByteLength;
const valueAt = blindingAt + blindingByteLength;

/** Least and greatest threshold. */
export const minThreshold = 2;
/** Greatest number of shares: x is one byte, and 0 is the secret's place. */
export const maxShareCount = 255;
/** Greatest length of a secret in bytes. */
export const maxSharedSecretBytes = 255;

/** What all shares of a set have in common. */
export interface ShareSetShape {
  /** How many shares recombine, 2 to 254. */
  readonly threshold: number;
  /** How many there are, 3 to 255. */
  readonly count: number;
  /** Length of the shared secret, 1 to 255 bytes. */
  readonly secretByteLength: number;
}

/** Levels of the tree over `count` shares. */
export function treeDepth(count: number): number {
  return 32 - Math.clz32(count - 1);
}

/** Length of each share of a set, in bytes: 70 + the secret's length + 16 for each level of the tree. */
export function shareByteLength({ count, secretByteLength }: ShareSetShape): number {
  return valueAt + secretByteLength + checkByteLength + nodeByteLength * treeDepth(count);
}

/**
 * One share of a secret. It says nothing about the secret; as many as the threshold say everything, so each is kept and
 * wiped like a key. Prints without its bytes.
 *
 * @example
 * ```ts
 * const [share] = await splitSecret(SecretBytes.random(32), { backend: nodeBackend, threshold: 3, count: 5 });
 * `${share}`; // → '[SecretShare: 1 of 5, 3 needed]'
 * ```
 */
export class SecretShare implements Disposable, ShareSetShape {
  readonly threshold: number;
  readonly count: number;
  /** The share's number x, 1 to `count`. */
  readonly index: number;
  readonly secretByteLength: number;
  readonly #bytes: SecretBytes;

  /**
   * @param bytes a share's bytes; owned by this object from now on, and disposed of if they are refused
   * @throws {@link ShareInvalidError} unless they have the form of a share
   */
  constructor(bytes: SecretBytes) {
    try {
      const [form, version, threshold = 0, count = 0, index = 0, secretByteLength = 0] = bytes.reveal();
      requireHeader({ form, version, threshold, count, index, secretByteLength });
      this.threshold = threshold;
      this.count = count;
      this.index = index;
      this.secretByteLength = secretByteLength;
      requireLength(bytes.byteLength, this);
      this.#bytes = bytes;
    } catch (error) {
      bytes.dispose();
      throw error;
    }
  }

  /** The commitment to all shares of the set, 16 bytes; not secret. A copy. */
  get setId(): Uint8Array {
    return this.#bytes.reveal().slice(setIdAt, blindingAt);
  }

  /**
   * The share's bytes, as a live view.
   *
   * @throws {@link SecretDisposedError} after disposal
   */
  reveal(): Uint8Array {
    return this.#bytes.reveal();
  }

  /** The 32 bytes that hide y behind its commitment, as a live view. */
  revealBlinding(): Uint8Array {
    return this.#bytes.reveal().subarray(blindingAt, valueAt);
  }

  /** The polynomials' values at x, as a live view: as many bytes as secret and check value have. */
  revealValue(): Uint8Array {
    return this.#bytes.reveal().subarray(valueAt, valueAt + this.secretByteLength + checkByteLength);
  }

  /** The commitments that lead from this share's to the set id, 16 bytes each, lowest first; not secret. */
  path(): Uint8Array[] {
    const start = valueAt + this.secretByteLength + checkByteLength;
    const bytes = this.#bytes.reveal();
    return Array.from({ length: treeDepth(this.count) }, (_, level) =>
      bytes.slice(start + level * nodeByteLength, start + (level + 1) * nodeByteLength),
    );
  }

  /** Zeroises the share. May be called again. */
  [Symbol.dispose](): void {
    this.#bytes.dispose();
  }

  toString(): string {
    return `[SecretShare: ${this.index} of ${this.count}, ${this.threshold} needed]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** @throws {@link InvalidArgumentError} for anything but a share */
export function requireShare(share: SecretShare): void {
  if (!isObject(share) || typeof share.revealBlinding !== 'function') {
    throw new InvalidArgumentError('A share is what parseShare or parseShareText gave.');
  }
}

/**
 * The share that `bytes` are. Checks their form, not yet that they are what was dealt out: see {@link verifyShare}.
 *
 * @param bytes 103 to 453 bytes, a Buffer too; copied, and the caller's to wipe
 * @throws {@link ShareInvalidError} unless they have the form of a share
 * @example
 * ```ts
 * const [share] = await splitSecret(SecretBytes.random(32), { backend: nodeBackend, threshold: 3, count: 5 });
 * using again = parseShare(share?.reveal() ?? new Uint8Array());
 * again.threshold; // → 3
 * ```
 */
export function parseShare(bytes: Uint8Array): SecretShare {
  if (!isUint8Array(bytes)) throw new ShareInvalidError('not_a_share', 'A share is a Uint8Array.');
  if (bytes.byteLength > 1024) throw new ShareInvalidError('wrong_length', 'A share is never that long.');
  return new SecretShare(SecretBytes.take(Uint8Array.from(bytes)));
}

interface ShareHeader extends ShareSetShape {
  readonly form: number | undefined;
  readonly version: number | undefined;
  readonly index: number;
}

/**
 * @throws {@link ShareInvalidError} when no share has this header
 */
function requireHeader({ form, version, threshold, count, index, secretByteLength }: ShareHeader): void {
  const place: SharePlace = { index };
  if (form !== shareForm) throw new ShareInvalidError('not_a_share', 'These bytes are no share.');
  if (version !== shareVersion) {
    throw new ShareInvalidError('not_a_share', `Version ${version} of shares is not known.`);
  }
  if (threshold < minThreshold || threshold >= count) {
    throw new ShareInvalidError(
      'threshold_out_of_range',
      `${threshold} of ${count} shares cannot be.`,
      place,
    );
  }
  if (index === 0 || index > count) {
    throw new ShareInvalidError('index_out_of_range', `There is no share ${index} of ${count}.`, place);
  }
  if (secretByteLength === 0) {
    throw new ShareInvalidError('wrong_length', `Share ${index} is one of an empty secret.`, place);
  }
}

function requireLength(byteLength: number, share: ShareSetShape & { readonly index: number }): void {
  const expected = shareByteLength(share);
  if (byteLength !== expected) {
    throw new ShareInvalidError(
      'wrong_length',
      `Share ${share.index} has ${byteLength} bytes instead of ${expected}.`,
      { index: share.index },
    );
  }
}
