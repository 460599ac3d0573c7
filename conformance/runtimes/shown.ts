import type { Plaintext } from '@keyfold/crypto-core';
import { hex } from './bytes.ts';

/** A plaintext with its type, so that 7, '7' and 7n differ. */
export function shown(value: Plaintext): string {
  if (value instanceof Uint8Array) return `bytes ${hex(value)}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (Object.is(value, -0)) return 'number -0';
  return typeof value === 'object' ? `json ${JSON.stringify(value)}` : `${typeof value} ${value}`;
}
