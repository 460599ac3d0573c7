// Encrypts 10,000 people of two tenants and shows what that is worth: npm run demo
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Listr } from 'listr2';
import { leaseMs, PeopleDemo, type Progress, tenants } from './people-demo.ts';

const people = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'keyfold-people-'));
const count = (n: number): string => n.toLocaleString('en');

/** Shows a task's progress behind its title. */
const showing =
  (task: { title: string }, title: string, total: number): Progress =>
  (done) => {
    task.title = `${title}: ${count(done)} of ${count(total)}`;
  };

let started: PeopleDemo | undefined;
const demo = (): PeopleDemo => {
  assert.ok(started, 'the first step starts the demonstration');
  return started;
};

const story = new Listr([
  {
    title: 'From nothing: an emulator, two tenants, a KMS key for each',
    task: async () => {
      started = await PeopleDemo.start({ folder, people });
    },
  },
  {
    title: 'Encrypting',
    task: async (_, task) => {
      const { rows } = await demo().encryptAll(showing(task, 'Encrypting people', people));
      assert.equal(rows, people);
    },
  },
  {
    title: 'Searching every file for every value, as UTF-8, UTF-16, hex and base64',
    task: async (_, task) => {
      const { values, files, bytes, found, foundInControl } = await demo().searchFiles();
      assert.deepEqual(found, []);
      assert.equal(foundInControl, values, 'the search finds what is there');
      task.title = `None of ${count(values)} values is in the ${files.length} files (${count(bytes)} bytes), whatever its encoding`;
    },
  },
  {
    title: 'Reading back',
    task: async (_, task) => {
      const { rows, wrong } = await demo().readBack(
        tenants,
        showing(task, 'Reading back and comparing', people),
      );
      assert.deepEqual({ rows, wrong }, { rows: people, wrong: 0 });
    },
  },
  {
    title: 'Swapping rows between the tenants, and columns within a row',
    task: async (_, task) => {
      const outcomes = await demo().swapRows();
      for (const outcome of Object.values(outcomes)) assert.notEqual(outcome, 'opened');
      task.title += `: ${[...new Set(Object.values(outcomes))].join(', ')}`;
    },
  },
  {
    title: 'acme switches its KMS key off: a fresh process, on a copy of everything, at once',
    task: async (_, task) => {
      await demo().switchKey('acme', 'off');
      const { acme, globex } = await demo().tryFreshProcess();
      assert.deepEqual({ acme, globex }, { acme: 'root_key_denied', globex: 'opened' });
      task.title += `: acme ${acme}, globex ${globex}`;
    },
  },
  {
    title: `The warm client, ${leaseMs / 1000} seconds later on the clock`,
    task: async (_, task) => {
      demo().passLease();
      const acme = await demo().tryWarm('acme');
      const globex = await demo().tryWarm('globex');
      assert.deepEqual(acme, { decrypt: { root_key_denied: people / 2 }, encrypt: 'root_key_denied' });
      assert.deepEqual(globex, { decrypt: { opened: people / 2 }, encrypt: 'opened' });
      task.title += `: all ${count(people / 2)} rows of acme root_key_denied, all of globex opened`;
    },
  },
  {
    title: 'acme switches its key on again',
    task: async (_, task) => {
      await demo().switchKey('acme', 'on');
      const { rows, wrong } = await demo().readBack(
        ['acme'],
        showing(task, 'The key is on again', people / 2),
      );
      assert.deepEqual({ rows, wrong }, { rows: people / 2, wrong: 0 });
    },
  },
]);

try {
  await story.run();
} finally {
  await started?.close();
  rmSync(folder, { recursive: true, force: true });
}
