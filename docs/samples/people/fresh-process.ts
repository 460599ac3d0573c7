// Opens one row of each tenant with an emulator and a client that have just started, and prints what became of it.
import { join } from 'node:path';
import { createEmulator } from '@keyfold/emulator';
import { Keyfold } from '@keyfold/sdk';
import { type Outcome, outcomeOf } from './outcome.ts';
import { PeopleDatabase } from './people-database.ts';
import { peopleTable } from './people-table.ts';

const folder = process.argv[2] ?? '';
const emulator = await createEmulator({ stateFolder: join(folder, 'keyfold') });
const database = new PeopleDatabase(join(folder, 'people.sqlite'));
const keyfold = new Keyfold({
  apiKey: emulator.access.apiKey,
  baseUrl: emulator.httpsUrl,
  tls: { ca: emulator.ca },
});

const outcomes: Record<string, Outcome> = {};
for (const tenant of ['acme', 'globex']) {
  const table = peopleTable(keyfold.tenant(tenant).service('crm'));
  const [page = []] = database.pages(tenant, 1);
  for (const row of page) outcomes[tenant] = await outcomeOf(() => table.decrypt(row));
}
process.stdout.write(JSON.stringify(outcomes));

await keyfold.close();
database.close();
await emulator.close();
