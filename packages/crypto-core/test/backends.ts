import type { CryptoBackend } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';

/** Every backend with its name, for `describe.each`: all suites run through all of them. */
export const backends: readonly (readonly [name: string, backend: CryptoBackend])[] = [
  ['node', nodeBackend],
  ['web', webBackend],
];
