import type { CryptoBackend } from '@keyfold/crypto-core';

/** What is examined: a backend, and how its nonces are forgotten. */
export interface Subject {
  readonly backend: CryptoBackend;
  readonly afterRestore: () => void;
}
