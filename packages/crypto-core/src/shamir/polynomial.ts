import { SecretBytes } from '../secret-bytes.ts';
import { invert, multiply } from './gf256.ts';

/*
 * Shamir's scheme (Communications of the ACM 22, 1979) for each byte on its own: byte k of the secret is the value at x = 0
 * of a polynomial of degree M - 1 whose other coefficients are random, byte k of share x is its value at x. Any M points
 * determine the polynomial; for M - 1 points and *every* value at 0 there is exactly one polynomial through them.
 */

/** A share's value at `x`. */
export interface Point {
  /** 1 to 255. */
  readonly x: number;
  /** As many bytes as the secret has. */
  readonly y: Uint8Array;
}

/**
 * The values at x = 1 … `count` of random polynomials of degree `threshold` - 1 that are `secret` at 0.
 *
 * @param secret stays the caller's
 * @param threshold 2 to 254
 * @param count 3 to 255
 * @param random the source of coefficients; one call for each degree, as many bytes as the secret has
 * @returns `count` secrets of the same length; the caller disposes of them
 */
export function evaluateShares(
  secret: SecretBytes,
  threshold: number,
  count: number,
  random: (byteLength: number) => SecretBytes,
): SecretBytes[] {
  // Highest degree first. The highest may be 0 as well: leaving that out would tell something about the secret.
  const coefficients: SecretBytes[] = [];
  const values: SecretBytes[] = [];
  try {
    while (coefficients.length < threshold - 1) coefficients.push(random(secret.byteLength));
    while (values.length < count) values.push(evaluate([...coefficients, secret], values.length + 1));
    return values;
  } catch (error) {
    for (const value of values) value.dispose();
    throw error;
  } finally {
    for (const coefficient of coefficients) coefficient.dispose();
  }
}

/** Horner's rule, for all bytes. */
function evaluate(coefficients: readonly SecretBytes[], x: number): SecretBytes {
  const revealed = coefficients.map((coefficient) => coefficient.reveal()); // may throw; from here on nothing does
  const value = new Uint8Array(new ArrayBuffer(revealed[0]?.byteLength ?? 0));
  for (const bytes of revealed) {
    for (let i = 0; i < value.length; i++) value[i] = multiply(value[i] ?? 0, x) ^ (bytes[i] ?? 0);
  }
  return SecretBytes.take(value);
}

/**
 * The value at x = 0 of the polynomials of lowest degree through `points` (Lagrange's formula). The caller has seen to it
 * that all x are different and none is 0, and that all y have one length.
 */
export function interpolateAtZero(points: readonly Point[]): SecretBytes {
  const value = new Uint8Array(new ArrayBuffer(points[0]?.y.byteLength ?? 0));
  for (const point of points) {
    const weight = weightAtZero(point, points);
    for (let i = 0; i < value.length; i++) {
      value[i] = (value[i] ?? 0) ^ multiply(weight, point.y[i] ?? 0);
    }
  }
  return SecretBytes.take(value);
}

/** Π xⱼ / (xⱼ - xᵢ) over all other points j; depends on the shares' numbers only, which are public. */
function weightAtZero({ x }: Point, points: readonly Point[]): number {
  let numerator = 1;
  let denominator = 1;
  for (const other of points) {
    if (other.x === x) continue;
    numerator = multiply(numerator, other.x);
    denominator = multiply(denominator, other.x ^ x);
  }
  return multiply(numerator, invert(denominator));
}
