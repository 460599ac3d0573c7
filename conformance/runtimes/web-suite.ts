import { afterRestore, webBackend } from '@keyfold/crypto-core/web';
import type { Outcome } from './checks.ts';
import { examine } from './suite.ts';

/** The suite over the Web Crypto backend, for every runtime. */
export function runSuite(): Promise<Outcome> {
  return examine({ backend: webBackend, afterRestore });
}
