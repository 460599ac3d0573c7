import { afterRestore, nodeBackend } from '@keyfold/crypto-core/node';
import type { Outcome } from './checks.ts';
import { examine } from './suite.ts';

/** The suite over the backend of `node:crypto`, for the runtimes that have it. */
export function runSuite(): Promise<Outcome> {
  return examine({ backend: nodeBackend, afterRestore });
}
