import { afterRestore, nodeBackend } from '@keyfold/crypto-core/node';
import type { Outcome } from './checks.ts';
import type { SealedSample } from './exchange.ts';
import { type Answer, examine, openAll } from './suite.ts';

const subject = { backend: nodeBackend, afterRestore };

/** The suite over the backend of `node:crypto`, for the runtimes that have it. */
export function runSuite(): Promise<Answer> {
  return examine(subject);
}

/** What was sealed elsewhere, opened here. */
export function openSealed(samples: readonly SealedSample[]): Promise<Outcome> {
  return openAll(subject, samples);
}
