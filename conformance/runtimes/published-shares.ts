import {
  type CryptoBackend,
  combineShares,
  isKeyfoldError,
  parseShare,
  parseShareText,
  shareToText,
  verifyShare,
} from '@keyfold/crypto-core';
import shares from '../../docs/formats/vectors/shamir.json' with { type: 'json' };
import { bytesOf, hex } from './bytes.ts';
import type { Checks } from './checks.ts';

/** Published shares in bytes and on paper, whole sets, and what is refused by name and place. */
export async function checkShares(checks: Checks, backend: CryptoBackend): Promise<void> {
  for (const { name, setId, shares: published, texts, threshold, secret } of shares.cases) {
    await checks.equal(`shamir.json ${name}, from paper`, published.join(), async () => {
      const read = texts.map((lines) => parseShareText(lines.join('\n')));
      for (const share of read) await verifyShare(share, { backend, setId: bytesOf(setId) });
      return read.map((share) => hex(share.reveal())).join();
    });
    await checks.equal(`shamir.json ${name}, on paper`, texts.flat().join('\n'), () =>
      published.map((share) => shareToText(parseShare(bytesOf(share)))).join('\n'),
    );
    await checks.equal(`shamir.json ${name}, recombined`, secret, async () => {
      const some = published.slice(-threshold).map((share) => parseShare(bytesOf(share)));
      return hex((await combineShares(some, { backend })).reveal());
    });
  }
  for (const { name, share, reason } of shares.refused.shares) {
    await checks.equal(`shamir.json ${name}`, reason, () =>
      refusal(async () => verifyShare(parseShare(bytesOf(share)), { backend }), 'reason'),
    );
  }
  for (const { name, shares: set, code, position } of shares.refused.sets) {
    const combine = async () =>
      combineShares(
        set.map((share) => parseShare(bytesOf(share))),
        { backend },
      );
    await checks.fails(`shamir.json ${name}`, code, combine);
    if (position === undefined) continue;
    await checks.equal(`shamir.json ${name}, its place`, String(position), () =>
      refusal(combine, 'place', 'position'),
    );
  }
  for (const { name, text, reason, place } of shares.refused.texts) {
    const parse = () => parseShareText(text.join('\n'));
    await checks.equal(`shamir.json ${name}`, reason, () => refusal(parse, 'reason'));
    await checks.equal(`shamir.json ${name}, its place`, JSON.stringify(place), async () =>
      JSON.stringify(await refusal(parse, 'place')),
    );
  }
}

/** What the KeyfoldError with which `call` fails has under these names, one within the other. */
export async function refusal(call: () => unknown, ...names: readonly string[]): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    if (isKeyfoldError(error))
      return names.reduce<unknown>((from, name) => Reflect.get(Object(from), name), error);
    throw error;
  }
  return 'no error';
}
