/*
 * The code that finds typing errors in a line of a share's text: a Reed-Solomon code over GF(2⁵) with two check symbols.
 * It notices any two wrong characters, and locates one. Symbol i counts with weight αⁱ; the check symbols are the 29th and
 * 30th, and the line's number takes part as an unwritten 31st, so that two exchanged lines are noticed as such.
 *
 * A line is right when Σ sᵢ = 0 and Σ sᵢ·αⁱ = 0. One wrong symbol changes the sums by e and e·αⁱ, whose quotient tells i.
 */

/** Symbols of a full line that carry data. */
export const dataSymbolsPerLine = 28;
/** Check symbols of each line. */
export const checkSymbolsPerLine = 2;
const lineNumberAt: number = dataSymbolsPerLine + checkSymbolsPerLine;
const order = 31;

/** What a line's symbols show. */
export type LineFinding =
  | { readonly kind: 'right' }
  /** Most likely the symbol at this place of the line, from 0. */
  | { readonly kind: 'symbol'; readonly at: number }
  /** It is right as another line. */
  | { readonly kind: 'other_line' }
  | { readonly kind: 'wrong' };

interface Sums {
  readonly plain: number;
  readonly weighted: number;
}

/**
 * The two check symbols of a line.
 *
 * @param data 1 to 28 symbols, 0 to 31 each
 * @param lineNumber 1 to 31
 */
export function checkSymbols(data: readonly number[], lineNumber: number): [number, number] {
  const { plain, weighted } = sums(data, [], lineNumber);
  // c + d = plain and c·α²⁸ + d·α²⁹ = weighted, solved for c and d
  const weight = power(dataSymbolsPerLine);
  const second = divide(weighted ^ multiply(plain, weight), weight ^ power(dataSymbolsPerLine + 1));
  return [plain ^ second, second];
}

/**
 * What the symbols of a line show.
 *
 * @param symbols 3 to 30 symbols, the last two of them check symbols
 * @param lineNumber 1 to 31
 */
export function inspectLine(symbols: readonly number[], lineNumber: number): LineFinding {
  const dataLength = symbols.length - checkSymbolsPerLine;
  const { plain, weighted } = sums(symbols.slice(0, dataLength), symbols.slice(dataLength), lineNumber);
  if (plain === 0 && weighted === 0) return { kind: 'right' };
  if (plain === 0 || weighted === 0) return { kind: 'wrong' };
  const quotient = divide(weighted, plain);
  for (let at = 0; at < order; at++) {
    if (power(at) !== quotient) continue;
    if (at === lineNumberAt) return { kind: 'other_line' };
    if (at < dataLength) return { kind: 'symbol', at };
    if (at >= dataSymbolsPerLine) return { kind: 'symbol', at: dataLength + at - dataSymbolsPerLine };
  }
  return { kind: 'wrong' };
}

function sums(data: readonly number[], checks: readonly number[], lineNumber: number): Sums {
  let plain = lineNumber;
  let weighted = multiply(lineNumber, power(lineNumberAt));
  for (const [i, symbol] of [
    ...data.entries(),
    ...checks.map((c, i) => [dataSymbolsPerLine + i, c] as const),
  ]) {
    plain ^= symbol;
    weighted ^= multiply(symbol, power(i));
  }
  return { plain, weighted };
}

/** In GF(2⁵) modulo x⁵ + x² + 1, of which α = x generates all 31 elements but 0. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let bit = 0; bit < 5; bit++) {
    product ^= shifted & -((b >>> bit) & 1);
    shifted <<= 1;
    shifted ^= 0x25 & -(shifted >>> 5);
  }
  return product;
}

function power(exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = multiply(result, 2);
  return result;
}

function divide(a: number, b: number): number {
  let inverse = 1;
  for (let i = 0; i < order - 1; i++) inverse = multiply(inverse, b); // b³⁰ = b⁻¹
  return multiply(a, inverse);
}
