import type { Plaintext } from '@keyfold/crypto-core';

/** Plaintexts of every type, and of lengths that matter. */
export const samples: readonly Plaintext[] = [
  '',
  'grüße 👋',
  new Uint8Array(0),
  new Uint8Array(100_000).fill(7),
  -0,
  Math.PI,
  2n ** 200n,
  -1n,
  true,
  new Date(1_700_000_000_000),
  { a: [1, 'x', null, { b: false }] },
];
