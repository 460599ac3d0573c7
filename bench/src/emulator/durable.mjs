// How many durable transactions of one row this machine does in a second: what a durable CreateKey is held against.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Transactions a second, as the median of a few slots. */
export function durableTransactionsPerSecond(slots = 9, perSlot = 200) {
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-bench-'));
  try {
    const database = new DatabaseSync(join(folder, 'rows.sqlite'));
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (content BLOB)');
    const insert = database.prepare('INSERT INTO rows VALUES (?)');
    const row = Buffer.alloc(500, 1);
    const rates = Array.from({ length: slots }, () => {
      const before = performance.now();
      for (let i = 0; i < perSlot; i++) insert.run(row);
      return (perSlot * 1000) / (performance.now() - before);
    });
    database.close();
    return rates.toSorted((a, b) => a - b)[slots >> 1];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
