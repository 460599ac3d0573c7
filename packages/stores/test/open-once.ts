// Run as a process of its own by sqlite.test.ts: opens the store and prints what came of it.
import { openSqliteStore } from '@keyfold/stores/sqlite';

const [path = ''] = process.argv.slice(2);
try {
  await (await openSqliteStore({ path })).close();
  process.stdout.write('opened');
} catch (error) {
  process.stdout.write(error instanceof Error && 'code' in error ? String(error.code) : 'another error');
}
