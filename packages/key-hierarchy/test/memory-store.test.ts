import { describe, it } from 'vitest';
import { createMemoryStore } from '../src/memory-store.ts';
import { storeContract } from '../src/testing/index.ts';

describe('the memory store', () => {
  for (const { name, run } of storeContract) it(name, () => run(async () => createMemoryStore()));
});
