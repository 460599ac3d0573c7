import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import {
  combineShares,
  parseShare,
  parseShareText,
  type SharePlace,
  shareToText,
  verifyShare,
} from '../src/index.ts';
import { secretCheck } from '../src/shamir/secret-check.ts';
import { dealShares } from '../src/shamir/split-secret.ts';
import { backends } from './backends.ts';
import { bytesOf, hex, publishedVectors, secretOf } from './fixtures.ts';

interface Vectors {
  readonly cases: readonly {
    readonly name: string;
    readonly secret: string;
    readonly threshold: number;
    readonly count: number;
    readonly check: string;
    readonly coefficients: readonly string[];
    readonly blindings: readonly string[];
    readonly setId: string;
    readonly shares: readonly string[];
    readonly texts: readonly (readonly string[])[];
  }[];
  readonly refused: {
    readonly shares: readonly { readonly name: string; readonly share: string; readonly reason: string }[];
    readonly sets: readonly {
      readonly name: string;
      readonly shares: readonly string[];
      readonly code: string;
      readonly reason?: string;
      readonly position?: number;
    }[];
    readonly texts: readonly {
      readonly name: string;
      readonly text: readonly string[];
      readonly reason: string;
      readonly place: SharePlace;
    }[];
  };
}

const { cases, refused } = publishedVectors<Vectors>('shamir.json');

describe.each(backends)('shamir.json on %s', (name, backend) => {
  it.each(cases)('$name: the same shares, texts and secret', async (vector) => {
    const { threshold, count } = vector;
    const drawn = [...vector.coefficients, ...vector.blindings].map(secretOf);
    const secret = secretOf(vector.secret);
    const shares = await dealShares(secret, { backend, threshold, count }, (byteLength) => {
      const next = drawn.shift();
      if (next?.byteLength !== byteLength) throw new Error('The vector has other randomness.');
      return next;
    });
    expect(shares.map((share) => hex(share.reveal()))).toEqual(vector.shares);
    expect(shares.map((share) => shareToText(share).split('\n'))).toEqual(vector.texts);
    expect(
      hex(await secretCheck(backend, secret, { threshold, count, secretByteLength: secret.byteLength })),
    ).toBe(vector.check);
    const read = vector.texts.slice(-threshold).map((lines) => parseShareText(lines.join('\n')));
    for (const share of read) await verifyShare(share, { backend, setId: bytesOf(vector.setId) });
    expect(hex((await combineShares(read, { backend })).reveal())).toBe(vector.secret);
  });

  it.each(refused.shares)('refuses a share: $name', async ({ share, reason }) => {
    const check = async (): Promise<void> => verifyShare(parseShare(bytesOf(share)), { backend });
    await expect(check()).rejects.toMatchObject({ code: 'share_invalid', reason });
  });

  it.each(refused.sets)('refuses shares: $name', async ({ shares, code, reason, position }) => {
    const parsed = shares.map((share) => parseShare(bytesOf(share)));
    await expect(combineShares(parsed, { backend })).rejects.toMatchObject({
      code,
      ...(reason === undefined ? {} : { reason, place: { position } }),
    });
  });

  it('prints how many cases ran', () => {
    const total = [cases, ...Object.values(refused)].reduce((sum, list) => sum + list.length, 0);
    evidence.report(`shamir.json on ${name}`, total);
    expect(total).toBe(27);
  });
});

it.each(refused.texts)('refuses a text: $name', ({ text, reason, place }) => {
  expect(() => parseShareText(text.join('\n'))).toThrow(expect.objectContaining({ reason, place }));
});
