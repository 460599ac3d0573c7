import { requireBackend, requireObject, requireSecret } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { InvalidArgumentError } from '../crypto-errors.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { evaluateShares } from './polynomial.ts';
import { secretCheck } from './secret-check.ts';
import {
  blindingByteLength,
  checkByteLength,
  maxShareCount,
  maxSharedSecretBytes,
  minThreshold,
  SecretShare,
  type ShareSetShape,
  shareByteLength,
  shareForm,
  shareHeaderByteLength,
  shareVersion,
} from './share.ts';
import { buildTree, leafOf, pathOf } from './share-tree.ts';

/** How a secret is to be shared. */
export interface SplitSecretOptions {
  readonly backend: CryptoBackend;
  /** How many shares recombine; at least 2, less than `count`. */
  readonly threshold: number;
  /** How many shares there are; at most 255. */
  readonly count: number;
}

/**
 * Shares a secret: any `threshold` of the `count` shares give it back, fewer say nothing about it.
 *
 * @param secret 1 to 255 bytes; stays the caller's
 * @returns the shares 1 to `count`, of one length; the caller disposes of each once it has been handed over
 * @throws {@link InvalidArgumentError} for numbers or a secret out of range
 * @throws {@link SecretDisposedError} for a secret that was disposed of
 * @example
 * ```ts
 * using masterKey = SecretBytes.random(32);
 * const shares = await splitSecret(masterKey, { backend: nodeBackend, threshold: 3, count: 5 });
 * const sheets = shares.map(shareToText);
 * for (const share of shares) share[Symbol.dispose]();
 * sheets.length; // → 5
 * ```
 */
export async function splitSecret(
  secret: SecretBytes,
  options: SplitSecretOptions,
): Promise<readonly SecretShare[]> {
  requireSecret('A secret to share', secret);
  requireObject('The options of a split', options);
  requireBackend(options.backend);
  return await dealShares(secret, options, SecretBytes.random);
}

/** Where coefficients and blindings come from: as many random bytes as are asked for. */
export type RandomSource = (byteLength: number) => SecretBytes;

/**
 * As {@link splitSecret}, with the randomness given. It is asked for the coefficients first, those of the highest degree
 * before all others, then for the blindings of the shares 1 to `count`.
 */
export async function dealShares(
  secret: SecretBytes,
  { backend, threshold, count }: SplitSecretOptions,
  random: RandomSource,
): Promise<readonly SecretShare[]> {
  requireRange('threshold', threshold, minThreshold, maxShareCount - 1);
  requireRange('count', count, threshold + 1, maxShareCount);
  requireRange("secret's length", secret.byteLength, 1, maxSharedSecretBytes);
  const shape: ShareSetShape = { threshold, count, secretByteLength: secret.byteLength };
  const payload = await payloadOf(backend, secret, shape);
  const owned: SecretBytes[] = [payload];
  try {
    const values = evaluateShares(payload, threshold, count, random);
    owned.push(...values);
    const blindings: SecretBytes[] = [];
    for (const _ of values) {
      const blinding = random(blindingByteLength);
      owned.push(blinding);
      blindings.push(blinding);
    }
    return await encodeShares(backend, shape, values, blindings);
  } finally {
    for (const part of owned) part.dispose();
  }
}

/** Secret ‖ check value. The check value is shared too: in the open it would let anybody test guesses of the secret. */
async function payloadOf(
  backend: CryptoBackend,
  secret: SecretBytes,
  shape: ShareSetShape,
): Promise<SecretBytes> {
  const payload = new Uint8Array(new ArrayBuffer(secret.byteLength + checkByteLength));
  payload.set(secret.reveal());
  try {
    // Reads the secret before it awaits anything: whatever the owner does then, secret and check value fit each other.
    payload.set(await secretCheck(backend, secret, shape), secret.byteLength);
    return SecretBytes.take(payload);
  } finally {
    payload.fill(0);
  }
}

async function encodeShares(
  backend: CryptoBackend,
  shape: ShareSetShape,
  values: readonly SecretBytes[],
  blindings: readonly SecretBytes[],
): Promise<SecretShare[]> {
  const parts: [Uint8Array, Uint8Array][] = [];
  for (const [i, blinding] of blindings.entries()) {
    const value = values[i];
    if (value !== undefined) parts.push([blinding.reveal(), value.reveal()]);
  }
  const leaves: Uint8Array[] = [];
  for (const [i, [blinding, value]] of parts.entries()) {
    leaves.push(await leafOf(backend, shape, i + 1, blinding, value));
  }
  const tree = await buildTree(backend, shape, leaves);
  const setId = tree.at(-1) ?? []; // the root alone
  return parts.map((part, i) => encodeShare(shape, i + 1, [...setId, ...part, ...pathOf(tree, i)]));
}

function encodeShare(shape: ShareSetShape, index: number, parts: readonly Uint8Array[]): SecretShare {
  const { threshold, count, secretByteLength } = shape;
  const bytes = new Uint8Array(new ArrayBuffer(shareByteLength(shape)));
  bytes.set([shareForm, shareVersion, threshold, count, index, secretByteLength]);
  let at = shareHeaderByteLength;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return new SecretShare(SecretBytes.take(bytes));
}

function requireRange(what: string, value: number, least: number, greatest: number): void {
  if (!Number.isInteger(value) || value < least || value > greatest) {
    throw new InvalidArgumentError(`The ${what} must be an integer from ${least} to ${greatest}.`);
  }
}
