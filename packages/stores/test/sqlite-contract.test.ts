import { join } from 'node:path';
import { storeContract } from '@keyfold/key-hierarchy/testing';
import { describe, it } from 'vitest';
import { openSqliteStore } from '../src/sqlite.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('the SQLite store in a file', () => {
  for (const { name, run } of storeContract) {
    it(name, () => run(() => openSqliteStore({ path: join(temporaryFolder(), 'keys.db') })));
  }
});

describe('the SQLite store in memory', () => {
  for (const { name, run } of storeContract) it(name, () => run(() => openSqliteStore({ path: ':memory:' })));
});
