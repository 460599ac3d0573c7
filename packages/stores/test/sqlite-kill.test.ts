import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../src/sqlite.ts';
import { temporaryFolder } from './temporary-folder.ts';

const script = fileURLToPath(new URL('commit-until-killed.ts', import.meta.url));

/** Runs the script until it has acknowledged so many commits, kills it, and returns every number it acknowledged. */
async function acknowledgedBeforeKill(path: string, first: number, count: number): Promise<number[]> {
  const child = spawn(process.execPath, ['--conditions=@keyfold/source', script, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let printed = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > count) child.kill('SIGKILL');
  });
  const [, signal] = await closed;
  expect(signal).toBe('SIGKILL');
  // The last line may have been cut.
  return printed.split('\n').slice(0, -1).map(Number);
}

describe('an SQLite store whose process is killed', () => {
  it('has every acknowledged commit, and every other one whole or not at all', async () => {
    const path = join(temporaryFolder(), 'keys.db');
    const acknowledged: number[] = [];
    for (const count of [1, 7, 40, 150]) {
      acknowledged.push(...(await acknowledgedBeforeKill(path, acknowledged.length * 1_000, count)));
      const store = await openSqliteStore({ path });
      for (const number of acknowledged) {
        const row = await store.get('left', [String(number)]);
        expect(Buffer.from(row?.content ?? []).toString()).toBe(String(number).repeat(50));
      }
      const keysOf = async (table: string) =>
        (await store.list(table, { limit: 100_000 })).map((row) => row.key[0]);
      const left = await keysOf('left');
      expect(left).toEqual(await keysOf('right'));
      expect(left.length).toBeGreaterThanOrEqual(acknowledged.length);
      await store.close();
    }
  });
});
