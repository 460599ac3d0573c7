import { requireArray } from '../argument-types.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { interpolateAtZero } from './polynomial.ts';
import { secretCheck } from './secret-check.ts';
import type { SecretShare } from './share.ts';
import { minThreshold } from './share.ts';
import { ShareInvalidError, SharesMissingError } from './share-errors.ts';
import { requireVerifyOptions, type VerifyShareOptions, verifyShareAt } from './verify-share.ts';

/**
 * The secret that was shared. Every share is checked first, so that a wrong one is named; all that are given are used.
 *
 * @param shares at least as many as the threshold, in any order; they stay the caller's
 * @returns the secret; the caller owns it
 * @throws {@link ShareInvalidError} naming a share that is altered, given twice or of another set; or, with reason
 *   `secret_check_failed`, when every share is authentic and what they give is not
 * @throws {@link SharesMissingError} when there are fewer than the threshold
 * @throws {@link SecretDisposedError} for a share that was disposed of
 * @throws {@link InvalidArgumentError} for what are no shares
 * @example
 * ```ts
 * using secret = SecretBytes.random(32);
 * const shares = await splitSecret(secret, { backend: nodeBackend, threshold: 3, count: 5 });
 * using combined = await combineShares(shares.slice(1, 4), { backend: nodeBackend });
 * nodeBackend.constantTimeEqual(combined.reveal(), secret.reveal()); // → true
 * ```
 */
export async function combineShares(
  shares: readonly SecretShare[],
  options: VerifyShareOptions,
): Promise<SecretBytes> {
  requireArray('Shares', shares);
  requireVerifyOptions(options);
  return combine([...shares], { ...options }); // copied: what is combined is what was checked
}

async function combine(shares: readonly SecretShare[], options: VerifyShareOptions): Promise<SecretBytes> {
  for (const [position, share] of shares.entries()) await verifyShareAt(share, options, { position });
  requireOneSet(shares);
  requireDistinct(shares);
  const [first] = shares;
  if (first === undefined) throw new SharesMissingError(minThreshold, 0);
  if (shares.length < first.threshold) throw new SharesMissingError(first.threshold, shares.length);
  const payload = interpolateAtZero(shares.map((share) => ({ x: share.index, y: share.revealValue() })));
  try {
    return await openPayload(payload, first, options);
  } finally {
    payload.dispose();
  }
}

/** Shares that verify under one set id agree in everything that the set has in common: it is hashed into the id. */
function requireOneSet(shares: readonly SecretShare[]): void {
  const setIds = shares.map((share) => share.setId.join());
  const votes = (setId: string): number => setIds.filter((other) => other === setId).length;
  const usual = setIds.reduce((best, setId) => (votes(setId) > votes(best) ? setId : best), setIds[0] ?? '');
  for (const [position, { index }] of shares.entries()) {
    if (setIds[position] === usual) continue;
    throw new ShareInvalidError('other_set', `Share ${index} belongs to another set than the others.`, {
      index,
      position,
    });
  }
}

function requireDistinct(shares: readonly SecretShare[]): void {
  const seen = new Set<number>();
  for (const [position, { index }] of shares.entries()) {
    if (seen.has(index)) {
      throw new ShareInvalidError('duplicate', `Share ${index} was given twice.`, { index, position });
    }
    seen.add(index);
  }
}

async function openPayload(
  payload: SecretBytes,
  shape: SecretShare,
  { backend }: VerifyShareOptions,
): Promise<SecretBytes> {
  const bytes = payload.reveal();
  const copy = new Uint8Array(new ArrayBuffer(shape.secretByteLength));
  copy.set(bytes.subarray(0, shape.secretByteLength));
  const secret = SecretBytes.take(copy);
  try {
    const check = await secretCheck(backend, secret, shape);
    if (backend.constantTimeEqual(check, bytes.subarray(shape.secretByteLength))) return secret;
    throw new ShareInvalidError(
      'secret_check_failed',
      'The shares are authentic, but what they give is not.',
    );
  } catch (error) {
    secret.dispose();
    throw error;
  }
}
