import fc from 'fast-check';
import { vi } from 'vitest';

const inCi = 10_000;

/**
 * How many inputs a property of a parser gets: 10,000, or what `KEYFOLD_PROPERTY_RUNS` says (1000000 in a nightly-size run).
 */
export const parserRuns: number = inputsWanted(process.env['KEYFOLD_PROPERTY_RUNS']);

/** How many a property gets that takes `times` as long for each input, because it encrypts or hashes. */
export function slowRuns(times: number): number {
  return Math.ceil(parserRuns / times);
}

// A nightly-size run of the file that imports this is not to be ended by a limit that was made for one of 10,000.
vi.setConfig({ testTimeout: Math.max(30_000, 2 * parserRuns) });

function inputsWanted(setting: string | undefined): number {
  if (setting === undefined || setting === '') return inCi;
  const wanted = Number(setting);
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new Error('KEYFOLD_PROPERTY_RUNS is a number of inputs from 1.');
  }
  return wanted;
}

/** Arbitrary bytes; changed copies of `seeds`; and bytes that begin as one of them, so that what lies behind the first checks is reached. */
export function bytesLike(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const anything = fc.uint8Array({ maxLength: 300 });
  if (seeds.length === 0) return anything;
  const seed = fc.constantFrom(...seeds);
  return fc.oneof(
    anything,
    changed(seed, fc.uint8Array({ maxLength: 12 }), (parts) => new Uint8Array(Buffer.concat(parts))),
    fc
      .tuple(seed, fc.nat({ max: 160 }), anything)
      .map(([bytes, kept, rest]) => new Uint8Array(Buffer.concat([bytes.subarray(0, kept), rest]))),
  );
}

/** Arbitrary text, with lone surrogates too; changed copies of `seeds`; and texts that begin as one of them. */
export function textLike(seeds: readonly string[]): fc.Arbitrary<string> {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  );
  if (seeds.length === 0) return anything;
  const seed = fc.constantFrom(...seeds);
  return fc.oneof(
    anything,
    changed(seed, fc.string({ maxLength: 12 }), (parts) => parts.join('')),
    fc.tuple(seed, fc.nat({ max: 160 }), anything).map(([text, kept, rest]) => text.slice(0, kept) + rest),
  );
}

interface Sliceable {
  readonly length: number;
  slice(start: number, end?: number): this;
}

/** One to three cuts of up to four units, each with something put in its place. */
function changed<T extends Sliceable>(
  seed: fc.Arbitrary<T>,
  put: fc.Arbitrary<T>,
  join: (parts: readonly T[]) => T,
): fc.Arbitrary<T> {
  const cut = fc.tuple(fc.nat({ max: 0xffff }), fc.nat({ max: 4 }), put);
  return fc.tuple(seed, fc.array(cut, { minLength: 1, maxLength: 3 })).map(([whole, cuts]) =>
    cuts.reduce((rest, [position, removed, inserted]) => {
      const at = position % (rest.length + 1);
      return join([rest.slice(0, at), inserted, rest.slice(at + removed)]);
    }, whole),
  );
}
