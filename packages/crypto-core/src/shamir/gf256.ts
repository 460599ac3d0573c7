/*
 * Arithmetic in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1, the field of AES (FIPS 197 §4).
 *
 * The usual implementation looks logarithms up in tables of 256 entries. Which entry is read depends on the secret, and so
 * does which line of the processor's cache is warm afterwards: on a shared machine that is measurable. Here a product is
 * eight rounds of shift, mask and exclusive or: no table, no branch and no loop bound depends on an operand, and all
 * values stay small integers, which engines keep in registers. JavaScript gives no guarantee of constant time (an engine
 * may compile what it likes); this is the form that leaves it no occasion to do otherwise.
 *
 * Addition and subtraction are both exclusive or.
 */

/** The reduction polynomial's bits below x⁸, with x⁸ itself. */
const polynomial = 0x11b;

/** The product of two elements, each 0 to 255. */
export function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= shifted & -((b >>> bit) & 1); // -1 has all bits set
    shifted <<= 1;
    shifted ^= polynomial & -(shifted >>> 8);
  }
  return product;
}

/**
 * The inverse of an element: a²⁵⁴, because a²⁵⁵ = 1 for every a except 0. It gives 0 for 0.
 */
export function invert(a: number): number {
  let inverse = 1;
  let power = a;
  for (let bit = 1; bit < 8; bit++) {
    power = multiply(power, power); // a^(2^bit); 254 is the sum of 2¹ to 2⁷
    inverse = multiply(inverse, power);
  }
  return inverse;
}
