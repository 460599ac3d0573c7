import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PeopleDemo, tenants } from '../samples/people/people-demo.ts';

const people = 10_000;
const perTenant = people / tenants.length;

// One story: each step stands on the one before, as in `npm run demo`.
describe('the main job: a CSV of people of two tenants', () => {
  let folder: string;
  let demo: PeopleDemo;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-people-test-'));
    demo = await PeopleDemo.start({ folder, people });
  });
  afterAll(async () => {
    await demo.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is what is promised, from the first row to the key that is switched on again', {
    timeout: 120_000,
  }, async () => {
    const seen: number[] = [];
    expect(await demo.encryptAll((done) => seen.push(done))).toEqual({ rows: people });
    expect(seen.length, 'progress is shown while it works').toBeGreaterThan(10);

    const { values, files, found, foundInControl } = await demo.searchFiles();
    expect(found, 'no value in any file, in any encoding').toEqual([]);
    expect(foundInControl, 'the search finds what is there').toBe(values);
    expect(values).toBeGreaterThan(people * 3);
    expect(files).toEqual(
      expect.arrayContaining(['people.sqlite', 'people.sqlite-wal', 'keyfold/state.sqlite']),
    );

    const nothing = (): void => undefined;
    expect(await demo.readBack(tenants, nothing), 'every row is read and compared').toEqual({
      rows: people,
      wrong: 0,
    });

    expect(await demo.swapRows(), 'rows do not open elsewhere').toEqual({
      acmeOpensGlobex: 'key_reference_not_found',
      globexOpensAcme: 'key_reference_not_found',
      columnsSwapped: 'integrity_check_failed',
    });

    await demo.switchKey('acme', 'off');
    expect(await demo.tryFreshProcess(), 'a fresh process is refused at once').toEqual({
      acme: 'root_key_denied',
      globex: 'opened',
    });

    demo.passLease();
    expect(await demo.tryWarm('acme'), 'the warm client is refused when the lease is over').toEqual({
      decrypt: { root_key_denied: perTenant },
      encrypt: 'root_key_denied',
    });
    expect(await demo.tryWarm('globex'), 'the other tenant works on').toEqual({
      decrypt: { opened: perTenant },
      encrypt: 'opened',
    });

    await demo.switchKey('acme', 'on');
    expect(await demo.readBack(['acme'], nothing), 'all of it decrypts again').toEqual({
      rows: perTenant,
      wrong: 0,
    });
  });
});
