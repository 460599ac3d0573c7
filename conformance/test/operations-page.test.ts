import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { operations } from '../../apps/emulator/src/kms/operations/operations.ts';
import { operationSupport } from '../../apps/emulator/src/kms/support/operation-support.ts';
import { operationsPage } from '../src/operations-page.ts';

const page = new URL('../../docs/emulator/operations.md', import.meta.url);

describe('the table of operations', () => {
  it('has a row for every operation, and for no other', () => {
    expect(Object.keys(operationSupport).sort()).toEqual([...operations.keys()].sort());
    expect(Object.keys(operationSupport)).toHaveLength(56);
  });

  it('is what the emulator’s own tables say', async () => {
    const written = operationsPage();
    if (process.env['KEYFOLD_WRITE_DOCS'] === '1') await writeFile(page, written);
    expect(await readFile(page, 'utf8'), 'Write it anew: KEYFOLD_WRITE_DOCS=1').toBe(written);
  });
});
