import { afterRestore, webBackend } from '@keyfold/crypto-core/web';
import type { Outcome } from './checks.ts';
import type { SealedSample } from './exchange.ts';
import { type Answer, examine, openAll } from './suite.ts';

const subject = { backend: webBackend, afterRestore };

/** The suite over the Web Crypto backend, for every runtime. */
export function runSuite(): Promise<Answer> {
  return examine(subject);
}

/** What was sealed elsewhere, opened here. */
export function openSealed(samples: readonly SealedSample[]): Promise<Outcome> {
  return openAll(subject, samples);
}
