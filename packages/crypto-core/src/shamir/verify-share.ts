import { requireBackend, requireBytes, requireObject } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { requireShare, type SecretShare } from './share.ts';
import { ShareInvalidError, type SharePlace } from './share-errors.ts';
import { leafOf, rootOf } from './share-tree.ts';

/** What a share is checked against. */
export interface VerifyShareOptions {
  readonly backend: CryptoBackend;
  /** The set the share must belong to, 16 bytes, where it is known (it is not secret: store it beside what is sealed). */
  readonly setId?: Uint8Array;
}

/**
 * Checks one share before any other is there: that it is, bit by bit, what was dealt out under its set id.
 *
 * Without `setId` somebody may still make up a whole set of his own; {@link combineShares} then finds that the shares
 * belong to different sets.
 *
 * @throws {@link ShareInvalidError} with reason `altered` or `other_set`
 * @throws {@link SecretDisposedError} for a share that was disposed of
 * @throws {@link InvalidArgumentError} for what is no share
 * @example
 * ```ts
 * const [share] = await splitSecret(SecretBytes.random(32), { backend: nodeBackend, threshold: 3, count: 5 });
 * if (share !== undefined) await verifyShare(share, { backend: nodeBackend, setId: share.setId });
 * ```
 */
export async function verifyShare(share: SecretShare, options: VerifyShareOptions): Promise<void> {
  requireVerifyOptions(options);
  await verifyShareAt(share, options, {});
}

/** @throws {@link InvalidArgumentError} for options that are none */
export function requireVerifyOptions(options: VerifyShareOptions): void {
  requireObject('The options of a verification', options);
  requireBackend(options.backend);
  if (options.setId !== undefined) requireBytes('A set id', options.setId);
}

/** As {@link verifyShare}; `place` says where the share stands among others. */
export async function verifyShareAt(
  share: SecretShare,
  { backend, setId }: VerifyShareOptions,
  place: SharePlace,
): Promise<void> {
  requireShare(share);
  const { index } = share;
  const leaf = await leafOf(backend, share, index, share.revealBlinding(), share.revealValue());
  const root = await rootOf(backend, share, index - 1, leaf, share.path());
  if (!backend.constantTimeEqual(root, share.setId)) {
    throw new ShareInvalidError('altered', `Share ${index} is not what was dealt out.`, { ...place, index });
  }
  if (setId !== undefined && !backend.constantTimeEqual(root, setId)) {
    throw new ShareInvalidError('other_set', `Share ${index} belongs to another set.`, { ...place, index });
  }
}
