// Run as a process of its own by sqlite-kill.test.ts, which kills it. Commits batches without end and prints the number of each
// one once it is acknowledged.
import { openSqliteStore } from '@keyfold/stores/sqlite';

const [path = '', first = '0'] = process.argv.slice(2);
const store = await openSqliteStore({ path });

async function commitOne(number: number): Promise<void> {
  // Two rows in one commit: neither may ever be there without the other.
  const content = Buffer.from(String(number).repeat(50));
  await store.commit(
    ['left', 'right'].map((table) => ({ table, key: [String(number)], expectedRevision: 0, content })),
  );
  process.stdout.write(`${number}\n`);
}

for (let number = Number(first); ; number += 4) {
  await Promise.all([0, 1, 2, 3].map((i) => commitOne(number + i)));
}
