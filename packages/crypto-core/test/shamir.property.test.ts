import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  combineShares,
  isKeyfoldError,
  parseShare,
  parseShareText,
  SecretBytes,
  shareToText,
  splitSecret,
} from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { invert, multiply } from '../src/shamir/gf256.ts';
import { evaluateShares, interpolateAtZero } from '../src/shamir/polynomial.ts';
import { dealShares } from '../src/shamir/split-secret.ts';
import { backends } from './backends.ts';
import { hex } from './fixtures.ts';
import { parserRuns } from './property-runs.ts';

/** The same product by polynomial long multiplication and division, with numbers of any size. */
function slowMultiply(a: number, b: number): number {
  let product = 0;
  for (let i = 0; i < 8; i++) if ((b >> i) & 1) product ^= a << i;
  for (let i = 14; i >= 8; i--) if ((product >> i) & 1) product ^= 0x11b << (i - 8);
  return product;
}

const oneByte = (value: number): SecretBytes => SecretBytes.take(Uint8Array.of(value));

/** The shares of a one-byte secret, for given coefficients, highest degree first. */
function sharesOf(secret: number, coefficients: readonly number[], count: number): number[] {
  const left = [...coefficients];
  const shares = evaluateShares(oneByte(secret), coefficients.length + 1, count, () =>
    oneByte(left.shift() ?? 0),
  );
  return shares.map((share) => share.reveal()[0] ?? 0);
}

describe('what shares are made of', () => {
  it('is zeroised also where the source of randomness fails, or the secret is gone', () => {
    for (const fine of [0, 1, 2]) {
      const drawn: SecretBytes[] = [];
      const failing = (byteLength: number): SecretBytes => {
        if (drawn.length === fine) throw new Error('no randomness');
        const random = SecretBytes.random(byteLength);
        drawn.push(random);
        return random;
      };
      expect(() => evaluateShares(SecretBytes.random(16), 4, 5, failing)).toThrow('no randomness');
      expect(drawn).toHaveLength(fine);
      expect(drawn.every((random) => random.disposed)).toBe(true);
    }
    const drawn: SecretBytes[] = [];
    const gone = SecretBytes.random(16);
    gone.dispose();
    const source = (byteLength: number): SecretBytes => {
      drawn.push(SecretBytes.random(byteLength));
      return drawn.at(-1) ?? gone;
    };
    expect(() => evaluateShares(gone, 3, 4, source)).toThrow(
      expect.objectContaining({ code: 'secret_disposed' }),
    );
    expect(drawn.map((random) => random.disposed)).toEqual([true, true]);
  });

  it.each([0, 1, 5, 6])('is zeroised where the source fails at its draw %i, blindings too', async (fine) => {
    const drawn: SecretBytes[] = [];
    const failing = (byteLength: number): SecretBytes => {
      if (drawn.length === fine) throw new Error('no randomness');
      const random = SecretBytes.random(byteLength);
      drawn.push(random);
      return random;
    };
    const secret = SecretBytes.random(16);
    const options = { backend: nodeBackend, threshold: 3, count: 5 };
    await expect(dealShares(secret, options, failing)).rejects.toThrow('no randomness');
    expect(drawn).toHaveLength(fine);
    expect(drawn.every((random) => random.disposed)).toBe(true);
    expect(secret.disposed).toBe(false);
  });
});

describe('arithmetic in GF(2⁸)', () => {
  it('gives all 65,536 products, and an inverse for everything but 0', () => {
    for (let a = 0; a < 256; a++) {
      for (let b = 0; b < 256; b++) {
        if (multiply(a, b) !== slowMultiply(a, b)) expect.fail(`${a} · ${b}`);
      }
      expect(multiply(a, invert(a))).toBe(a === 0 ? 0 : 1);
    }
  });

  it('agrees with FIPS 197: {57} · {83} = {c1}, {57} · {13} = {fe}', () => {
    expect(multiply(0x57, 0x83)).toBe(0xc1);
    expect(multiply(0x57, 0x13)).toBe(0xfe);
  });
});

describe('fewer shares than the threshold', () => {
  it('fit every secret equally often: one share of 2, all secrets and coefficients tried', () => {
    for (const x of [1, 2, 3, 255]) {
      const seen = new Uint32Array(256 * 256); // by secret and value of share x
      for (let secret = 0; secret < 256; secret++) {
        for (let coefficient = 0; coefficient < 256; coefficient++) {
          const value = multiply(coefficient, x) ^ secret;
          seen[secret * 256 + value] = (seen[secret * 256 + value] ?? 0) + 1;
        }
        // The formula above is what the code computes.
        const shares = sharesOf(secret, [secret ^ 0x5a], x);
        expect(shares[x - 1]).toBe(multiply(secret ^ 0x5a, x) ^ secret);
      }
      expect(seen.every((count) => count === 1)).toBe(true);
    }
  });

  it('fit every secret equally often: two shares of 3, every coefficient tried for several secrets', () => {
    for (const secret of [0, 0xa7]) {
      const seen = new Uint8Array(65_536); // by the values of shares 1 and 3
      for (let a = 0; a < 256; a++) {
        for (let b = 0; b < 256; b++) {
          const [one = 0, , three = 0] = sharesOf(secret, [a, b], 3);
          seen[one * 256 + three] = (seen[one * 256 + three] ?? 0) + 1;
        }
      }
      expect(seen.every((count) => count === 1)).toBe(true);
    }
  });

  it('leave each secret possible, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 255 }),
        (values, secret) => {
          // One polynomial of degree M - 1 runs through M - 1 given points and any value at 0: its value at a further x …
          const points = [...values].map((y, i) => ({ x: i + 1, y: Uint8Array.of(y) }));
          const moved = [{ x: 0, y: Uint8Array.of(secret) }, ...points].map(({ x, y }) => ({ x: x ^ 77, y }));
          const further = interpolateAtZero(moved).reveal();
          // … recombines with the points to exactly that secret.
          const recombined = interpolateAtZero([...points, { x: 77, y: further }]).reveal();
          expect(recombined[0]).toBe(secret);
        },
      ),
    );
  });
});

describe.each(backends)('any threshold of the shares on %s', (_name, backend) => {
  it('gives the secret back', async () => {
    const sets = fc
      .tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 4 }))
      .chain(([threshold, more]) =>
        fc.record({
          threshold: fc.constant(threshold),
          count: fc.constant(threshold + more),
          chosen: fc.shuffledSubarray(
            Array.from({ length: threshold + more }, (_, i) => i),
            { minLength: threshold },
          ),
          secret: fc.uint8Array({ minLength: 1, maxLength: 40 }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(sets, async ({ threshold, count, chosen, secret }) => {
        const shares = await splitSecret(SecretBytes.take(secret.slice()), { backend, threshold, count });
        const given = chosen.flatMap((i) => shares[i] ?? []);
        const retyped = given.map((share) => parseShareText(shareToText(share)));
        expect(hex((await combineShares(retyped, { backend })).reveal())).toBe(hex(secret));
      }),
      { numRuns: 30 },
    );
  });
});

describe('the readers of shares', () => {
  it('throw nothing but their own errors, for any bytes and any text', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.uint8Array({ maxLength: 200 }).map((rest) => Uint8Array.of(0xfa, 1, ...rest)),
    );
    fc.assert(
      fc.property(bytes, (input) => onlyShareErrors(() => parseShare(input))),
      { numRuns: parserRuns },
    );
    const line = fc.string({
      unit: fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ -OU'),
      maxLength: 40,
    });
    const texts = fc.oneof(
      fc.string(),
      fc.array(line, { maxLength: 12 }).map((lines) => ['keyfold-share-1', ...lines].join('\n')),
    );
    fc.assert(
      fc.property(texts, (input) => onlyShareErrors(() => parseShareText(input))),
      { numRuns: parserRuns },
    );
  });
});

describe.each(backends)('the readers of shares on %s', (_name, backend) => {
  it('accept no share that was changed in any way', async () => {
    const shares = await splitSecret(SecretBytes.random(16), {
      backend,
      threshold: 2,
      count: 3,
    });
    const [right, share] = shares;
    if (right === undefined || share === undefined) throw new Error('no share');
    const original = share.reveal().slice();
    const changes = fc.array(fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const bytes = original.slice();
        for (const [at, value] of list) bytes[at] = value;
        fc.pre(hex(bytes) !== hex(original));
        const outcome = await Promise.resolve()
          .then(() => combineShares([right, parseShare(bytes)], { backend }))
          .catch((error: unknown) => error);
        expect(isKeyfoldError(outcome) && outcome.code === 'share_invalid').toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function onlyShareErrors(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!isKeyfoldError(error) || error.code !== 'share_invalid') throw error;
  }
}
